"""JSON that may hold anything, as objects of it."""

import json
import re
from typing import Any

# Not strict: a line end or a tab that a server left as it is in a string does not cost the answer.
_decoder = json.JSONDecoder(strict=False)
_decode = _decoder.decode
_BETWEEN = re.compile(r"\s*(?:data:\s*)?")
"""What may stand between two objects where the line end was lost."""


def object_in(data: bytes) -> dict[str, Any] | None:
    """The JSON object that `data` is, or the first one of a list; `None` for anything else."""
    payload = decoded(data.decode("utf-8", "replace"))
    if _may_have_surrogates(data):
        try:
            payload = _without_lone_surrogates(payload)
        except RecursionError:
            return None
    if isinstance(payload, list) and payload:
        payload = payload[0]
    return payload if isinstance(payload, dict) else None


def objects_in(data: bytes) -> list[dict[str, Any]]:
    """The JSON objects that follow each other in `data`; none where anything else stands between them."""
    text, found, at = data.decode("utf-8", "replace"), list[dict[str, Any]](), 0
    may_be_halved = _may_have_surrogates(data)
    while at < len(text):
        try:
            value, at = _decoder.raw_decode(text, at)
            value = _without_lone_surrogates(value) if may_be_halved else value
        except (ValueError, RecursionError):
            return []
        if not isinstance(value, dict):
            return []
        found.append(value)
        if between := _BETWEEN.match(text, at):
            at = between.end()
    return found


def decoded(text: str) -> Any:
    """The JSON value that a text is; `None` where it is none."""
    try:
        return _decode(text)
    except (ValueError, RecursionError):
        # `RecursionError`: JSON nested a thousand times, which is sent to break a reader.
        return None


def as_json(value: Any) -> str:
    """Decoded JSON, written again; empty for what is nested too deeply."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def _may_have_surrogates(data: bytes) -> bool:
    return b"\\ud" in data or b"\\uD" in data


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
