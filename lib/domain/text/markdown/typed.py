"""A person's message, shown as it was typed, with fenced code as code."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r" {0,3}(?:(`{3,})([^`]*)|(~{3,})(.*))$")


@dataclass(frozen=True, slots=True)
class Words:
    """Text with its own line breaks and blanks."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """The content of a fence, without its last line end."""

    text: str
    language: str
    """As named in the fence; `""` without a name."""


def typed(text: str) -> Iterator[Words | Code]:
    """Split the text into pieces. A fence that is never closed is plain text."""
    lines = re.split(r"\r\n?|\n", text)
    closing = _closing(lines)
    first = at = 0
    while at < len(lines):
        end = closing.get(at)
        if end is None:
            at += 1
            continue
        yield from _words(lines[first:at])
        opening = _FENCE.match(lines[at])
        info = (opening[2] or opening[4] or "").split() if opening else []
        yield Code("\n".join(lines[at + 1 : end]), info[0] if info else "")
        first = at = end + 1
    yield from _words(lines[first:])


def _words(lines: list[str]) -> Iterator[Words]:
    """The lines as text, without blank lines around them."""
    first = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    if text := "\n".join(lines[first:]).rstrip():
        yield Words(text)


def _closing(lines: list[str]) -> dict[int, int]:
    """Map each possible opening fence to its closing one: the next of at least its width, without words."""
    closing: dict[int, int] = {}
    below: dict[str, list[tuple[int, int]]] = {"`": [], "~": []}
    """Widths, negative, and lines of possible closing fences: the nearest last, only wider ones before it."""
    for at in range(len(lines) - 1, -1, -1):
        fence = _FENCE.match(lines[at])
        if not fence:
            continue
        sign, info = (fence[1], fence[2]) if fence[1] else (fence[3], fence[4])
        ends = below[sign[0]]
        nearest = bisect_right(ends, (-len(sign), len(lines))) - 1
        if nearest >= 0:
            closing[at] = ends[nearest][1]
        if not info.strip():
            while ends and len(sign) >= -ends[-1][0]:
                ends.pop()
            ends.append((-len(sign), at))
    return closing
