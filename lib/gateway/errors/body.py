"""Reads an error body in any of the shapes that servers use."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import Any

from lib.domain.text.secrets import in_server_words

MESSAGE_CHARACTERS = 1000
"""The longest message that is shown."""
DEEPEST = 6
"""How many nested errors are read."""
TEXT_CHARACTERS, MOST_TEXTS, MOST_OBJECTS, MOST_FIELDS = 4000, 20, 100, 200
"""How much is read: the beginning and end of each text, texts, objects, and fields per object. Whoever sends
more wants to keep this server busy."""
_REQUEST_ID = re.compile(r"\(request id: ([0-9A-Za-z_-]+)\)")
"""Each gateway of a chain appends its own; the last one is the nearest gateway's."""
_REQUEST_IDS = ("requestid", "xrequestid", "traceid", "logid")

_ENVELOPES = ("error", "errors", "err", "baseresp", "fault", "header", "response", "status", "detail")
"""Fields that hold the error itself: OpenAI, Cloudflare and JSON:API, MiniMax, Apigee, Spark, Tencent."""
_MESSAGES = (
    *("message", "errormessage", "msg", "errormsg", "errmsg", "statusmsg", "detail", "errordescription"),
    *("faultstring", "error", "err", "title", "description"),
)
_CODES = ("code", "errorcode", "errcode", "statuscode")
_KINDS = ("type", "errortype", "status", "reason", "name", "error")
_CAUSES = (
    *("metadata", "raw", "upstreamerror", "providererror", "innererror", "cause", "body", "upstream"),
    *("originalerror", "details", "failedgeneration", "rawerror"),
)
"""Fields that hold another server's error: OpenRouter, Vercel, Azure, Google."""
_EMPTY_WORDS = re.compile(
    r"(the )?(provider|upstream|api|server|backend|model)?( \w+)? ?returned (an )?error\W*"
    r"|(upstream|provider|api|server|unknown|internal|bad|openai|request)[_ ]?(error|failure|failed)\W*"
    r"|an? (unknown |unexpected )?error (has )?occurred\W*|error\W*|failed\W*|bad request\W*",
    re.I,
)
"""Messages that add nothing to those of the server that caused them."""
_MINIMAX = {
    "1001": "timeout",
    "1002": "rate limit",
    "1004": "invalid api key",
    "1008": "insufficient balance",
    "1026": "sensitive_words",
    "1027": "sensitive_words",
    "1039": "rate limit",
    "2049": "invalid api key",
}
"""`base_resp.status_code` (https://www.minimax.io/platform/document/ChatCompletion_v2), in words."""


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The informative parts of an error body. None of them holds a key."""

    message: str = ""
    code: str | None = None
    request_id: str | None = None
    param: str | None = None
    """The request parameter that the error is about, if it says so."""
    words: str = ""
    """Messages, codes and types in lower case, for searching."""
    is_html: bool = False
    is_error: bool = False
    """Whether the body calls itself an error or is empty, rather than being something else."""


def read_body(body: bytes) -> ErrorBody:
    """Read a whole response body: JSON, XML, HTML, plain text or nothing."""
    text = body.decode("utf-8", "replace").strip().removeprefix("\ufeff").removeprefix("data:").strip()
    if text.startswith("<"):
        return _read_markup(text)
    payload = _json_at_start(text)
    if payload is None:
        return _error_body([_bounded(text.strip('"'))], None, [], is_error=not text)
    return read_payload(payload)


def read_payload(payload: Any) -> ErrorBody:
    """Read decoded JSON: an error object, its envelopes, and the error that caused it."""
    found = _Found()
    found.look(payload, 0)
    if not found.messages:
        found.messages += map(_bounded, _sentences(payload)[:3])
    outer = _plain(payload)
    code = found.codes[-1] if found.codes else None
    ids = [str(outer[name])[:200] for name in _REQUEST_IDS if isinstance(outer.get(name), str)]
    read = _error_body(found.messages, code, [*found.codes, *found.kinds], is_error=looks_like_error(payload))
    words = f"{read.words} {found.hints}".strip()
    message = f"{read.message} ({found.provider})" if found.provider and read.message else read.message
    return ErrorBody(
        message=message,
        code=read.code,
        request_id=read.request_id or next(iter(ids), None),
        param=found.param,
        words=words,
        is_error=read.is_error,
    )


def looks_like_error(payload: Any) -> bool:
    """Whether decoded JSON that came with HTTP 200 is an error rather than a reply or a list."""
    if isinstance(payload, list):
        return bool(payload) and isinstance(payload[0], dict) and bool(payload[0].get("error"))
    if not isinstance(payload, dict):
        return False
    # `success: false` with HTTP 200 is New API's dashboard, `object: error` an older vLLM.
    if _tells(payload.get("error")) or payload.get("success") is False or payload.get("object") == "error":
        return True
    # MiniMax and Spark answer with HTTP 200 and put errors here; 0 means none.
    for name, code in (("base_resp", "status_code"), ("header", "code")):
        if isinstance(told := payload.get(name), dict) and str(told.get(code) or 0) != "0":
            return True
    if payload.get("choices") or payload.get("data"):
        return False
    if payload.get("error") and not payload.keys() & {"choices", "usage"}:
        return True
    # Tencent's.
    response = payload.get("Response")
    if payload.get("errors") or (isinstance(response, dict) and response.get("Error")):
        return True
    if isinstance(payload.get("detail"), dict | list) and payload["detail"]:
        return True
    plain = _plain(payload)
    names = ("message", "detail", "msg", "errormsg", "errmsg", "errormessage")
    return any(plain.get(name) and isinstance(plain[name], str) for name in names)


def _tells(error: Any) -> bool:
    """Whether an `error` field holds an error: some gateways send an empty one with each chunk."""
    return any(error.values()) if isinstance(error, dict) else bool(error)


class _Found:
    """What a walk from an error's envelope to its cause has found, outer messages first."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.codes: list[str] = []
        self.kinds: list[str] = []
        self.param: str | None = None
        self.provider = ""
        self.hints = ""
        self._looked = 0

    def look(self, value: Any, depth: int) -> None:
        """Collect what an error says, whether it is an object, a list of errors, or JSON in a string."""
        self._looked += 1
        if depth > DEEPEST or self._looked > MOST_OBJECTS:
            return
        if isinstance(value, list):
            # Gemini's OpenAI endpoint wraps its error in a list.
            for item in value[:3]:
                self.look(item, depth + 1)
        elif isinstance(value, str):
            payload = _json_at_start(value.strip())
            if payload is not None:
                self.look(payload, depth + 1)
            else:
                self._say(value)
        elif isinstance(value, dict):
            self._look_at(_plain(value), depth)

    def _look_at(self, fields: Mapping[str, Any], depth: int) -> None:
        self._say(_message(fields))
        codes = [_code(fields[name]) for name in _CODES if _code(fields.get(name))]
        self.codes += [code for code in codes[:1] if code]
        self.kinds += [_bounded(fields[name]) for name in _KINDS if isinstance(fields.get(name), str)]
        self.hints += _MINIMAX.get(codes[0] or "", "") if codes and "statusmsg" in fields else ""
        if isinstance(fields.get("param"), str) and fields["param"]:
            self.param = self.param or _bounded(fields["param"])
        if isinstance(provider := fields.get("providername"), str):
            self.provider = _bounded(provider)
        for name in dict.fromkeys((*_ENVELOPES, *_CAUSES, *_MESSAGES)):
            if isinstance(inner := fields.get(name), dict | list) or (name in _CAUSES and inner):
                self.look(inner, depth + 1)

    def _say(self, message: str) -> None:
        before, said = _with_inner(message)
        for words in map(_bounded, (before, said)):
            if words and len(self.messages) < MOST_TEXTS and all(words not in it for it in self.messages):
                self.messages.append(words)


def _plain(value: Any) -> dict[str, Any]:
    """An object's fields under normalized names, lower-case letters only: `errorMessage`, `error_message`."""
    fields = list(value.items())[:MOST_FIELDS] if isinstance(value, dict) else []
    # Backwards: if several names become the same, the first field counts.
    return {re.sub(r"[^a-z]", "", str(name).lower()): field for name, field in reversed(fields)}


def _bounded(text: str) -> str:
    """The beginning and the end of a long text."""
    if len(text) <= TEXT_CHARACTERS:
        return text
    return f"{text[: TEXT_CHARACTERS * 3 // 4]} … {text[-TEXT_CHARACTERS // 4 :]}"


def _message(fields: Mapping[str, Any]) -> str:
    for name in _MESSAGES:
        value = fields.get(name)
        if isinstance(value, list) and name == "detail":  # FastAPI lists what is wrong with each field
            value = "; ".join(_field_fault(fault) for fault in value[:MOST_TEXTS])
        if isinstance(value, str) and value.strip():
            title = fields.get("title")
            is_more = name == "detail" and isinstance(title, str) and title not in value
            return f"{title}: {value}" if is_more else value
    return ""


def _sentences(payload: Any) -> list[str]:
    """The texts in JSON of unknown shape that are more than a word or an id."""
    values = islice(_values(payload), MOST_OBJECTS)
    texts = (value.strip() for value in values if isinstance(value, str))
    return [text for text in texts if re.search(r"\s|[^\x00-\x7f]", text)]


def _values(value: Any, depth: int = 0) -> Iterator[Any]:
    """The value and everything in it, recursively."""
    yield value
    if isinstance(value, dict | list) and depth < DEEPEST:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _values(inner, depth + 1)


def _with_inner(message: str) -> tuple[str, str]:
    """A message, and the message in the JSON that it ends with: `Error code: 400 - {"error": {…}}`."""
    before, brace, _ = message.partition("{")
    payload = _json_at_start(message[len(before) :]) if brace else None
    if not isinstance(payload, dict):
        return message, ""
    found = _Found()
    found.look(payload, DEEPEST - 2)
    inner = " ".join(found.messages)
    return (before.rstrip(" -:,(") if inner else message), inner


def _field_fault(fault: Any) -> str:
    if not isinstance(fault, dict):
        return _bounded(str(fault))
    place = ".".join(str(part) for part in fault.get("loc") or ())
    return _bounded(f"{place}: {fault.get('msg', '')}".removeprefix(": "))


def _code(value: Any) -> str | None:
    if value in (None, "") or isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return _bounded(str(value))


def _json_at_start(text: str) -> Any:
    """The JSON object or list at the start of a text: some gateways write two in a row, the cause first."""
    if not text.startswith(("{", "[")):
        return None
    try:
        payload, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return payload


def _read_markup(text: str) -> ErrorBody:
    """Read a web page, whose title says most, or the XML of Amazon's services."""
    code, message = (re.search(rf"<{name}>([^<]{{0,2000}})</{name}>", text) for name in ("Code", "Message"))
    if message and "<html" not in text.lower():
        kind = code[1] if code else None
        return _error_body([unescape(message[1])], kind, [kind or ""], is_error=True)
    title = re.search(r"<title[^>]{0,200}>([^<]{0,2000})", text[:20_000], re.IGNORECASE)
    shown = _shown(unescape(title[1])) if title else ""
    return ErrorBody(shown, is_html=True, words=text[:20_000].lower())


def _error_body(messages: list[str], code: str | None, kinds: list[str], *, is_error: bool) -> ErrorBody:
    ids = [found for message in messages for found in _REQUEST_ID.findall(message)]
    telling = [each for each in messages if not _EMPTY_WORDS.fullmatch(each.strip())] or messages
    shown = _shown(_REQUEST_ID.sub("", " ".join(telling)))
    return ErrorBody(
        message=shown,
        code=in_server_words(code) if code else None,
        request_id=ids[-1] if ids else None,
        words=" ".join([*messages, code or "", *kinds]).lower(),
        is_error=is_error,
    )


def _shown(text: str) -> str:
    text = " ".join(in_server_words(text).split())
    return text if len(text) <= MESSAGE_CHARACTERS else text[: MESSAGE_CHARACTERS - 1] + "…"
