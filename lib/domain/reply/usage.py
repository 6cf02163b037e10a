"""How many tokens a reply used, and how we know."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import listed, mark

CHARACTERS_PER_TOKEN_WIDE = 1.5
"""Chinese, Japanese and Korean text: roughly what current tokenizers need."""
CHARACTERS_PER_TOKEN_NARROW = 4.0
"""Latin text: the rule of thumb in OpenAI's tokenizer guide."""
TOKENS_PER_MESSAGE = 4
"""Role and separators around each message of a chat request."""


class Source(StrEnum):
    """The source of a number."""

    REPORTED = "reported"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


SOURCES = {
    Source.REPORTED: mark("reported"),
    Source.ESTIMATED: mark("estimated"),
    Source.UNKNOWN: mark("unknown"),
}
"""Names for people, marked for translation."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts in OpenAI's terms. `None` means nobody reported it."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    cached_tokens: int | None = None
    """The part of `prompt_tokens` that the upstream read from its cache."""
    reasoning_tokens: int | None = None
    """The part of `completion_tokens` that was reasoning."""
    source: Source = Source.UNKNOWN

    @property
    def adds_up(self) -> bool:
        """Whether the counts agree, as far as they are known."""
        prompt, completion, total = self.prompt_tokens, self.completion_tokens, self.total_tokens
        if prompt is not None and completion is not None and total not in (None, prompt + completion):
            return False
        parts = ((self.cached_tokens, prompt), (self.reasoning_tokens, completion))
        return all(part is None or whole is None or part <= whole for part, whole in parts)


def in_words(usage: Usage) -> str:
    """The known counts and their source; empty if none is known."""
    counts = (
        (_("{count} prompt"), usage.prompt_tokens),
        (_("{count} cached"), usage.cached_tokens),
        (_("{count} completion"), usage.completion_tokens),
        (_("{count} reasoning"), usage.reasoning_tokens),
    )
    known = [text.format(count=formats.number(count)) for text, count in counts if count is not None]
    if not known:
        return ""
    text = _("{counts} ({source})") if usage.adds_up else _("{counts} ({source}, which do not add up)")
    return text.format(counts=listed(known), source=_(SOURCES[usage.source]))


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of `text` from its script; 0 for an empty text."""
    return whole_tokens(weight(text))


def weight(text: str) -> float:
    """The unrounded tokens of a piece of text, so that pieces can be added up."""
    if text.isascii():  # constant time, however long the text is
        return len(text) / CHARACTERS_PER_TOKEN_NARROW
    wide = sum(1 for character in text if unicodedata.east_asian_width(character) in "WF")
    narrow = len(text) - wide
    return wide / CHARACTERS_PER_TOKEN_WIDE + narrow / CHARACTERS_PER_TOKEN_NARROW


def whole_tokens(weight: float) -> int:
    """The rounded estimate for a text of this weight."""
    # Rounded up, but not because of the tiny excess that a sum of pieces may have over the whole.
    return round(weight + 0.49)


def estimate_prompt(texts: Sequence[str], image_tokens: int = 0) -> int:
    """Estimate the tokens of the prompt's messages; `image_tokens` is the estimate for its images."""
    return sum(estimate_tokens(text) + TOKENS_PER_MESSAGE for text in texts) + image_tokens


def estimate_usage(prompt: Sequence[str], completion: str, image_tokens: int = 0) -> Usage:
    """Estimate a reply's usage from the prompt and the received text.

    `image_tokens` is the estimate for the images in the prompt.
    """
    prompt_tokens = estimate_prompt(prompt, image_tokens)
    completion_tokens = estimate_tokens(completion)
    total = prompt_tokens + completion_tokens
    return Usage(prompt_tokens, completion_tokens, total, source=Source.ESTIMATED)
