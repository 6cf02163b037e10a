"""Splits a reply's markdown into blocks that can be drawn one by one.

While a reply streams only its last block changes, so only that block is drawn again. A cut must never change
what is shown; in case of doubt there is no cut and the block stays open:

- Cuts are at a blank line outside fences, formulas and HTML, before a line that cannot belong to what is
  above: not code, not a list item or text indented below one, not a table row, quote or definition.
- The definition of a link or footnote may stand anywhere. After one, and after a use such as `[text][label]`,
  `[label][]` or `[^note]`, there are no more cuts. `[1]`, `[1][2]` and `x[i][j]` count as plain text:
  citations and indexes are common, and a lone `[label]` defined further down only loses its link.
- A block has at least `MIN_BLOCK` characters, so that a page holds few elements.

A block that would keep a browser busy for too long (`markdown/limits.py`) is shown as it was written.
It may be cut after any line, since its letters have no other meaning.
"""

import re

from lib.domain.text.markdown import limits
from lib.domain.text.markdown.code_spans import without_code
from lib.domain.text.markdown.structure import LineKind, Structure
from lib.domain.text.tables import before_unfinished_head

MIN_BLOCK = 160
"""A shorter block waits for more: an element costs more than a few characters sent again."""

_BELONGS_ABOVE = re.compile(r"\t|(?:[-+*]|\d{1,9}[.)])(?:\s|$)|[|>]|\[[^\[\]]+\]:")
_UNDECIDED = " \t\r-+*|>[0123456789"
"""Line beginnings that may still turn out to belong to what is above."""
_DECIDING = 5
"""Characters of a line that decide: up to three blanks, which a paragraph ignores, and one more."""

_LINE_END = re.compile(r"\r\n?|\n")
_USE = re.compile(r"\[\^[^\[\]\s]+\]|(?<![\w\])])\[(?!\d+\])[^\[\]]+\]\[[^\[\]]*\](?!\()")
_DEFINITION = re.compile(r"\[[^\[\]]+\]:[ \t]*(?:\S++[ \t]*+(?:[\"'(].*)?)?$")
_HTML = {
    re.compile(r"<(?:pre|script|style|textarea)(?=[\s>]|$)", re.I): re.compile(
        r"</(?:pre|script|style|textarea)>", re.I
    ),
    re.compile(r"<!--"): re.compile(r"-->"),
    re.compile(r"<\?"): re.compile(r"\?>"),
    re.compile(r"<!\[CDATA\["): re.compile(r"\]\]>"),
    re.compile(r"<![A-Za-z]"): re.compile(r">"),
}
"""The beginnings and ends of HTML blocks that may contain blank lines."""


class Block(str):
    """A piece of a text."""

    is_plain = False
    """Whether to show it as it was written."""
    is_uncoloured = False
    """Whether to show its code without colours."""


class BlockSplitter:
    """Splits a growing text. The blocks do not depend on how the text was split into feeds."""

    def __init__(self) -> None:
        self._structure = Structure()
        self._lines: list[str] = []
        self._line: list[str] = []
        self._size = 0
        self._gap = False
        self._refers = False
        self._html: re.Pattern[str] | None = None
        self._scale = limits.Scale()
        self._weight = limits.Weight()
        self._left, self._colours_left = limits.MOST, limits.COLOURS

    @property
    def open(self) -> Block:
        """The text of the block that may still change."""
        line = "".join(self._line)
        return self._block("".join(self._lines) + line, self._weight + limits.Weight(limits.signs(line)))

    @property
    def shown(self) -> Block:
        """The same without what cannot be shown yet: the head of a table before its delimiter row."""
        block = self.open
        if not self._structure.idle or block.is_plain:
            return block
        ready = Block(before_unfinished_head(block))
        ready.is_uncoloured = block.is_uncoloured
        return ready

    def feed(self, text: str) -> list[Block]:
        """Add text; return the blocks that became final."""
        blocks: list[Block] = []
        *ended, rest = text.split("\n")
        for end in ended:
            blocks += self._add("".join([*self._line, end, "\n"]))
        if rest:
            self._line.append(rest)
            # Before the line is complete: a paragraph may take long to write, and until then it would be
            # drawn with the last block.
            if self._gap and self._begins_apart("".join(self._line[:_DECIDING])[:_DECIDING]):
                blocks.append(self._cut())
        return blocks

    def close(self) -> list[Block]:
        """End the text; return the rest of it."""
        blocks = self._add("".join(self._line)) if self._line else []
        return [*blocks, self._cut()] if self._lines else blocks

    def _block(self, text: str, weight: limits.Weight) -> Block:
        block = Block(text)
        block.is_plain = weight.own > self._left or self._is_spent
        block.is_uncoloured = weight.colours > min(self._colours_left, self._left - weight.own)
        return block

    @property
    def _is_spent(self) -> bool:
        return self._left < limits.SPENT

    def _add(self, line: str) -> list[Block]:
        """Add a whole line; return the block that it closed, if any."""
        self._line.clear()
        if self._is_spent:
            return self._add_plain(line)
        blank = not line.strip(" \t\r\n")
        blocks = [self._cut()] if self._gap and not blank and not self._belongs_above(line) else []
        self._lines.append(line)
        self._size += len(line)
        for part in _LINE_END.split(line.removesuffix("\n")):
            self._read(part)
        ready = self._structure.idle and not self._refers and not self._html
        self._gap = blank and ready and self._size >= MIN_BLOCK
        if self._weight.own > self._left and self._size >= limits.LONGEST_PLAIN:
            blocks.append(self._piece())
        return blocks

    def _add_plain(self, line: str) -> list[Block]:
        """Add a line that needs no analysis."""
        self._lines.append(line)
        self._size += len(line)
        return [self._piece()] if self._size >= limits.LONGEST_PLAIN else []

    def _begins_apart(self, beginning: str) -> bool:
        """Whether the first characters of a line already show that it does not belong to what is above."""
        content = beginning.lstrip(" ")
        return content[:1] not in _UNDECIDED and not self._belongs_above(beginning)

    def _belongs_above(self, line: str) -> bool:
        content = line.lstrip(" ")
        indent = len(line) - len(content)
        if indent > 3 or (indent and self._structure.inside):
            return True
        return bool(_BELONGS_ABOVE.match(content))

    def _cut(self) -> Block:
        block = self._piece()
        colours = 0 if block.is_plain or block.is_uncoloured else self._weight.colours
        self._left -= (limits.PLAIN if block.is_plain else self._weight.own) + colours
        self._colours_left -= colours
        self._weight = limits.Weight()
        return block

    def _piece(self) -> Block:
        """The current text of the open block."""
        block = self._block("".join(self._lines), self._weight)
        self._lines.clear()
        self._size = 0
        self._gap = False
        return block

    def _read(self, text: str) -> None:
        """Note what a line means for the following lines."""
        line = self._structure.feed(text)
        self._weight += self._scale.weigh(text, line, is_inside=self._structure.inside)
        if self._html:
            self._html = None if self._html.search(text) else self._html
        if line.kind is not LineKind.TEXT:
            return
        if _DEFINITION.match(line.content) or _USE.search(without_code(text)):
            self._refers = True
        if line.content.startswith("<") and not self._html:
            ends = (end for start, end in _HTML.items() if start.match(line.content))
            self._html = next((end for end in ends if not end.search(line.content)), None)


def split(text: str) -> list[Block]:
    """Split a whole text into blocks."""
    splitter = BlockSplitter()
    return [*splitter.feed(text), *splitter.close()]
