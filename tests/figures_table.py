"""The table of figures as a person reads it, from its HTML: of a page, or of a report."""

import re
from dataclasses import dataclass, field
from html import unescape

FIGURES = '<div class="figures"'
"""Where the table begins."""


@dataclass(frozen=True, slots=True)
class Row:
    """One model's row."""

    colour: int
    is_winner: bool
    name: str
    cells: dict[str, str] = field(default_factory=dict)
    """What is said under each head, the words of its mark too."""
    bars: dict[str, float] = field(default_factory=dict)
    """The length of each bar in percent of the cell."""


def rows(html: str) -> list[Row]:
    """The rows of the first table of figures in a page's HTML."""
    table = html.partition(FIGURES)[2].partition("</table>")[0]
    assert table, "there is no table of figures"
    _, *heads = [_words(head) for head in re.findall(r'<th scope="col">(.*?)</th>', table, re.DOTALL)]
    return [
        _row(heads, *found) for found in re.findall(r"<tr([^>]*--cell[^>]*)>(.*?)</tr>", table, re.DOTALL)
    ]


def _row(heads: list[str], attributes: str, inside: str) -> Row:
    name = re.search(r'<th scope="row">(.*?)</th>', inside, re.DOTALL)
    colour = re.search(r"--cell-(\d)", attributes)
    assert name
    assert colour
    found = dict(zip(heads, re.findall(r"<td>(.*?)</td>", inside, re.DOTALL), strict=True))
    widths = {head: re.search(r"width: ([\d.]+)%", cell) for head, cell in found.items()}
    return Row(
        int(colour[1]),
        "winner" in attributes,
        _words(name[1]),
        {head: _words(cell) for head, cell in found.items()},
        {head: float(width[1]) for head, width in widths.items() if width},
    )


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
