"""Why an answer ended, in one vocabulary: servers write OpenAI's `finish_reason` in their own words."""

import re
from enum import StrEnum


class Ending(StrEnum):
    """The meaning of a finish reason for a person."""

    COMPLETE = "complete"
    LENGTH = "length"
    """A token limit was reached: there may be more to say."""
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"
    BROKEN = "broken"
    """The server could not continue."""
    OTHER = "other"
    """An unknown word."""


_WORDS = {
    Ending.CONTENT_FILTER: (
        "filter filtered filtering safety recitation blocklist blocked prohibited spii refusal refused"
        " sensitive moderation moderated guardrail guardrails armor toxic risk violation policy flagged"
    ),
    Ending.COMPLETE: "stop stopped end ended eos done normal complete completed finish finished success",
    Ending.LENGTH: "length len max limit token tokens context truncated incomplete exceeded pause",
    Ending.BROKEN: (
        "error malformed unexpected many missing insufficient abort aborted cancel cancelled canceled"
        " interrupted timeout fail failed no"
    ),
    Ending.TOOL_CALLS: "tool tools function functions",
}
"""Words that reveal a finish reason's meaning; the first match counts. They are those of OpenAI, Anthropic,
Bedrock, Gemini, Cohere, Mistral, DeepSeek, Zhipu, MiniMax and servers of open models."""
_ENDINGS = [(ending, set(words.split())) for ending, words in _WORDS.items()]


def ending_of(reason: str) -> Ending:
    """The meaning of a server's finish reason, in any spelling: `MAX_TOKENS`, `max-tokens`, `maxTokens`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", reason.strip()).lower()
    words = set(re.findall(r"[a-z]+", spaced.rpartition(".")[2].removeprefix("finish_reason_")))
    return next((ending for ending, known in _ENDINGS if words & known), Ending.OTHER)
