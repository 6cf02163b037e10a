"""Splits off thinking that a server leaves in the content, between tags such as `<think>` and `</think>`."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from lib.domain.text.code_state import CodeState

_FINAL = "<|end|><|start|>assistant<|channel|>final<|message|>"
TAGS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<reason>", "</reason>"),
    ("[think]", "[/think]"),
    ("<seed:think>", "</seed:think>"),
    ("<longcat_think>", "</longcat_think>"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|start_thinking|>", "<|end_thinking|>"),
    ("<|channel|>analysis<|message|>", _FINAL),
    ("<|start|>assistant<|channel|>analysis<|message|>", _FINAL),
    ("<|channel>thought\n", "<channel|>"),
    ("<unused94>thought\n", "<unused95>"),
)
"""DeepSeek and Qwen, Claude, Gemini's OpenAI endpoint, others in these words, Magistral, Seed, LongCat, Kimi,
OpenThinker, Command A, gpt-oss, Gemma, MedGemma. In lower case: some models write `<Think>`."""
LONGEST_LEAD = 64
"""Characters of white space after which no tag is expected any more."""
LONGEST_BLANK = 1000
"""Characters of white space that are held back because a closing tag may follow."""
_ALL = tuple(tag for pair in TAGS for tag in pair)
_SIGNS = {tag[0] for tag in _ALL}
_SIGN = re.compile("|".join(map(re.escape, sorted(_SIGNS))))
_TAG = re.compile("|".join(map(re.escape, _ALL)), re.I)
_QUOTES = tuple("'\"“「‘«")


@dataclass(frozen=True, slots=True)
class Split:
    """The text and thinking that are certain after a piece of content."""

    thinking: str = ""
    text: str = ""
    """The text after the thinking."""
    was_thinking: bool = False
    """Whether all earlier text turned out to be thinking: only the closing tag was sent."""


class _Stage(Enum):
    LEAD = auto()
    THINKING = auto()
    GAP = auto()
    TEXT = auto()
    PASSING = auto()


class ThinkTags:
    """Splits content, piece by piece, into thinking and the text after it.

    Tags are expected at the start, also several pairs in a row. If a model's template has already opened the
    tag, the first closing tag outside code ends the thinking, unless the text mentioned tags before. White
    space around the tags is dropped. Other text passes unchanged, but what may begin a tag comes one piece
    later.
    """

    def __init__(self) -> None:
        self._stage = _Stage.LEAD
        self._held = ""
        self._closing = ""
        self._has_begun = False
        self.is_told = False
        """Whether thinking comes in its own field: then a closing tag is only mentioned in the text."""
        self._code = CodeState()

    @property
    def passing(self) -> bool:
        """Whether everything from now on is text."""
        return self._stage is _Stage.PASSING

    def passes(self, content: str) -> bool:
        """Whether this piece is plain text: nearly all are, so this is checked first."""
        if self._stage is _Stage.TEXT and not self._held and not _SIGN.search(content):
            self._code.feed(content)
            return True
        return self._stage is _Stage.PASSING

    def split(self, content: str) -> Split:
        """Return the thinking and text that are certain after this piece."""
        self._held += content
        thinking = ""
        while self._stage in (_Stage.LEAD, _Stage.THINKING, _Stage.GAP):
            before = self._stage, self._held
            if self._stage is _Stage.LEAD:
                self._leave_lead()
            elif self._stage is _Stage.THINKING:
                thinking += self._take_thinking()
            else:
                self._leave_gap()
            if (self._stage, self._held) == before:
                return Split(thinking)
        return self._with_text(thinking)

    def close(self) -> tuple[str, str]:
        """Return what was still held back at the end of the content, as thinking and text."""
        if self._stage is _Stage.THINKING:
            return self._take_held().rstrip(), ""
        return "", self._take_held()

    def _leave_lead(self) -> None:
        start = self._held.lstrip()
        for opening, closing in TAGS:
            if _starts(start, opening):
                self._held, self._closing, self._stage = start[len(opening) :], closing, _Stage.THINKING
                return
            if _starts(start, closing):  # the closing tag of thinking that was switched off
                self._held, self._stage = start[len(closing) :], _Stage.GAP
                return
        may_come = any(_starts(tag, start) for tag in _ALL)
        if not may_come or len(self._held) > LONGEST_LEAD:
            self._stage = _Stage.TEXT

    def _leave_gap(self) -> None:
        """After a closing tag: white space, another opening tag, or text, in which no tag is expected."""
        self._held = self._held.lstrip()
        opening = next((pair for pair in TAGS if _starts(self._held, pair[0])), None)
        if opening:
            self._held, self._closing = self._held[len(opening[0]) :], opening[1]
            self._stage, self._has_begun = _Stage.THINKING, False
        elif self._held and not any(_starts(tag, self._held) for tag, _ in TAGS):
            self._stage = _Stage.PASSING

    def _take_thinking(self) -> str:
        thinking, closing = self._held, re.search(re.escape(self._closing), self._held, re.I)
        if closing:
            thinking = self._held[: closing.start()].rstrip()
            self._held, self._stage = self._held[closing.end() :], _Stage.GAP
        else:
            certain = thinking[: len(thinking) - _begun(thinking, (self._closing,))]
            if len(certain) <= LONGEST_BLANK or not certain[-LONGEST_BLANK:].isspace():
                certain = certain.rstrip()
            self._held = thinking[len(certain) :]
            thinking = certain
        if not self._has_begun:
            thinking = thinking.lstrip()
            self._has_begun = bool(thinking)
        return thinking

    def _with_text(self, thinking: str) -> Split:
        """The text that is certain, and whether a closing tag turns earlier text into thinking."""
        tag = None if self.is_told or self._stage is _Stage.PASSING else _TAG.search(self._held)
        if self.is_told or tag:
            self._stage = _Stage.PASSING
        # DeepSeek R1's template opens the tag in the prompt: only the closing tag is sent.
        if tag and self._ends_thinking(tag):
            before, self._held = self._held[: tag.start()].rstrip(), self._held[tag.end() :]
            self._stage = _Stage.GAP
            rest = self.split("")
            return Split(thinking + before + rest.thinking, rest.text, was_thinking=True)
        if self._stage is _Stage.PASSING:
            return Split(thinking, self._take_held())
        end = len(self._held) - _begun(self._held, _ALL)
        text, self._held = self._held[:end], self._held[end:]
        self._code.feed(text)
        return Split(thinking, text)

    def _ends_thinking(self, tag: re.Match[str]) -> bool:
        """Whether the first tag in a text is a real closing tag: not quoted, and not in code."""
        before = self._held[: tag.start()]
        self._code.feed(before)
        is_closing = any(tag[0].lower() == closing for _, closing in TAGS)
        return is_closing and self._code.last not in _QUOTES and not self._code.is_code

    def _take_held(self) -> str:
        held, self._held = self._held, ""
        return held


def _starts(text: str, beginning: str) -> bool:
    return text[: len(beginning)].lower() == beginning.lower()


def _begun(text: str, tags: tuple[str, ...]) -> int:
    """How many characters at the end of `text` may begin one of the tags."""
    longest = min(len(text), max(map(len, tags)) - 1)
    sizes = (size for size in range(longest, 0, -1) if text[-size] in _SIGNS)
    return next((size for size in sizes if any(_starts(tag, text[-size:]) for tag in tags)), 0)
