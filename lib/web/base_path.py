"""Serves the app below `CHAT_BASE_PATH`, for a proxy that serves other things beside it.

Starlette is told as ASGI does it, by a request's `root_path`, which Streamlit's routes heed too. Streamlit's
own `server.baseUrlPath` stays empty: it would put the path before its routes a second time.
"""

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lib import app
from lib.i18n.translation import gettext as _
from lib.web.gate import FOR_WATCHERS


class BasePath:
    """ASGI middleware that admits what is below the base path, and leads to it from the first page."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        is_request = scope["type"] in ("http", "websocket")
        base = app.get().settings.base_path if is_request else ""
        # Whoever watches a process asks it, not its proxy.
        if not base or scope["path"] in FOR_WATCHERS:
            await self._inner(scope, receive, send)
        elif scope["path"].startswith(f"{base}/"):
            await self._inner({**scope, "root_path": base}, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before accepting: becomes HTTP 403
        else:
            await _beside(scope, base)(scope, receive, send)


def _beside(scope: Scope, base: str) -> Response:
    if scope["path"] not in ("/", base):  # the first page, as Streamlit prints it at the start, and as typed
        return PlainTextResponse(_("Nothing is here.") + "\n", 404)
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(f"{base}/{query and f'?{query}'}")
