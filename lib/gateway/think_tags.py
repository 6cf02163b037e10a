"""Thinking that a server puts into the content, between `<think>` and `</think>` at its very start."""

from enum import Enum, auto

OPENING = "<think>"
CLOSING = "</think>"
LONGEST_LEAD = 64
"""Characters of white space after which no tag is expected any more."""


class _Stage(Enum):
    LEAD = auto()
    THINKING = auto()
    GAP = auto()
    TEXT = auto()


class ThinkTags:
    """Splits content, piece by piece, into the thinking and the text after it.

    White space around the tags is dropped. Text without a tag at its start passes as it is, though the
    white space at its start may come one piece later.
    """

    def __init__(self) -> None:
        self._stage = _Stage.LEAD
        self._held = ""
        self._began = False

    @property
    def passing(self) -> bool:
        """Whether all that comes from now on is text."""
        return self._stage is _Stage.TEXT

    def split(self, content: str) -> tuple[str, str]:
        """The thinking and the text that are certain after this piece."""
        self._held += content
        thinking = ""
        if self._stage is _Stage.LEAD:
            self._leave_lead()
        if self._stage is _Stage.THINKING:
            thinking = self._take_thinking()
        if self._stage is _Stage.GAP:
            self._held = self._held.lstrip()
            if self._held:
                self._stage = _Stage.TEXT
        return thinking, self._take_held() if self._stage is _Stage.TEXT else ""

    def close(self) -> tuple[str, str]:
        """What was still held when the content ended, as thinking and text."""
        if self._stage is _Stage.THINKING:
            return self._take_held().rstrip(), ""
        return "", self._take_held()

    def _leave_lead(self) -> None:
        start = self._held.lstrip()
        if start.startswith(OPENING):
            self._held = start.removeprefix(OPENING)
            self._stage = _Stage.THINKING
        elif not OPENING.startswith(start) or len(self._held) > LONGEST_LEAD:
            self._stage = _Stage.TEXT

    def _take_thinking(self) -> str:
        thinking, tag, after = self._held.partition(CLOSING)
        if tag:
            self._held, self._stage = after, _Stage.GAP
            thinking = thinking.rstrip()
        else:
            certain = thinking[: len(thinking) - _tag_begun(thinking)].rstrip()
            self._held = thinking[len(certain) :]
            thinking = certain
        if not self._began:
            thinking = thinking.lstrip()
            self._began = bool(thinking)
        return thinking

    def _take_held(self) -> str:
        held, self._held = self._held, ""
        return held


def _tag_begun(text: str) -> int:
    """How many characters at the end of `text` may be the beginning of the closing tag."""
    longest = min(len(text), len(CLOSING) - 1)
    return next((size for size in range(longest, 0, -1) if CLOSING.startswith(text[-size:])), 0)
