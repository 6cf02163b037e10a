"""Cuts a reply's markdown into blocks that can be drawn one by one.

While a reply streams only its last block changes, so only that one is drawn again. A cut must never change
what is shown; where that is in doubt there is none and the block stays open:

- Cuts are at a blank line outside fences, formulas and HTML, before a line that cannot belong to what is
  above: no code, no list item or what is indented below one, no table row, quote or definition.
- A link's or footnote's definition may stand anywhere. After one, and after a use such as `[text][label]`,
  `[label][]` or `[^note]`, there is no cut any more. `[1]`, `[1][2]` and `x[i][j]` count as plain text:
  citations and indexes are common, and a lone `[label]` defined further down is only left without its link.
- A block has at least `MIN_BLOCK` characters, so that a page holds few elements.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

MIN_BLOCK = 160
"""A shorter block waits for what follows: an element costs more than a few characters sent again."""

FORMULA_ENDS = ("$$", r"\]")

_QUOTE = 0
"""A quote among the open containers; the others are the columns a list item or footnote is indented by."""

_ITEM = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?= |$)")
_NOTE = re.compile(r"\[\^[^\[\]\s]+\]: *")
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_FORMULA = re.compile(r"(?:(\$\$)(?!\$)|\\\[)(.*)")
_HEADING = re.compile(r"#{1,6}(?: |$)")
_UNDERLINE = re.compile(r"(?:=+|-+) *$")
_RULE = re.compile(r"(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")


class Kind(Enum):
    """What a line of markdown is part of."""

    BLANK = auto()
    TEXT = auto()
    UNDERLINE = auto()
    """What makes a heading of the paragraph above."""
    CODE = auto()
    FORMULA = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `prefix` holds quote signs, list markers and indentation, `content` the rest."""

    kind: Kind
    prefix: str = ""
    content: str = ""
    starts: bool = False
    """Whether it begins a paragraph, heading, list item, fence or formula of its own."""


class Structure:
    """Tells line by line what CommonMark makes of it, formulas included. HTML counts as text."""

    def __init__(self) -> None:
        self._containers: list[int] = []
        self._paragraph = False
        self._fence = ""
        self._formula = ""

    @property
    def idle(self) -> bool:
        """Whether no fence or formula waits for its end."""
        return not self._fence and not self._formula

    @property
    def inside(self) -> bool:
        """Whether a quote, list item or footnote is open, to which an indented line would belong."""
        return bool(self._containers)

    def feed(self, line: str, formula_ends: tuple[str, ...] = FORMULA_ENDS) -> Line:
        """The next line, without its line end; a formula of several lines opens if its end is listed."""
        text = line.expandtabs(4)
        rest, matched = self._enter(text)
        if self._formula:
            if self._formula in rest:
                self._formula = ""
            return Line(Kind.FORMULA, text[: len(text) - len(rest)], rest)
        if self._fence and matched == len(self._containers):
            return self._in_fence(rest)
        self._fence = ""
        if not rest.strip(" "):
            self._leave(matched)
            return Line(Kind.BLANK)
        return self._open(text, rest, matched, formula_ends)

    def _enter(self, rest: str) -> tuple[str, int]:
        """What is left of a line inside the open containers it belongs to, and how many those are."""
        for matched, width in enumerate(self._containers):
            content = rest.lstrip(" ")
            indent = len(rest) - len(content)
            if width == _QUOTE:
                if indent > 3 or not content.startswith(">"):
                    return rest, matched
                rest = content[1:].removeprefix(" ")
            elif content and indent < width:
                return rest, matched
            else:
                rest = rest[width:]
        return rest, len(self._containers)

    def _leave(self, matched: int) -> None:
        """Close the paragraph and the containers after the first `matched`."""
        del self._containers[matched:]
        self._paragraph = False

    def _in_fence(self, rest: str) -> Line:
        closing = rest.strip(" ")
        indent = len(rest) - len(rest.lstrip(" "))
        if indent < 4 and closing.startswith(self._fence) and not closing.strip(self._fence[0]):
            self._fence = ""
        return Line(Kind.CODE)

    def _open(self, text: str, rest: str, matched: int, formula_ends: tuple[str, ...]) -> Line:
        """A line that is not blank and not inside a fence or formula."""
        continues = self._paragraph
        inside = matched == len(self._containers)
        while container := self._container(rest, interrupts=continues and inside):
            if continues or not inside:
                self._leave(matched)
                continues, inside = False, True
            width, rest = container
            self._containers.append(width)
            matched += 1
        content = rest.lstrip(" ")
        prefix = text[: len(text) - len(content)]
        if len(rest) - len(content) > 3:
            if continues:
                return Line(Kind.TEXT, prefix, content)
            self._leave(matched)
            return Line(Kind.CODE)
        if continues and inside and _UNDERLINE.match(content):
            self._paragraph = False
            return Line(Kind.UNDERLINE, prefix, content)
        return self._leaf(prefix, content, matched, continues, formula_ends)

    def _container(self, rest: str, *, interrupts: bool) -> tuple[int, str] | None:
        """The container that begins here and what is left of the line inside it."""
        content = rest.lstrip(" ")
        indent = len(rest) - len(content)
        if indent > 3 or not content:
            return None
        if content.startswith(">"):
            return _QUOTE, content[1:].removeprefix(" ")
        if note := _NOTE.match(content):
            return 4, content[note.end() :]
        item = _ITEM.match(content)
        if not item or _RULE.match(content):
            return None
        after = content[item.end() :]
        body = after.lstrip(" ")
        if interrupts and (not body or item[1] not in (None, "1")):
            return None
        gap = len(after) - len(body)
        width = item.end() + (gap if body and gap < 5 else 1)
        return indent + width, content[width:]

    def _leaf(
        self, prefix: str, content: str, matched: int, continues: bool, formula_ends: tuple[str, ...]
    ) -> Line:
        if fence := _FENCE.match(content):
            self._leave(matched)
            self._fence = fence[1] or fence[2]
            return Line(Kind.CODE, prefix, content, starts=True)
        if self._is_formula(content, formula_ends):
            self._leave(matched)
            return Line(Kind.FORMULA, prefix, content, starts=True)
        if not content or _HEADING.match(content) or _RULE.match(content):
            self._leave(matched)
            return Line(Kind.TEXT, prefix, content, starts=True)
        if not continues:
            self._leave(matched)
            self._paragraph = True
        return Line(Kind.TEXT, prefix, content, starts=not continues)

    def _is_formula(self, content: str, formula_ends: tuple[str, ...]) -> bool:
        """Whether a formula on lines of its own begins; it is kept open when it does not end here."""
        opening = _FORMULA.match(content)
        if not opening:
            return False
        end, body = opening[1] or r"\]", opening[2]
        if end in body:
            return not body.partition(end)[2].strip(" .,;")
        if end not in formula_ends or (not opening[1] and "]" in body):
            return False
        self._formula = end
        return True


_BELONGS_ABOVE = re.compile(r"\t|(?:[-+*]|\d{1,9}[.)])(?:\s|$)|[|>]|\[[^\[\]]+\]:")
_UNDECIDED = " \t\r-+*|>[0123456789"
"""Line beginnings that may yet turn out to belong to what is above."""
_DECIDING = 5
"""Characters of a line that decide: up to three blanks, which mean nothing to a paragraph, and one more."""

_LINE_END = re.compile(r"\r\n?|\n")
_CODE_SPAN = re.compile(r"(`+)[^`]+\1(?!`)")
_USE = re.compile(r"\[\^[^\[\]\s]+\]|(?<![\w\])])\[(?!\d+\])[^\[\]]+\]\[[^\[\]]*\](?!\()")
_DEFINITION = re.compile(r"\[[^\[\]]+\]:[ \t]*(?:\S+[ \t]*(?:[\"'(].*)?)?$")
_HTML = {
    re.compile(r"<(?:pre|script|style|textarea)(?=[\s>]|$)", re.I): re.compile(
        r"</(?:pre|script|style|textarea)>", re.I
    ),
    re.compile(r"<!--"): re.compile(r"-->"),
    re.compile(r"<\?"): re.compile(r"\?>"),
    re.compile(r"<!\[CDATA\["): re.compile(r"\]\]>"),
    re.compile(r"<![A-Za-z]"): re.compile(r">"),
}
"""How the HTML blocks begin that may hold blank lines, and how they end."""


class BlockSplitter:
    """Splits a growing text. The blocks are the same however the text was cut into feeds."""

    def __init__(self) -> None:
        self._structure = Structure()
        self._lines: list[str] = []
        self._line: list[str] = []
        self._size = 0
        self._gap = False
        self._refers = False
        self._html: re.Pattern[str] | None = None

    @property
    def open(self) -> str:
        """The text of the block that may still change."""
        return "".join(self._lines) + "".join(self._line)

    def feed(self, text: str) -> list[str]:
        """Add text; returns the blocks that became final by it."""
        blocks: list[str] = []
        *ended, rest = text.split("\n")
        for end in ended:
            blocks += self._add("".join([*self._line, end, "\n"]))
        if rest:
            self._line.append(rest)
            if self._gap and self._begins_apart("".join(self._line[:_DECIDING])[:_DECIDING]):
                blocks.append(self._cut())
        return blocks

    def close(self) -> list[str]:
        """The text is complete; returns what is left of it."""
        blocks = self._add("".join(self._line)) if self._line else []
        return [*blocks, self._cut()] if self._lines else blocks

    def _add(self, line: str) -> list[str]:
        """Take a whole line; returns the block it closed, if any."""
        self._line.clear()
        blank = not line.strip(" \t\r\n")
        blocks = [self._cut()] if self._gap and not blank and not self._belongs_above(line) else []
        self._lines.append(line)
        self._size += len(line)
        for part in _LINE_END.split(line.removesuffix("\n")):
            self._read(part)
        ready = self._structure.idle and not self._refers and not self._html
        self._gap = blank and ready and self._size >= MIN_BLOCK
        return blocks

    def _begins_apart(self, beginning: str) -> bool:
        """Whether the first characters of a line tell already that it does not belong to what is above."""
        content = beginning.lstrip(" ")
        return content[:1] not in _UNDECIDED and not self._belongs_above(beginning)

    def _belongs_above(self, line: str) -> bool:
        content = line.lstrip(" ")
        indent = len(line) - len(content)
        if indent > 3 or (indent and self._structure.inside):
            return True
        return bool(_BELONGS_ABOVE.match(content))

    def _cut(self) -> str:
        block = "".join(self._lines)
        self._lines.clear()
        self._size = 0
        self._gap = False
        return block

    def _read(self, text: str) -> None:
        """Note what a line says about the lines to come."""
        line = self._structure.feed(text)
        if self._html:
            self._html = None if self._html.search(text) else self._html
        if line.kind is not Kind.TEXT:
            return
        if _DEFINITION.match(line.content) or _USE.search(_CODE_SPAN.sub("", text)):
            self._refers = True
        if line.content.startswith("<") and not self._html:
            ends = (end for start, end in _HTML.items() if start.match(line.content))
            self._html = next((end for end in ends if not end.search(line.content)), None)


def split(text: str) -> list[str]:
    """The blocks of a whole text."""
    splitter = BlockSplitter()
    return [*splitter.feed(text), *splitter.close()]
