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
    Ending.COMPLETE: (
        *(
            "stop",
            "end_turn",
            "stop_sequence",
            "eos",
            "eos_token",
            "end_of_sequence",
            "end",
            "done",
            "normal",
        ),
        *("complete", "completed", "finish", "finished"),
    ),
    Ending.LENGTH: (
        *("length", "max_tokens", "max_token", "max_output_tokens", "max_new_tokens", "max_length"),
        *("max_completion_tokens", "model_length", "model_context_window_exceeded", "context_length"),
        *("context_length_exceeded", "token_limit", "token_limit_reached", "incomplete"),
        *("output_limit", "truncated", "model_max_length", "max_context_length", "pause_turn"),
    ),
    Ending.CONTENT_FILTER: (
        *("content_filter", "content_filtered", "content_filtering", "safety", "image_safety", "recitation"),
        *("image_recitation", "image_prohibited_content", "blocklist", "prohibited_content", "spii"),
        *("refusal", "sensitive", "moderation", "guardrail", "guardrail_intervened", "guardrails"),
        *("model_armor", "blocked", "filtered", "error_toxic", "risk_content"),
    ),
    Ending.TOOL_CALLS: ("tool_calls", "tool_call", "tool_use", "function_call", "function_calls"),
    Ending.BROKEN: (
        *("error", "network_error", "insufficient_system_resource", "malformed_function_call", "abort"),
        *("aborted", "cancelled", "canceled", "timeout", "malformed_response", "unexpected_tool_call"),
        *("malformed_tool_use", "malformed_model_output", "no_image", "server_error", "failed"),
    ),
}
"""Those of OpenAI, Anthropic, Bedrock, Gemini, Cohere, Mistral, DeepSeek, Zhipu and servers of open models;
in lower case, with `_` between words."""
_ENDINGS = {word: ending for ending, words in _WORDS.items() for word in words}


def ending_of(reason: str) -> Ending:
    """What a server's finish reason means, however it is written: `MAX_TOKENS`, `max-tokens`, `maxTokens`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", reason.strip()).lower()
    word = re.sub(r"\W+", "_", spaced.rpartition(".")[2]).removeprefix("finish_reason_")
    return _ENDINGS.get(word, Ending.OTHER)
