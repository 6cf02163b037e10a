"""Tables as CSV for spreadsheets: nothing in a cell is computed, and Chinese is read as such.

A spreadsheet takes a cell for a formula by its first sign, whatever stands around it
(https://owasp.org/www-community/attacks/CSV_Injection). One that separates by semicolons or tabs, as Excel
does in many countries, begins a cell behind each of them, and a row behind each line end, inside our quotes
too. At all these places an apostrophe is put before a formula; it goes again when the table comes back.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that a file is UTF-8: without it, it reads the system's old encoding."""
_LEAD = (
    r"[' \x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]*"
)
"""What may stand before a formula's first sign: blanks, what does not show, apostrophes that were there."""
_AT_START = rf"\A(?={_LEAD}[=+\-@\t\r\n＝＋－＠])"
_INSIDE = rf"(?<=[;\t\r\n])(?={_LEAD}(?:[=＝]|[+\-@＋－＠](?!\s)))"
"""Inside a text, a list's `- item` is none."""
_FORMULA = re.compile(f"{_AT_START}|{_INSIDE}")
_MARKED = re.compile(rf"(?:{_AT_START}|{_INSIDE})'")


def to_csv(rows: Iterable[Sequence[object]]) -> str:
    """The rows as the text of a file; `None` is an empty cell."""
    written = StringIO()
    # All cells: a spreadsheet that separates by something else would find cells
    # of its own in an unquoted one.
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow(["" if cell is None else _harmless(cell) for cell in row])
    return BYTE_ORDER_MARK + written.getvalue()


def as_written(cell: str) -> str:
    """A cell as it was before it left."""
    return _MARKED.sub("", cell)


def _harmless(cell: object) -> object:
    """Numbers stay: a negative one is no formula."""
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell
