"""How much of a text is drawn as markdown, so that no answer keeps a browser busy for a second.

A browser's work grows with the elements it draws, not with characters, and with the square of some signs. So
each line has a weight, its highest measured cost in units of 0.1 ms in Chromium, and a block that is too
heavy is shown as it was written. The page, reports and rooms use the same weights, through `BlockSplitter`.
"""

import re
from dataclasses import dataclass

from lib.domain.text.markdown.diagrams import IS_MERMAID
from lib.domain.text.markdown.structure import Line, LineKind

MOST = 9_000
"""The total weight of the drawn blocks of one text, which leaves time for the rest of it. Some 150 kB of
words with a few signs, or 25 kB in which each sentence is a heading, an item or a formula."""
COLOURS = 4_500
"""The part of it for coloured code; further code has no colours, and costs no more than words."""
PLAIN = 15
"""The weight of a block that is shown as it was written."""
SPENT = MOST // 50
"""With less than this left, nothing more is drawn: it would only be cut into ever smaller pieces."""
LONGEST_PLAIN = 20_000
"""Characters after which such a block ends with its line, so that it is not sent again and again."""

_CHARACTERS = 200
_CHARACTERS_OF_CODE = 6
"""Characters per unit of weight. Coloured code makes an element of each word, in quadratic time per line."""
_CHARACTERS_OF_FORMULA = 2
_DIAGRAM = 200
_HEADING = re.compile("#{1,6} ")
_FORMULA = re.compile(
    r"\$[^$]+\$|\\\([^\\]*(?:\\[^()][^\\]*)*\\\)|\\\[[^\\]*(?:\\[^\[\]][^\\]*)*\\\]|\\(?:ce|pu)\{[^{}]*\}"
)
_UNCLOSED = re.compile(r"\$|\\[(\[]|\\(?:ce|pu|begin)\{")
_DELIMITERS = re.compile(r"[-:| \t]+$")
_WEIGHTS = {
    r"\[\^": 8,  # a footnote
    r"\\(?:ce|pu|begin)\{": 12,
    "<->|->|<-|--|>=|<=|~=": 5,  # parted by a directive
    r"https?://|www\.": 3,
    r"[\[<]": 3,
    r"\$": 4,
    r"\*+|~+|`|\]": 2,
    ":(?=[a-zA-Z+])": 2,
    "&": 6,  # a cell of a matrix
    r"[_\\^{@]": 1,
}
_SIGN = re.compile("|".join(f"({sign})" for sign in _WEIGHTS))
_WEIGHT_OF = (0, *_WEIGHTS.values())
_CELL = 3


@dataclass(frozen=True, slots=True)
class Weight:
    """The cost of drawing something: its own, and that of its coloured code."""

    own: int = 0
    colours: int = 0

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(self.own + other.own, self.colours + other.colours)


class Scale:
    """Weighs the lines of a text, one after another."""

    def __init__(self) -> None:
        self._columns = 0
        """The columns of the table that the line is in."""
        self._is_formula = False
        """Whether a formula may have begun and not ended."""

    def weigh(self, text: str, line: Line, *, is_inside: bool) -> Weight:
        """The weight of the text's next line; `is_inside` if it is in a quote or a list."""
        length = len(text)
        if line.kind is LineKind.TEXT:
            return Weight(self._text(line, is_inside=is_inside) + length // _CHARACTERS)
        self._columns, self._is_formula = 0, False
        if line.kind is LineKind.CODE:
            is_diagram = line.starts and IS_MERMAID.search(line.content)
            fence = 15 + signs(line.content) if line.starts else 0
            own = 1 + fence + _DIAGRAM * bool(is_diagram) + length // _CHARACTERS
            return Weight(own, length // _CHARACTERS_OF_CODE)
        if line.kind is LineKind.FORMULA:
            return Weight(5 + signs(line.content) + length // _CHARACTERS_OF_FORMULA)
        return Weight(12 if line.kind is LineKind.UNDERLINE else 1)

    def _text(self, line: Line, *, is_inside: bool) -> int:
        if line.starts:
            self._columns, self._is_formula = 0, False
        content = line.content
        pipes = content.count("|")
        if "-" in content and _DELIMITERS.match(content):
            self._columns = pipes + 1
        own = 2 + 2 * len(line.prefix.split()) if line.starts else 3 if is_inside else 1
        own += 14 * bool(line.starts and _HEADING.match(content))
        return own + _CELL * max(pipes, self._columns) + signs(content) + self._formulas(content)

    def _formulas(self, content: str) -> int:
        if self._is_formula:
            return len(content) // _CHARACTERS_OF_FORMULA
        left, at, length = [], 0, 0
        for formula in _FORMULA.finditer(content):
            left.append(content[at : formula.start()])
            at = formula.end()
            length += at - formula.start()
        self._is_formula = bool(_UNCLOSED.search("".join([*left, content[at:]])))
        return length // _CHARACTERS_OF_FORMULA


def signs(text: str) -> int:
    """The weight of the significant signs in a text."""
    return sum(_WEIGHT_OF[sign.lastindex or 0] for sign in _SIGN.finditer(text))
