"""Normalizes servers' token counts to OpenAI's way of counting.

OpenAI's `completion_tokens` include the thinking, its `prompt_tokens` the cached tokens. xAI and Gemini count
thinking separately (the total exceeds the sum), Anthropic the tokens read from or written to a cache.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lib.domain.reply.usage import Source, Usage

_PROMPT = ("prompt_tokens", "input_tokens", "prompt_eval_count", "promptTokenCount", "prompt_token_count")
_COMPLETION = (
    *("completion_tokens", "output_tokens", "eval_count", "candidatesTokenCount", "candidates_token_count"),
)
_TOTAL = ("total_tokens", "totalTokenCount", "total_token_count")
_CACHED = ("cached_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens", "cachedContentTokenCount")
_REASONING = ("reasoning_tokens", "thoughtsTokenCount", "thoughts_token_count", "thinking_tokens")
_PROMPT_DETAILS = ("prompt_tokens_details", "input_tokens_details")
_COMPLETION_DETAILS = ("completion_tokens_details", "output_tokens_details")
_CACHE_APART = ("cache_read_input_tokens", "cache_creation_input_tokens")


def usage_of(fields: Any) -> Usage | None:
    """The counts in a `usage` object; `None` for a placeholder that counts nothing."""
    if not isinstance(fields, dict):
        return None
    prompt, completion = _count(fields, _PROMPT), _count(fields, _COMPLETION)
    if not prompt and not completion:
        return None
    total = _count(fields, _TOTAL) or (prompt or 0) + (completion or 0)
    usage = Usage(
        prompt_tokens=_rest(total, completion) if prompt is None else prompt,
        completion_tokens=_rest(total, prompt) if completion is None else completion,
        total_tokens=total,
        cached_tokens=_detail(fields, _PROMPT_DETAILS, _CACHED),
        reasoning_tokens=_detail(fields, _COMPLETION_DETAILS, _REASONING),
        source=Source.REPORTED,
    )
    return _with_thinking(_with_cache(usage, fields))


def completed(usage: Usage, earlier: Usage | None) -> Usage:
    """The counts with the prompt tokens reported earlier: Anthropic's streams send them only at first."""
    if usage.prompt_tokens or not earlier or not earlier.prompt_tokens:
        return usage
    total = earlier.prompt_tokens + (usage.completion_tokens or 0)
    cached = earlier.cached_tokens if usage.cached_tokens is None else usage.cached_tokens
    return replace(usage, prompt_tokens=earlier.prompt_tokens, cached_tokens=cached, total_tokens=total)


def _with_cache(usage: Usage, fields: Mapping[str, Any]) -> Usage:
    """Include the cached tokens in the prompt if they were counted separately: the total shows it, or a part
    that exceeds the whole."""
    prompt, missing = usage.prompt_tokens or 0, _missing(usage)
    apart = sum(_count(fields, (name,)) or 0 for name in _CACHE_APART)
    if apart and missing == apart:
        return replace(usage, prompt_tokens=prompt + apart)
    if (usage.cached_tokens or 0) > prompt and missing == 0:
        apart = max(apart, usage.cached_tokens or 0)
        return replace(usage, prompt_tokens=prompt + apart, total_tokens=(usage.total_tokens or 0) + apart)
    return usage


def _with_thinking(usage: Usage) -> Usage:
    """Include the thinking in the completion if it was counted separately."""
    completion, thought, missing = usage.completion_tokens or 0, usage.reasoning_tokens or 0, _missing(usage)
    # xAI and Gemini.
    if missing > 0 and thought in (0, missing):
        return replace(usage, completion_tokens=completion + missing, reasoning_tokens=missing)
    if completion < thought < missing:  # the rest is what a search or a tool added to the prompt
        return replace(usage, completion_tokens=completion + thought)
    # A part that exceeds its whole was counted separately, and left out of the total.
    if thought > completion and missing == 0:
        total = (usage.total_tokens or 0) + thought
        return replace(usage, completion_tokens=completion + thought, total_tokens=total)
    return usage


def _rest(total: int, part: int | None) -> int | None:
    """The other part of a total; `None` unless both numbers are known."""
    return total - part if part is not None and total > part else None


def _missing(usage: Usage) -> int:
    """By how much the total exceeds the sum of its parts."""
    return (usage.total_tokens or 0) - (usage.prompt_tokens or 0) - (usage.completion_tokens or 0)


def _detail(fields: Mapping[str, Any], inside: tuple[str, ...], names: tuple[str, ...]) -> int | None:
    """A count inside an object of details, or beside it."""
    for name in inside:
        if (count := _count(fields.get(name), names)) is not None:
            return count
    return _count(fields, names)


def _count(fields: Any, names: tuple[str, ...]) -> int | None:
    """The first of these counts that is reported; 0 only if no other one is."""
    found = [count for name in names if (count := _number(fields, name)) is not None]
    return next((count for count in found if count), found[0] if found else None)


def _number(fields: Any, name: str) -> int | None:
    value = fields.get(name) if isinstance(fields, dict) else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 13:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 1e12 else None
