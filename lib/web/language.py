"""The language of each request: the one chosen in its browser, else the one that the browser asks for."""

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.i18n import catalogues, locale
from lib.i18n.locale import Locale
from lib.web.addresses import address

PARAMETER = COOKIE = "synstar_language"
"""In an address it chooses a language, which the cookie keeps for this browser."""
COOKIE_SECONDS = 365 * 24 * 3600


def tag(language: str) -> str:
    """Return a language as HTML and addresses name it."""
    return Locale(language).tag


def of_browser(chosen: str, accepted: str) -> str:
    """Return the language for the value of the cookie, and of the header `Accept-Language`."""
    return _by_tag(chosen) or catalogues.accepted(accepted)


def _by_tag(wanted: str) -> str | None:
    return next((each for each in catalogues.languages() if tag(each) == wanted), None)


class RequestLanguage:
    """ASGI middleware that answers each request in its browser's language."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        chosen = _by_tag(connection.query_params.get(PARAMETER, ""))
        language = chosen or of_browser(
            connection.cookies.get(COOKIE, ""), connection.headers.get("accept-language", "")
        )
        with locale.using(Locale(language)):
            await self._inner(scope, receive, _keeping(chosen, connection, send) if chosen else send)


def _keeping(chosen: str, connection: HTTPConnection, send: Send) -> Send:
    """Return a `send` that has the browser keep the chosen language."""
    kept = Response()
    is_https = connection.url.scheme == "https"
    path = address("/")
    kept.set_cookie(
        COOKIE, tag(chosen), COOKIE_SECONDS, path=path, secure=is_https, httponly=True, samesite="lax"
    )

    async def with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", kept.headers["set-cookie"])
        await send(message)

    return with_cookie
