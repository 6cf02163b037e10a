"""What an error body says, in any of the shapes that servers give it."""

import json
import re
from dataclasses import dataclass
from html import unescape
from typing import Any

MESSAGE_CHARACTERS = 1000
"""More of a message is not shown."""
_REQUEST_ID = re.compile(r"\s*\(request id: ([0-9A-Za-z_-]+)\)")
"""Each gateway of a chain appends its own; the last is the nearest one's."""
_SECRETS = (
    (re.compile(r"(?i)\bbearer\s+[^\s\"'<>,;]+"), "Bearer ***"),
    (re.compile(r"(?i)\b(sk|pk|rk|ak|gsk|xai|nvapi|hf)[-_][\w*.…-]*[\w*]"), r"\1-***"),
    (re.compile(r"\bAIza[\w-]{8,}"), "***"),
    (
        re.compile(
            r"(?i)\b(key|token|secret|authorization)( provided)?(\s*[:=]\s*)(?=\S*\d)[^\s,;\"')\]]{12,}"
        ),
        r"\1\2\3***",
    ),
    (re.compile(r"(?i)\b(key|token|令牌)(\W{0,3})[\w-]{32,}"), r"\1\2***"),
)
_ERROR_KEYS = ("message", "detail", "msg")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The parts of an error body that tell something. Nothing in it holds a key."""

    message: str = ""
    code: str | None = None
    request_id: str | None = None
    param: str | None = None
    """The request's parameter that the error is about, where it says so."""
    words: str = ""
    """Message, code and type in lower case, to search in."""
    is_html: bool = False
    is_error: bool = False
    """Whether the body calls itself an error or is empty, rather than being something else altogether."""


def read_body(body: bytes) -> ErrorBody:
    """What a whole response body says: JSON, HTML, plain text or nothing."""
    text = body.decode("utf-8", "replace").strip().removeprefix("\ufeff").removeprefix("data:").strip()
    if text.startswith("<"):
        title = re.search(r"<title>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        return ErrorBody(_masked(unescape(title[1])) if title else "", is_html=True)
    try:
        # Some gateways write two JSON objects in a row; the first one is the cause.
        payload, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return _error_body(text, None, "", is_error=not text)
    return read_payload(payload)


def read_payload(payload: Any) -> ErrorBody:
    """What decoded JSON says: an error object, its outer shell, or a list that starts with one."""
    while isinstance(payload, list):
        payload = payload[0] if payload else None
    if not isinstance(payload, dict):
        return _error_body(str(payload or ""), None, "", is_error=False)
    inner = payload.get("error") or payload
    if not isinstance(inner, dict):
        inner = {"message": str(inner)}
    code, param = inner.get("code"), inner.get("param")
    return _error_body(
        _message(inner),
        str(code) if code not in (None, "") and not isinstance(code, bool) else None,
        str(inner.get("type") or inner.get("status") or ""),
        is_error=looks_like_error(payload),
        param=param if isinstance(param, str) and param else None,
    )


def looks_like_error(payload: Any) -> bool:
    """Whether decoded JSON that came with HTTP 200 tells of an error instead of being a reply or a list."""
    if isinstance(payload, list):
        return bool(payload) and isinstance(payload[0], dict) and bool(payload[0].get("error"))
    if not isinstance(payload, dict):
        return False
    if payload.get("error") or payload.get("success") is False or payload.get("object") == "error":
        return True
    return not (payload.get("choices") or payload.get("data")) and any(
        payload.get(key) and isinstance(payload[key], str) for key in _ERROR_KEYS
    )


def _message(fields: dict[str, Any]) -> str:
    for key in _ERROR_KEYS:
        value = fields.get(key)
        if isinstance(value, list):  # FastAPI lists what is wrong with each field
            value = "; ".join(_field_fault(fault) for fault in value)
        if value and isinstance(value, str):
            return value
    return ""


def _field_fault(fault: Any) -> str:
    if not isinstance(fault, dict):
        return str(fault)
    place = ".".join(str(part) for part in fault.get("loc") or ())
    return f"{place}: {fault.get('msg', '')}".removeprefix(": ")


def _error_body(
    message: str, code: str | None, kind: str, *, is_error: bool, param: str | None = None
) -> ErrorBody:
    ids = _REQUEST_ID.findall(message)
    words = f"{message} {code or ''} {kind}".lower()
    shown = _masked(_REQUEST_ID.sub("", message))
    return ErrorBody(
        message=shown,
        code=_masked(code) if code else None,
        request_id=ids[-1] if ids else None,
        param=param,
        words=words,
        is_error=is_error,
    )


def _masked(text: str) -> str:
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    text = " ".join(text.split())
    return text if len(text) <= MESSAGE_CHARACTERS else text[: MESSAGE_CHARACTERS - 1] + "…"
