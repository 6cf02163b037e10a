"""The language of each request: that of the browser, as it says in `Accept-Language`."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.i18n import catalogues, locale
from lib.i18n.locale import Locale


class RequestLanguage:
    """ASGI middleware that answers each request in its browser's language."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        wanted = Headers(scope=scope).get("accept-language", "")
        with locale.using(Locale(catalogues.accepted(wanted))):
            await self._inner(scope, receive, send)
