"""Parses JSON objects from untrusted bytes."""

import json
import re
from typing import Any

# Not strict: a raw line break or tab in a string must not cost the whole answer.
_decoder = json.JSONDecoder(strict=False)
_decode = _decoder.decode
_BETWEEN = re.compile(r"\s*(?:data:\s*)?")
"""What may stand between two objects if the line break was lost."""


def object_in(data: bytes) -> dict[str, Any] | None:
    """Parse a JSON object, or the first one of a JSON list; `None` for anything else."""
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
    """Parse consecutive JSON objects; empty if anything else stands between them."""
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
    """Parse a JSON value; `None` if the text is not JSON."""
    try:
        return _decode(text)
    except (ValueError, RecursionError):
        # `RecursionError`: JSON nested a thousand levels deep, sent to break a parser.
        return None


def as_json(value: Any) -> str:
    """Serialize decoded JSON; empty if it is nested too deeply."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def _may_have_surrogates(data: bytes) -> bool:
    return b"\\ud" in data or b"\\uD" in data


def _without_lone_surrogates(value: Any) -> Any:
    """Replace lone surrogates, escaped in JSON, by U+FFFD: no file or database accepts them."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {
            _without_lone_surrogates(name): _without_lone_surrogates(item) for name, item in value.items()
        }
    return value
