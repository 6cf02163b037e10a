"""Tables as CSV for spreadsheets: no cell is computed, and Chinese is read correctly.

A spreadsheet takes a cell for a formula by its first sign, whatever is around it
(https://owasp.org/www-community/attacks/CSV_Injection). One that separates by semicolons or tabs, as Excel
does in many countries, begins a cell after each of them, and a row after each line end, even inside our
quotes. In all these places an apostrophe is put before a formula; it is removed when the table is imported.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that a file is UTF-8: without it, Excel assumes the system's legacy encoding."""
_LEAD = (
    r"[' \x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]*"
)
"""What may precede a formula's first sign: blanks, invisible characters, existing apostrophes."""
_AT_START = rf"\A(?={_LEAD}[=+\-@\t\r\n＝＋－＠])"
_INSIDE = rf"(?<=[;\t\r\n])(?={_LEAD}(?:[=＝]|[+\-@＋－＠](?!\s)))"
"""Inside a text, a list's `- item` is not a formula."""
_FORMULA = re.compile(f"{_AT_START}|{_INSIDE}")
_MARKED = re.compile(rf"(?:{_AT_START}|{_INSIDE})'")


def to_csv(rows: Iterable[Sequence[object]]) -> str:
    """The rows as the text of a CSV file; `None` is an empty cell."""
    written = StringIO()
    # All cells: a spreadsheet with another separator would find
    # extra cells in an unquoted one.
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow(["" if cell is None else _harmless(cell) for cell in row])
    return BYTE_ORDER_MARK + written.getvalue()


def as_written(cell: str) -> str:
    """The original content of an exported cell."""
    return _MARKED.sub("", cell)


def _harmless(cell: object) -> object:
    """Numbers stay: a negative one is not a formula."""
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell
