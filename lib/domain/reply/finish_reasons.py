"""Why an answer ended, in one vocabulary: servers write OpenAI's `finish_reason` in words of their own."""

import re
from enum import StrEnum


class Ending(StrEnum):
    """What a finish reason means to a person."""

    COMPLETE = "complete"
    LENGTH = "length"
    """A limit of tokens was reached: there may be more to say."""
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"
    BROKEN = "broken"
    """The server could not go on."""
    OTHER = "other"
    """A word that is not known here."""


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
"""One of these in a reason tells what it means; the first kind that has one counts. The words are those of
OpenAI, Anthropic, Bedrock, Gemini, Cohere, Mistral, DeepSeek, Zhipu, MiniMax and servers of open models."""
_ENDINGS = [(ending, set(words.split())) for ending, words in _WORDS.items()]


def ending_of(reason: str) -> Ending:
    """What a server's finish reason means, however it is written: `MAX_TOKENS`, `max-tokens`, `maxTokens`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", reason.strip()).lower()
    words = set(re.findall(r"[a-z]+", spaced.rpartition(".")[2].removeprefix("finish_reason_")))
    return next((ending for ending, known in _ENDINGS if words & known), Ending.OTHER)
