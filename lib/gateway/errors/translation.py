"""Turns any failure into a `ChatError`: a response, an error in a stream, an exception."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import aiohttp
import httpx2
import openai

from lib.domain.models.connection import endpoint, without_endpoint
from lib.domain.reply.errors import Category, ChatError
from lib.domain.text.sentences import Sentence, sentence
from lib.gateway.errors import protection, waits
from lib.gateway.errors.body import ErrorBody, read_body, read_payload
from lib.gateway.errors.rules import category_of

_TEMPORARY = {Category.RATE_LIMITED, Category.TIMEOUT, Category.UPSTREAM_DOWN, Category.STREAM_INTERRUPTED}
_TEMPORARY_CLIENT_STATUSES = {408, 425, 429}


def translate_response(status: int, headers: Mapping[str, str], body: bytes, *, base_url: str) -> ChatError:
    """The error in an HTTP response: a bad status, or a good one without a reply."""
    said = read_body(body)
    known = {name.lower(): value for name, value in headers.items()}
    request_id = known.get("x-oneapi-request-id") or known.get("x-request-id") or said.request_id
    if guard := protection.guard_of(status, known, said):
        stopped, advice = sentence("stopped_by_guard", guard=guard), sentence("let_through", guard=guard)
        return ChatError(Category.UPSTREAM_DOWN, said.message, stopped, advice, status, request_id=request_id)
    category = category_of(status, said)
    target = _target(known.get("location", ""), base_url) if 300 <= status < 400 else ""
    cause = _noticed_in(status, category, said, target)
    return _error(
        category,
        "" if cause else said.message,
        base_url,
        cause=cause,
        status=status,
        code=said.code,
        request_id=request_id,
        likely=_base_url_in(target, base_url),
        wait=waits.wait_of(known, said.words),
    )


def _noticed_in(status: int, category: Category, said: ErrorBody, target: str) -> Sentence | None:
    if said.is_html and status < 300:
        return sentence("web_page")
    return _silent(status, category, target) if target or not said.message else None


def _target(location: str, base_url: str) -> str:
    """The target of a redirect without possible secrets; empty if there is none."""
    try:
        parts = urlsplit(urljoin(endpoint(base_url, "/chat/completions"), location.strip()))
    except ValueError:
        return ""
    if not location or parts.scheme not in ("http", "https"):
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _base_url_in(target: str, base_url: str) -> str | None:
    """The base URL in the target of a redirect; `None` if there is none.

    Never another host, which would get the key, and never a sign-in page.
    """
    likely, asked = urlsplit(without_endpoint(target)), urlsplit(base_url)
    if likely.hostname != asked.hostname or likely.path == urlsplit(target).path.rstrip("/"):
        return None
    found = urlunsplit((likely.scheme, likely.netloc, likely.path, asked.query, ""))
    return None if found == base_url else found


def translate_stream_error(payload: Any, *, had_text: bool, base_url: str = "") -> ChatError:
    """The error inside a stream, given as decoded JSON.

    If text was already received, the reply counts as interrupted, unless a content filter ended it.
    """
    said = read_payload(payload)
    category = category_of(200, said)
    if had_text and category is not Category.CONTENT_FILTERED:
        category = Category.STREAM_INTERRUPTED
    cause = None if said.message else sentence("ended_by_error")
    wait = waits.wait_of({}, said.words)
    return _error(
        category, said.message, base_url, cause=cause, code=said.code, request_id=said.request_id, wait=wait
    )


def translate_exception(exc: BaseException, *, base_url: str) -> ChatError:
    """The error behind an exception of openai, httpx2, aiohttp or asyncio, found through its causes."""
    if isinstance(exc, openai.APIStatusError):
        response = exc.response
        return translate_response(response.status_code, response.headers, response.content, base_url=base_url)
    causes = list(_causes(exc))
    # For example a limit of `lib/gateway/bounded.py`, which openai wraps in its own error.
    if known := next((cause for cause in causes if isinstance(cause, ChatError)), None):
        return known
    for kind, category, code in _EXCEPTIONS:
        for cause in causes:
            if isinstance(cause, kind):
                return _error(category, "", base_url, cause=_noticed(code, cause, base_url))
    failed = sentence("request_failed", kind=type(exc).__name__)
    return _error(Category.UPSTREAM_DOWN, "", base_url, cause=failed)


def _noticed(code: str, cause: BaseException, base_url: str) -> Sentence:
    if code == "no_answer_in_time_because" and not str(cause):
        code = "no_answer_in_time"
    because = {"cause": str(cause)} if code in ("certificate", "no_answer_in_time_because") else {}
    return sentence(code, host=urlsplit(base_url).netloc or base_url, **because)


def filtered(reason: str) -> ChatError:
    """The error if a content filter ended an answer before its first word."""
    return _error(Category.CONTENT_FILTERED, "", "", cause=sentence("filtered", reason=reason))


def interrupted(code: str, error: ChatError | None = None, *, base_url: str = "") -> ChatError:
    """The error if a stream ended before the model was done; `error` is what cut it off, if anything."""
    cause = sentence(code)
    if error and error.cause:
        cause = sentence("two", first=cause, second=error.cause)
    return _error(Category.STREAM_INTERRUPTED, error.message if error else "", base_url, cause=cause)


_EXCEPTIONS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Category, str], ...] = (
    (
        ssl.SSLCertVerificationError,
        Category.UPSTREAM_DOWN,
        "certificate",
    ),
    (ssl.SSLError, Category.WRONG_BASE_URL, "no_tls"),
    (socket.gaierror, Category.WRONG_BASE_URL, "no_host"),
    (
        (aiohttp.InvalidURL, httpx2.InvalidURL, httpx2.UnsupportedProtocol),
        Category.WRONG_BASE_URL,
        "not_callable",
    ),
    (ConnectionRefusedError, Category.UPSTREAM_DOWN, "refused_connection"),
    # Before the timeouts: the aiohttp transport reports a server that hung up as a connect timeout.
    (
        (aiohttp.ServerDisconnectedError, ConnectionResetError),
        Category.UPSTREAM_DOWN,
        "closed_without_answer",
    ),
    (
        (aiohttp.ClientPayloadError, httpx2.ReadError, httpx2.RemoteProtocolError),
        Category.UPSTREAM_DOWN,
        "closed_early",
    ),
    (
        (aiohttp.ConnectionTimeoutError, openai.APITimeoutError, httpx2.TimeoutException),
        Category.TIMEOUT,
        "no_answer_in_time",
    ),
    (TimeoutError, Category.TIMEOUT, "no_answer_in_time_because"),
    (OSError, Category.UPSTREAM_DOWN, "unreachable"),
)


def _error(
    category: Category,
    message: str,
    base_url: str,
    *,
    cause: Sentence | None = None,
    status: int | None = None,
    code: str | None = None,
    request_id: str | None = None,
    likely: str | None = None,
    wait: float | None = None,
) -> ChatError:
    """`likely` is the base URL that a redirect names; `wait` is in seconds."""
    temporary_status = status is None or status < 300 or status >= 500 or status in _TEMPORARY_CLIENT_STATUSES
    retryable = category in _TEMPORARY and temporary_status
    return ChatError(
        category,
        message.strip(),
        cause,
        status=status,
        code=code,
        request_id=request_id,
        retryable=retryable,
        retry_after=wait,
        likely_base_url=likely,
        base_url=base_url if category is Category.WRONG_BASE_URL else None,
    )


def _silent(status: int, category: Category, target: str = "") -> Sentence:
    if status < 300:
        return sentence("no_model_reply" if category is Category.WRONG_BASE_URL else "empty_answer")
    if 300 <= status < 400:
        if target:
            return sentence("redirected", target=target, status=status)
        return sentence("redirected_somewhere", status=status)
    return sentence("silent_status", status=status)


def _causes(exc: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = exc
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        # aiohttp keeps the operating system's error in a field, not as the cause.
        if isinstance(cause, aiohttp.ClientConnectorError):
            yield cause.os_error
        cause = cause.__cause__ or cause.__context__
