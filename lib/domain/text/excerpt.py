"""The part of a text that shows why a search has found it."""

from collections.abc import Sequence

from lib.domain.text.plain_text import plain_text

LONGEST, BEFORE = 160, 40
"""Characters of an excerpt, and of it before the first word."""
MOST_LINES = 8


def excerpt(markdown: str, words: Sequence[str]) -> str:
    """The words of the markdown from its first line with most of `words` on, without its signs."""
    lines, wanted = markdown.splitlines(), [word.lower() for word in words]

    def count(number: int) -> int:
        line = lines[number].lower()
        return sum(word in line for word in wanted)

    at = max(range(len(lines)), key=count, default=0)
    text = plain_text("\n".join(lines[at : at + MOST_LINES]))
    places = [place for word in wanted if (place := text.lower().find(word)) >= 0]
    begin = max(0, min(places, default=0) - BEFORE)
    cut = text[begin : begin + LONGEST]
    return f"{'…' if begin or at else ''}{cut}{'…' if begin + LONGEST < len(text) else ''}"
