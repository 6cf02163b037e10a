"""The one table that turns whatever went wrong into a `ChatError`.

It goes by HTTP status, error code and message, in English and Chinese. `error.type` is only more text to
search: sites rename it. Statuses and wordings are those of the One API and New API families and of other
servers with OpenAI's API.
"""

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx2
import openai

from lib.chat.connection import likely_base_url
from lib.chat.errors import Category, ChatError
from lib.gateway.error_body import ErrorBody, looks_like_error, read_body, read_payload

__all__ = ["looks_like_error", "translate_exception", "translate_response", "translate_stream_error"]

HINTS = {
    Category.MISSING_KEY: "Enter an API key of this gateway.",
    Category.INVALID_KEY: "Check the API key: copy it again from the gateway's key page, or make a new one.",
    Category.WRONG_BASE_URL: "We called {base_url}; check the base URL, it is probably {likely}.",
    Category.INVALID_MODEL: "Choose another model, or ask the gateway's admin which ones your key may use.",
    Category.INSUFFICIENT_BALANCE: "Top up the account or raise the key's quota, then send it again.",
    Category.RATE_LIMITED: "Wait a moment, then try again; another model may be free now.",
    Category.CONTEXT_TOO_LONG: "Start a new chat, shorten the message, or take a model with more context.",
    Category.CONTENT_FILTERED: "Put the message differently; a content filter stopped it.",
    Category.PERMISSION_DENIED: "Ask the gateway's admin to allow this for your key, or use another key.",
    Category.BAD_REQUEST: "Check the parameters and the message; the server does not take them as they are.",
    Category.TIMEOUT: "Try again; if it goes on, choose a faster model or a shorter message.",
    Category.UPSTREAM_DOWN: "Try again in a moment, or choose another model.",
    Category.STREAM_INTERRUPTED: "Continue the reply from here, or ask again.",
}

NO_API = "We called {base_url}, which does not answer like an OpenAI-compatible API; check the address."
"""The hint where no likelier base URL is known."""

_STATUSES = {
    400: Category.BAD_REQUEST,
    401: Category.INVALID_KEY,
    402: Category.INSUFFICIENT_BALANCE,
    403: Category.PERMISSION_DENIED,
    404: Category.WRONG_BASE_URL,
    405: Category.WRONG_BASE_URL,
    408: Category.TIMEOUT,
    425: Category.UPSTREAM_DOWN,
    429: Category.RATE_LIMITED,
    501: Category.BAD_REQUEST,
    504: Category.TIMEOUT,
    522: Category.TIMEOUT,
    524: Category.TIMEOUT,
}
"""What a status means when the words say nothing more exact. 522 and 524 are Cloudflare's timeouts."""

_ANY = range(600)
_CLIENT = range(400, 500)
_SERVER = range(500, 600)

_RULES: tuple[tuple[Category, range, str], ...] = (
    (Category.WRONG_BASE_URL, _ANY, r"invalid url \(|404 page not found|file not found"),
    (
        Category.RATE_LIMITED,
        _ANY,
        # "Saturated" comes before money: a gateway's own empty account is reported in words of quota.
        r"饱和|saturated|rate.?limit|too many requests|请求数限制|request limit|速率|频率|limit_requests"
        r"|resource.?(has been )?exhausted|(retry|try again) (in|after) [\d.]+|no deployments available"
        r"|quota exceeded for metric",
    ),
    (
        Category.INSUFFICIENT_BALANCE,
        _ANY,
        r"额度(已用尽|不足)|预扣费额度失败|余额不足|欠费"
        r"|insufficient[_ ](\w+[_ ])?(quota|balance|credits?|funds)"
        r"|quota is not enough|pre.?consumed? .*failed|pre_consume_token_quota_failed|quota .{0,20}exhausted"
        r"|tokenstatusexhausted|exceeded your current quota|billing|budget.{0,20}exceeded|credit balance"
        r"|more credits|payment required",
    ),
    (
        Category.CONTENT_FILTERED,
        _ANY,
        r"sensitive[_ ]words?|敏感|违规|content[_ ](filter|management|policy)|data_?inspection"
        r"|inappropriate content"
        r"|prohibited_content|prompt_blocked|requires moderation|flagged|responsibleaipolicy|safety system",
    ),
    (
        Category.CONTEXT_TOO_LONG,
        _ANY,
        r"(maximum|available|exceed\w*) context|context.?(length|window|size).{0,40}exceed"
        r"|context.?windowexceeded"
        r"|context_length_exceeded|prompt is too long|input (is )?too long|input length (should|exceed)"
        r"|reduce the length|上下文.{0,20}(超|过长)|超(出|过).{0,20}(上下文|最大长度|长度限制)",
    ),
    (
        Category.INVALID_MODEL,
        _ANY,
        r"no available channel|无可用渠道|可用渠道不存在|get_channel_failed|model_not_found|model_price_error"
        r"|deploymentnotfound"
        r"|\bmodel\b.{0,100}?(not exist|not found)|\bmodel( (?!does)\S+)?( is)? not support(ed)?\b"
        r"|(invalid|unknown|not a valid) model|模型.{0,60}(不存在|不支持|尚未)|no endpoints found",
    ),
    (Category.INVALID_MODEL, range(404, 405), r"\bmodel\b"),
    (
        Category.MISSING_KEY,
        _CLIENT,
        r"未提供.{0,4}(令牌|token|key|密钥|access)|未登录"
        r"|token not provided|no auth|no api.?key|missing.{0,20}(key|auth|token)"
        r"|n.t provide an api key",
    ),
    (
        Category.INVALID_KEY,
        _CLIENT,
        r"(invalid|incorrect)[_ ]api[_ ]key|api[_ ]key[_ ](not valid|invalid)|无效的令牌|不支持指定渠道"
        # LiteLLM without a database knows its master key only, and says of any other that it cannot look.
        r"|no connected db",
    ),
    (
        Category.BAD_REQUEST,
        _SERVER,
        r"convert_request_failed|count_token_failed|\binvalid_(text_)?request\b|read_request_body_failed"
        r"|failed to (download|decode)|invalid content type|not implemented",
    ),
    (Category.TIMEOUT, _SERVER, r"time[d-]? ?out|deadline exceeded|超时"),
)
"""Tried in this order on the statuses of the range; the first pattern found in the words decides.

An error that came with a good status may be of the client's or of the server's range."""

_RULES_COMPILED = [(category, statuses, re.compile(words)) for category, statuses, words in _RULES]

_TEMPORARY = {Category.RATE_LIMITED, Category.TIMEOUT, Category.UPSTREAM_DOWN, Category.STREAM_INTERRUPTED}
_TEMPORARY_CLIENT_STATUSES = {408, 425, 429}


def translate_response(status: int, headers: Mapping[str, str], body: bytes, *, base_url: str) -> ChatError:
    """The error that an HTTP answer tells of: a bad status, or a good one without a reply."""
    said = read_body(body)
    ids = {name.lower(): value for name, value in headers.items()}
    request_id = ids.get("x-oneapi-request-id") or ids.get("x-request-id") or said.request_id
    category = _category(status, said)
    message = said.message or _silent(status, category)
    if said.is_html and status < 300:
        message = "The server answered with a web page instead of a reply."
    return _error(category, message, base_url, status=status, code=said.code, request_id=request_id)


def translate_stream_error(payload: Any, *, had_text: bool, base_url: str = "") -> ChatError:
    """The error that stands inside a stream, as its decoded JSON.

    With text already received the reply counts as interrupted, unless a content filter ended it.
    """
    said = read_payload(payload)
    category = _category(200, said)
    if had_text and category is not Category.CONTENT_FILTERED:
        category = Category.STREAM_INTERRUPTED
    message = said.message or "The server ended the reply with an error."
    return _error(category, message, base_url, code=said.code, request_id=said.request_id)


def translate_exception(exc: BaseException, *, base_url: str) -> ChatError:
    """The error behind an exception of openai, httpx2, aiohttp or asyncio, found through its causes."""
    if isinstance(exc, openai.APIStatusError):
        response = exc.response
        return translate_response(response.status_code, response.headers, response.content, base_url=base_url)
    causes = list(_causes(exc))
    for kind, category, message in _EXCEPTIONS:
        for cause in causes:
            if isinstance(cause, kind):
                return _error(category, message.format(cause=cause, host=_host(base_url)), base_url)
    return _error(Category.UPSTREAM_DOWN, f"The request failed ({type(exc).__name__}).", base_url)


def refuses_images(error: ChatError) -> bool:
    """Whether a server's words say that the model takes no images, after a request that had some."""
    return error.status in _IMAGE_REFUSALS and bool(_ABOUT_IMAGES.search(error.message.lower()))


_IMAGE_REFUSALS = (400, 404, 415, 422, 500, 501)
_ABOUT_IMAGES = re.compile(
    r"image_url|image input|images? (is|are|content)"
    r"|(support|accept|allow)\w*.{0,40}(image|vision|multimodal)"
    r"|multimodal|vision|content type|expected (a )?(\W?)(text|string)|mmproj|图片|图像|多模态"
)
"""OpenAI, DeepSeek, OpenRouter, llama.cpp and vLLM in their own words, and gateways in Chinese."""


def interrupted(message: str, *, base_url: str = "") -> ChatError:
    """A stream that ended before the model said that it was done."""
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
    # Before the timeouts: the aiohttp transport hands a server that hung up on as a connect timeout.
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


def _category(status: int, said: ErrorBody) -> Category:
    if said.is_html:
        return _category_of_page(status)
    if status < 300 and said.code and re.fullmatch(r"[45]\d\d", said.code):
        status = int(said.code)
    for category, statuses, words in _RULES_COMPILED:
        applies = status in statuses or (status < 300 and statuses in (_CLIENT, _SERVER))
        if applies and words.search(said.words):
            return category
    if status < 300:
        return Category.UPSTREAM_DOWN if said.is_error else Category.WRONG_BASE_URL
    return _of_status(status)


def _category_of_page(status: int) -> Category:
    """A page comes from a dashboard or a proxy in front; its words are about neither model nor money."""
    return Category.WRONG_BASE_URL if status < 300 else _of_status(status)


def _of_status(status: int) -> Category:
    if status in _STATUSES:
        return _STATUSES[status]
    if status < 400:
        return Category.WRONG_BASE_URL
    return Category.BAD_REQUEST if status < 500 else Category.UPSTREAM_DOWN


def _error(
    category: Category,
    message: str,
    base_url: str,
    *,
    status: int | None = None,
    code: str | None = None,
    request_id: str | None = None,
) -> ChatError:
    temporary_status = status is None or status < 300 or status >= 500 or status in _TEMPORARY_CLIENT_STATUSES
    likely = likely_base_url(base_url)
    hint = HINTS[category] if likely or category is not Category.WRONG_BASE_URL else NO_API
    hint = hint.format(base_url=base_url, likely=likely)
    retryable = category in _TEMPORARY and temporary_status
    return ChatError(category, message.strip(), hint, status, code, request_id, retryable)


def _silent(status: int, category: Category) -> str:
    if status < 300:
        is_other = category is Category.WRONG_BASE_URL
        return "The server's answer is no reply of a model." if is_other else "The server's answer was empty."
    if 300 <= status < 400:
        return f"The server sent us to another address (HTTP {status})."
    return f"The server answered with HTTP {status} and no message."


def _host(base_url: str) -> str:
    return urlsplit(base_url).netloc or "The server"


def _causes(exc: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = exc
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        if isinstance(cause, aiohttp.ClientConnectorError):
            yield cause.os_error
        cause = cause.__cause__ or cause.__context__
