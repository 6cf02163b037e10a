"""Writes a paragraph, with signs of emphasis placed so that they count as emphasis."""

import re

from lib.domain.text.markdown.emphasis import flanks
from lib.domain.text.markdown.readers import Reader

_MARKERS = re.compile(r"[\s>*+\-\d.)#]*")
"""The markers of quotes, list items and headings."""
_DIRECTIVE = re.compile(r":[a-z-]+\[")


class MarkdownWriter:
    """Writes one paragraph for a reader."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._pieces: list[str] = []
        self._is_fresh = True
        """Whether nothing has been written on the line."""

    @property
    def before(self) -> str:
        """The last character; `""` at the beginning."""
        return self._pieces[-1][-1] if self._pieces else ""

    @property
    def text(self) -> str:
        """Everything written so far."""
        return "".join(self._pieces)

    def write(self, piece: str) -> None:
        """Write a piece unchanged, separated from a directive that it would become part of."""
        if not piece:
            return
        if self._pieces and self._pieces[-1] == ":" and _DIRECTIVE.match(piece):
            self._pieces[-1] = r"\:"
        if piece[0] == "{" and self.before == "]" and self.reader.is_streamlit:
            self._pieces.append("\\")
        self._pieces.append(piece)
        if piece == self.reader.line_break:
            self._is_fresh = True
        elif piece != self.reader.nothing and not _MARKERS.fullmatch(piece):
            self._is_fresh = False

    def part(self) -> None:
        """Separate what was written from what comes next."""
        self.write(self.reader.nothing)

    def begin_line(self) -> None:
        """Start a new line, if this one is not empty."""
        if not self._is_fresh:
            self.write(self.reader.line_break)

    def open(self, sign: str, after: str) -> int:
        """Begin emphasis before the character `after`; return the index of its sign among the pieces."""
        is_doubled = after == sign[0]
        if self.before == sign[0] or not flanks(self.before, ":" if is_doubled else after).opens:
            self.part()
        start = len(self._pieces)
        self.write(sign)
        if is_doubled:
            self.part()
        return start

    def close(self, sign: str, after: str, start: int) -> None:
        """End the emphasis that begins at the piece `start`; white space at its end moves after it."""
        if set(self._pieces[start + 1 :]) <= {self.reader.nothing}:
            del self._pieces[start:]  # nothing was written in between
            return
        space = self._without_space()
        if self.before == sign[0]:
            self.part()
        before, following = self.before, space[:1] or after
        self.write(sign)
        if following == sign[0] or not flanks(before, following).closes:
            self.part()
        self.write(space)

    def _without_space(self) -> str:
        """Remove the white space at the end, and return it."""
        space = ""
        while self._pieces and (len(last := self._pieces[-1]) > len(word := last.rstrip()) or not word):
            space = last[len(word) :] + space
            self._pieces.pop()
            if word:
                self._pieces.append(word)
                break
        return space
