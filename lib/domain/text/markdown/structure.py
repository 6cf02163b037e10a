"""What each line of markdown belongs to: a paragraph, code, a formula."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from lib.domain.text.math import formulas

DEEPEST = 20
"""How many levels of quotes and list items are recognized; anything nested more deeply is text."""

_QUOTE = 0
"""A quote among the open containers; the others are the indentation columns of list items and footnotes."""

_ITEM = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?= |$)")
_NOTE = re.compile(r"\[\^[^\[\]\s]+\]: *")
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_HEADING = re.compile(r"#{1,6}(?: |$)")
_UNDERLINE = re.compile(r"(?:=+|-+) *$")
_RULE = re.compile(r"(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")


class LineKind(Enum):
    """What a line of markdown belongs to."""

    BLANK = auto()
    TEXT = auto()
    UNDERLINE = auto()
    """Turns the paragraph above into a heading."""
    CODE = auto()
    FORMULA = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `prefix` holds quote signs, list markers and indentation, `content` the rest."""

    kind: LineKind
    prefix: str = ""
    content: str = ""
    starts: bool = False
    """Whether it begins a new paragraph, heading, list item, fence or formula."""
    is_too_deep: bool = False
    """Whether `content` begins with a quote or list item beyond the limit."""


def _always(_end: str) -> bool:
    return True


class Structure:
    """Classifies lines one by one as CommonMark does, formulas included. HTML counts as text."""

    def __init__(self) -> None:
        self._containers: list[int] = []
        self._paragraph = False
        self._fence = ""
        self._formula = ""
        self._end = ""
        """The sign that ends the open formula within the paragraph."""

    @property
    def idle(self) -> bool:
        """Whether no fence or formula is open."""
        return not self._fence and not self._formula

    @property
    def inside(self) -> bool:
        """Whether a quote, list item or footnote is open, to which an indented line would belong."""
        return bool(self._containers)

    def feed(self, line: str, closes: Callable[[str], bool] = _always) -> Line:
        """Classify the next line, without its line end; a multi-line formula opens if its end `closes` it."""
        # CommonMark's rule for indentation: a tab moves to the next multiple of four columns.
        text = line.expandtabs(4)
        rest, matched = self._enter(text)
        if self._formula:
            if self._formula in rest:
                self._formula = ""
            return Line(LineKind.FORMULA, text[: len(text) - len(rest)], rest)
        if self._fence and matched == len(self._containers):
            return self._in_fence(rest)
        self._fence = ""
        if not rest.strip(" "):
            self._leave(matched)
            return Line(LineKind.BLANK)
        return self._open(text, rest, matched, closes)

    def _enter(self, rest: str) -> tuple[str, int]:
        """The rest of a line inside the open containers that it belongs to, and their number."""
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
        self._paragraph, self._end = False, ""

    def _in_fence(self, rest: str) -> Line:
        closing = rest.strip(" ")
        indent = len(rest) - len(rest.lstrip(" "))
        if indent < 4 and closing.startswith(self._fence) and not closing.strip(self._fence[0]):
            self._fence = ""
        return Line(LineKind.CODE)

    def _open(self, text: str, rest: str, matched: int, closes: Callable[[str], bool]) -> Line:
        """Classify a line that is not blank and not inside a fence or formula."""
        continues = self._paragraph
        inside = matched == len(self._containers)
        while container := self._container(rest, interrupts=continues and inside):
            if continues or not inside:
                self._leave(matched)
                continues, inside = False, True
            if matched == DEEPEST:
                self._paragraph = True
                content = rest.lstrip(" ")
                return Line(LineKind.TEXT, text[: len(text) - len(content)], content, True, True)
            width, rest = container
            self._containers.append(width)
            matched += 1
        content = rest.lstrip(" ")
        prefix = text[: len(text) - len(content)]
        if len(rest) - len(content) > 3:
            if continues:
                return Line(LineKind.TEXT, prefix, content)
            self._leave(matched)
            return Line(LineKind.CODE)
        if continues and inside and _UNDERLINE.match(content):
            self._paragraph = False
            return Line(LineKind.UNDERLINE, prefix, content)
        return self._leaf(prefix, content, matched, continues, closes)

    def _container(self, rest: str, *, interrupts: bool) -> tuple[int, str] | None:
        """The container that begins here, and the rest of the line inside it."""
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
        # CommonMark: within a paragraph, a list begins only at an item with words, numbered 1 or not at all.
        if interrupts and (not body or item[1] not in (None, "1")):
            return None
        gap = len(after) - len(body)
        # CommonMark: five blanks after the marker mean an item that begins with code.
        width = item.end() + (gap if body and gap < 5 else 1)
        return indent + width, content[width:]

    def _leaf(
        self, prefix: str, content: str, matched: int, continues: bool, closes: Callable[[str], bool]
    ) -> Line:
        if fence := _FENCE.match(content):
            self._leave(matched)
            self._fence = fence[1] or fence[2]
            return Line(LineKind.CODE, prefix, content, starts=True)
        if not self._end and self._is_formula(content, closes):
            self._leave(matched)
            return Line(LineKind.FORMULA, prefix, content, starts=True)
        if not content or _HEADING.match(content) or _RULE.match(content):
            self._leave(matched)
            return Line(LineKind.TEXT, prefix, content, starts=True)
        if not continues:
            self._leave(matched)
            self._paragraph = True
        self._end = formulas.waited_for(content, self._end)
        return Line(LineKind.TEXT, prefix, content, starts=not continues)

    def _is_formula(self, content: str, closes: Callable[[str], bool]) -> bool:
        """Whether a formula on its own lines begins; it stays open if it does not end here."""
        opening = formulas.opening(content)
        if not opening:
            return False
        if opening.is_closed:
            return not opening.after.strip(formulas.AFTER)
        if opening.may_be_words or not closes(opening.end):
            return False
        self._formula = opening.end
        return True
