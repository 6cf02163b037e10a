"""JSON that may hold anything, as objects of it."""

import json
from typing import Any

_decode = json.JSONDecoder(strict=False).decode


def object_in(data: bytes) -> dict[str, Any] | None:
    """The JSON object that `data` is, or the first one of a list; `None` for anything else."""
    payload = decoded(data.decode("utf-8", "replace"))
    if b"\\ud" in data or b"\\uD" in data:
        try:
            payload = _without_lone_surrogates(payload)
        except RecursionError:
            return None
    if isinstance(payload, list) and payload:
        payload = payload[0]
    return payload if isinstance(payload, dict) else None


def decoded(text: str) -> Any:
    """The JSON value that a text is; `None` where it is none."""
    try:
        return _decode(text)
    except (ValueError, RecursionError):
        return None


def as_json(value: Any) -> str:
    """Decoded JSON, written again; empty for what is nested too deeply."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


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
