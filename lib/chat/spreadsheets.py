"""Tables as CSV for spreadsheets: nothing in a cell is computed, and Chinese is read as such.

A spreadsheet takes a cell for a formula by its first sign, whatever stands around it
(https://owasp.org/www-community/attacks/CSV_Injection). Such a cell leaves with an apostrophe before it and
loses it when it comes back.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that a file is UTF-8: without it, it reads the system's old encoding."""
_FORMULA = re.compile(r"[' \u00a0\u3000]*[=+\-@\t\r\n＝＋－＠]")
"""What a spreadsheet may compute instead of showing it, however many blanks and apostrophes are before it."""


def to_csv(rows: Iterable[Sequence[object]]) -> str:
    """The rows as the text of a file. All cells are quoted: a spreadsheet with another separator finds no
    formula inside one either."""
    written = StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow(["" if cell is None else _harmless(cell) for cell in row])
    return BYTE_ORDER_MARK + written.getvalue()


def as_written(cell: str) -> str:
    """A cell as it was before it left."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _harmless(cell: object) -> object:
    """Numbers stay: a negative one is no formula."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
