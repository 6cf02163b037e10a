"""The few HTML tags that are drawn with their meaning: attributes are ignored, and nothing is executed."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import unescape

from lib.domain.text.markdown.code_spans import CodeSpans

STRONG = ("b", "strong")
EMPHASISED = ("i", "em", "u")
STRUCK = ("s", "del", "strike")
CODE = ("code", "kbd")
RAISED = ("sub", "sup")
BREAKS = ("br", "p")
HIDDEN = ("details", "center")
"""Tags that only contain other elements."""
NAMES = (*STRONG, *EMPHASISED, *STRUCK, *CODE, *RAISED, *BREAKS, *HIDDEN, "hr", "mark", "small", "summary")
_APART = ("details", "center", "p")
"""Tags that may begin in one paragraph and end in another."""
_MOST_OPEN = 10
"""How many levels of nested tags are followed."""

_NAMES = "|".join(sorted(NAMES, key=len, reverse=True))
_TAG = re.compile(rf"<(/?)({_NAMES})(?:\s[^<>]{{0,200}}|\s*/)?>", re.I)
_TOKEN = re.compile(rf"\\.|`+|<[A-Za-z][A-Za-z0-9+.-]{{1,31}}:[^\s<>]*>|{_TAG.pattern}", re.I | re.S)
_ON_LINES_OF_THEIR_OWN = re.compile(
    rf"^(?:[ \t>*+-]|\d+[.)])*"
    rf"(?:</?(?:{'|'.join(_APART)}|hr)(?:\s[^<>\n]{{0,200}}|\s*/)?>[ \t]*)++(?=$|<summary)",
    re.I | re.M,
)
_HALF = re.compile(r"<(?:/?([A-Za-z]{0,10})|/?([A-Za-z]{1,10})(?:\s[^<>]{0,200}|/))$")

_SUPERSCRIPT = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
        strict=True,
    )
)
_SUBSCRIPT = dict(zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))


@dataclass(frozen=True, slots=True)
class Tag:
    """A known tag."""

    name: str
    is_closing: bool
    start: int
    end: int
    partner: int | None = None
    """Where the tag begins that ends this one, or that this one ends."""
    is_apart: bool = False
    """Whether it needs no partner: its line has only such tags, or it is always alone."""

    @property
    def is_drawn(self) -> bool:
        """Whether it is drawn; otherwise it is text."""
        return self.partner is not None or self.is_apart


def tags(text: str, *, is_open: bool = False) -> Mapping[int, Tag]:
    """The tags of a paragraph by position; if `is_open`, its end closes tags that have no partner yet."""
    if "<" not in text:
        return {}
    found: dict[int, Tag] = {}
    waiting: list[Tag] = []
    names: Counter[str] = Counter()
    for tag in _tags(text):
        found[tag.start] = tag
        if tag.is_closing and names[tag.name]:
            while (last := waiting.pop()).name != tag.name:
                names[last.name] -= 1
            names[tag.name] -= 1
            found[last.start] = replace(last, partner=tag.start)
            found[tag.start] = replace(tag, partner=last.start)
        elif not tag.is_closing and tag.name not in ("br", "hr") and len(waiting) < _MOST_OPEN:
            waiting.append(tag)
            names[tag.name] += 1
    if is_open:
        found |= {tag.start: replace(tag, partner=len(text)) for tag in waiting if not tag.is_apart}
    return found


def _tags(text: str) -> list[Tag]:
    """The tags outside code, escapes and URLs."""
    spans, found, at = CodeSpans(text), list[Tag](), 0
    apart = _apart(text)
    while token := _TOKEN.search(text, at):
        at = token.end()
        if token[0][0] == "`":
            at = spans.end(token.start(), at)
        elif token[2]:
            name = token[2].lower()
            is_apart = name == "br" or token.start() in apart
            found.append(Tag(name, bool(token[1]), token.start(), at, is_apart=is_apart))
    return found


def _apart(text: str) -> frozenset[int]:
    lines = _ON_LINES_OF_THEIR_OWN.finditer(text)
    return frozenset(tag.start() for line in lines for tag in _TAG.finditer(text, line.start(), line.end()))


def half_tag(text: str) -> int:
    """The position at the end of a text where one of these tags may begin; the text's length if none does."""
    half = _HALF.search(text, max(0, len(text) - 220))
    if not half:
        return len(text)
    begun, named = (half[1] or "").lower(), (half[2] or "").lower()
    may_be = named in NAMES if named else any(name.startswith(begun) for name in NAMES)
    return half.start() if may_be else len(text)


def raised(name: str, content: str) -> str | None:
    """The content of `sub` or `sup` in Unicode's own such characters, if each has one."""
    raised_ = _SUBSCRIPT if name == "sub" else _SUPERSCRIPT
    characters = [raised_.get(character) for character in unescape(content).strip()]
    return None if None in characters else "".join(filter(None, characters))
