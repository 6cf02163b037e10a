"""Turns any failure into a `ChatError`: a response, an error in a stream, an exception."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import aiohttp
import httpx2
import openai

from lib.domain.models.connection import endpoint, likely_base_url, without_endpoint
from lib.domain.reply.error_words import WORDS
from lib.domain.reply.errors import Category, ChatError
from lib.gateway.errors import protection, waits
from lib.gateway.errors.body import read_body, read_payload
from lib.gateway.errors.rules import category_of

_TEMPORARY = {Category.RATE_LIMITED, Category.TIMEOUT, Category.UPSTREAM_DOWN, Category.STREAM_INTERRUPTED}
_TEMPORARY_CLIENT_STATUSES = {408, 425, 429}
BLOCKED = (
    "{guard}, which protects the gateway, took this server for a robot; the key and the model are fine. "
    "Ask the gateway's admin to let it through, or use another network."
)
"""The hint if a protection stopped the request: retrying does not help."""
NO_API = "We called {base_url}, which does not answer like an OpenAI-compatible API; check the address."
"""The hint if no likelier base URL is known."""


def translate_response(status: int, headers: Mapping[str, str], body: bytes, *, base_url: str) -> ChatError:
    """The error in an HTTP response: a bad status, or a good one without a reply."""
    said = read_body(body)
    known = {name.lower(): value for name, value in headers.items()}
    request_id = known.get("x-oneapi-request-id") or known.get("x-request-id") or said.request_id
    if guard := protection.guard_of(status, known, said):
        message = f"{guard} in front of the gateway stopped the request: {said.message}".rstrip(": ")
        hint = BLOCKED.format(guard=guard)
        return ChatError(Category.UPSTREAM_DOWN, message, hint, status, request_id=request_id)
    category = category_of(status, said)
    target = _target(known.get("location", ""), base_url) if 300 <= status < 400 else ""
    message = said.message or _silent(status, category, target)
    if said.is_html and status < 300:
        message = "The server answered with a web page instead of a reply."
    elif target:
        message = _silent(status, category, target)
    return _error(
        category,
        message,
        base_url,
        status=status,
        code=said.code,
        request_id=request_id,
        likely=_base_url_in(target, base_url),
        wait=waits.wait_of(known, said.words),
    )


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
    message = said.message or "The server ended the reply with an error."
    wait = waits.wait_of({}, said.words)
    return _error(category, message, base_url, code=said.code, request_id=said.request_id, wait=wait)


def translate_exception(exc: BaseException, *, base_url: str) -> ChatError:
    """The error behind an exception of openai, httpx2, aiohttp or asyncio, found through its causes."""
    if isinstance(exc, openai.APIStatusError):
        response = exc.response
        return translate_response(response.status_code, response.headers, response.content, base_url=base_url)
    causes = list(_causes(exc))
    # For example a limit of `lib/gateway/bounded.py`, which openai wraps in its own error.
    if known := next((cause for cause in causes if isinstance(cause, ChatError)), None):
        return known
    for kind, category, message in _EXCEPTIONS:
        for cause in causes:
            if isinstance(cause, kind):
                return _error(category, message.format(cause=cause, host=_host(base_url)), base_url)
    return _error(Category.UPSTREAM_DOWN, f"The request failed ({type(exc).__name__}).", base_url)


def filtered(reason: str) -> ChatError:
    """The error if a content filter ended an answer before its first word."""
    message = f"The model's server ended the answer before its first word ({reason})."
    return _error(Category.CONTENT_FILTERED, message, "")


def interrupted(message: str, *, base_url: str = "") -> ChatError:
    """The error if a stream ended before the model was done."""
    return _error(Category.STREAM_INTERRUPTED, message, base_url)


_EXCEPTIONS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Category, str], ...] = (
    (
        ssl.SSLCertVerificationError,
        Category.UPSTREAM_DOWN,
        "The TLS certificate of {host} is not trusted here: {cause}.",
    ),
    (ssl.SSLError, Category.WRONG_BASE_URL, "No TLS connection to {host} could be made."),
    (socket.gaierror, Category.WRONG_BASE_URL, "There is no server named {host}."),
    (
        (aiohttp.InvalidURL, httpx2.InvalidURL, httpx2.UnsupportedProtocol),
        Category.WRONG_BASE_URL,
        "The base URL is not an address that can be called.",
    ),
    (ConnectionRefusedError, Category.UPSTREAM_DOWN, "{host} refused the connection."),
    # Before the timeouts: the aiohttp transport reports a server that hung up as a connect timeout.
    (
        (aiohttp.ServerDisconnectedError, ConnectionResetError),
        Category.UPSTREAM_DOWN,
        "{host} closed the connection without an answer.",
    ),
    (
        (aiohttp.ClientPayloadError, httpx2.ReadError, httpx2.RemoteProtocolError),
        Category.UPSTREAM_DOWN,
        "{host} closed the connection before its answer was complete.",
    ),
    (
        (aiohttp.ConnectionTimeoutError, openai.APITimeoutError, httpx2.TimeoutException),
        Category.TIMEOUT,
        "{host} did not answer in time.",
    ),
    (TimeoutError, Category.TIMEOUT, "{host} did not answer in time. {cause}"),
    (OSError, Category.UPSTREAM_DOWN, "{host} could not be reached."),
)


def _error(
    category: Category,
    message: str,
    base_url: str,
    *,
    status: int | None = None,
    code: str | None = None,
    request_id: str | None = None,
    likely: str | None = None,
    wait: float | None = None,
) -> ChatError:
    """`likely` is the base URL that a redirect names; `wait` is in seconds."""
    temporary_status = status is None or status < 300 or status >= 500 or status in _TEMPORARY_CLIENT_STATUSES
    retryable = category in _TEMPORARY and temporary_status
    hint = _hint(category, base_url, likely or likely_base_url(base_url))
    if retryable and wait and (later := WORDS[category].later):
        hint = later.format(wait=waits.in_words(wait))
    return ChatError(category, message.strip(), hint, status, code, request_id, retryable, wait, likely)


def _hint(category: Category, base_url: str, likely: str | None) -> str:
    hint = WORDS[category].advice if likely or category is not Category.WRONG_BASE_URL else NO_API
    return hint.format(base_url=base_url, likely=likely)


def _silent(status: int, category: Category, target: str = "") -> str:
    if status < 300:
        is_other = category is Category.WRONG_BASE_URL
        return "The server's answer is not a model's reply." if is_other else "The server's answer was empty."
    if 300 <= status < 400:
        return f"The server sent us to {target or 'another address'} (HTTP {status})."
    return f"The server answered with HTTP {status} and no message."


def _host(base_url: str) -> str:
    return urlsplit(base_url).netloc or "The server"


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
