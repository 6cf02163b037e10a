"""The parts of a chat completion chunk, read from JSON that may hold anything."""

import json
from collections.abc import Iterator
from typing import Any

from lib.chat.usage import Source, Usage

_decode = json.JSONDecoder(strict=False).decode


def object_in(data: bytes) -> dict[str, Any] | None:
    """The JSON object that `data` is, or the first one of a list; `None` for anything else."""
    text = data.decode("utf-8", "replace")
    try:
        payload = _decode(text)
    except (ValueError, RecursionError):
        return None
    if b"\\ud" in data or b"\\uD" in data:
        payload = _without_lone_surrogates(payload)
    if isinstance(payload, list) and payload:
        payload = payload[0]
    return payload if isinstance(payload, dict) else None


def text_of(value: Any) -> str:
    """Content as text: a string, or the text parts of a list of content parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(text_of(part.get("text")) for part in value if isinstance(part, dict))
    return ""


def reasoning_of(delta: dict[str, Any]) -> str:
    """A delta's reasoning under any one of its names: gateways fill two of them with the same text."""
    value = delta.get("reasoning_content") or delta.get("reasoning") or delta.get("reasoning_details")
    return text_of(value) if value else ""


def usage_of(fields: Any) -> Usage | None:
    """Reported token counts; `None` for a placeholder that counts nothing."""
    if not isinstance(fields, dict):
        return None
    prompt = _count(fields, "prompt_tokens") or _count(fields, "input_tokens")
    completion = _count(fields, "completion_tokens") or _count(fields, "output_tokens")
    if not prompt and not completion:
        return None
    cached = _count(fields.get("prompt_tokens_details"), "cached_tokens")
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=_count(fields, "total_tokens") or (prompt or 0) + (completion or 0),
        cached_tokens=_count(fields, "prompt_cache_hit_tokens") if cached is None else cached,
        reasoning_tokens=_count(fields.get("completion_tokens_details"), "reasoning_tokens"),
        source=Source.REPORTED,
    )


class ToolCalls:
    """Gives the pieces of tool calls their index, also where the server leaves it out.

    Without an index, a new id (or, without ids, a new name) begins a new call; the rest belongs to the last.
    """

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._last = -1

    def read(self, calls: Any) -> Iterator[tuple[int, str | None, str | None, str]]:
        """Index, id, name and arguments of each piece in a delta's `tool_calls`."""
        for call in calls if isinstance(calls, list) else ():
            if not isinstance(call, dict):
                continue
            function = call.get("function")
            function = function if isinstance(function, dict) else {}
            id_, name = _string(call.get("id")), _string(function.get("name"))
            index = call.get("index")
            if not isinstance(index, int):
                index = self._index_of(id_ or name)
            self._last = max(self._last, index)
            arguments = function.get("arguments") or ""
            yield index, id_, name, arguments if isinstance(arguments, str) else json.dumps(arguments)

    def _index_of(self, key: str | None) -> int:
        if key is None:
            return max(self._last, 0)
        return self._known.setdefault(key, self._last + 1)


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(fields: Any, name: str) -> int | None:
    value = fields.get(name) if isinstance(fields, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 1e12 else None


def _without_lone_surrogates(value: Any) -> Any:
    """Half of a character, escaped in JSON, becomes U+FFFD: no file or database takes it as it is."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {
            _without_lone_surrogates(name): _without_lone_surrogates(item) for name, item in value.items()
        }
    return value
