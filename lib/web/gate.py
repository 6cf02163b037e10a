"""Who may talk to this server: checked before Streamlit or any page of ours sees a request.

Any web page may send requests to a server that its visitor's browser can reach, even one on loopback. Two
headers give it away, and no page can change them. `Host` is the name in the address: a foreign name that
resolves to us (DNS rebinding) is not one of ours. `Origin` is where the page comes from: for our own pages,
exactly where the request goes.
"""

import ipaddress
import logging
import re
import secrets
from collections.abc import Collection
from contextlib import suppress
from typing import Any, cast

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnected
from structlog.contextvars import bound_contextvars
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from lib import app
from lib.config import Settings
from lib.i18n.translation import gettext as _
from lib.web import health, metrics
from lib.web.addresses import below

CLOSED = "/_stcore/metrics"
"""Streamlit's metrics: no page of ours reads them, and they reveal facts about every user."""
FOR_WATCHERS = ("/_stcore/health", health.LIVE, health.READY, metrics.PATH)
"""Health checks: a load balancer may request them under any name, and learns nothing else.

Metrics are for whoever has their token."""
FOR_OWN_PAGES = ("/media/", "/_stcore/", "/search")
"""Files on pages, uploads, the stream, the search: nobody opens these by a link."""
MOST_TOLD = 20
"""The greatest number of refusals logged, each kind once: refused clients must not fill the log."""
_HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[^:\[\]@/#?\s]+))(?::\d{1,5})?")
_SCHEMES = {"ws": "http", "wss": "https"}

log = logging.getLogger(__name__)


class Gate:
    """Admits requests meant for this server; believes the forwarded headers of trusted proxies."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        self._guard: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with a reason."""
        if scope["type"] not in ("http", "websocket"):
            await self._inner(scope, receive, send)
            return
        # Before a proxy's header replaces it: whom the connection itself comes from.
        scope["peer"] = (scope.get("client") or ("",))[0]
        scope["request_id"] = secrets.token_hex(8)
        if self._guard is None:  # not earlier: the settings are read when the server starts
            self._guard = _guard(self._inner, app.get().settings)
        # The page closed during a send, and Streamlit still reads; or while it sent a file.
        with (
            suppress(WebSocketDisconnected, ClientDisconnect),
            bound_contextvars(request_id=scope["request_id"]),
        ):
            await self._guard(scope, receive, send)


def _guard(inner: ASGIApp, settings: Settings) -> ASGIApp:
    guard: ASGIApp = _Guard(inner, settings.allowed_hosts)
    if settings.trusted_proxies:
        # Outside the guard, which must compare with the scheme that the browser used.
        guard = cast(ASGIApp, ProxyHeadersMiddleware(cast(Any, guard), list(settings.trusted_proxies)))
    return guard


class _Guard:
    def __init__(self, inner: ASGIApp, hosts: Collection[str]) -> None:
        self._inner = inner
        self._hosts = {"localhost", *hosts}
        self._told: set[tuple[str, ...]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        if refusal is None:
            await self._inner(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before accepting: becomes HTTP 403
        else:
            status, sentence = refusal
            await PlainTextResponse(f"{sentence}\n", status)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers, path = Headers(scope=scope), below(scope)
        if path in FOR_WATCHERS and scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            return None
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        # Exactly one: of two, a later reader might use a different one from us.
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            self._tell("Host %r is not among CHAT_ALLOWED_HOSTS", *hosts[:1])
            return 421, _("This server is not known by that name. An admin can add it to CHAT_ALLOWED_HOSTS.")
        expected = f"{_SCHEMES.get(scope['scheme'], scope['scheme'])}://{hosts[0]}"
        # Browsers send it with each websocket and each POST. Requests without it are judged by
        # `Sec-Fetch-Site`.
        if any(origin != expected for origin in origins):
            self._tell(
                "Origin %r is not %r; behind a proxy with https, name it in CHAT_TRUSTED_PROXIES",
                origins[0],
                expected,
            )
            return 403, _("A page of another site may not ask this server.")
        # `none` means a typed address. Old browsers send no `Sec-Fetch-Site`, and are admitted.
        is_foreign = not {*headers.getlist("sec-fetch-site")} <= {"same-origin", "none"}
        if is_foreign and any(part in path for part in FOR_OWN_PAGES):
            return 403, _("Only pages of this server may ask for this.")
        return (404, _("Nothing is here.")) if path.endswith(CLOSED) else None

    def _is_ours(self, host: str) -> bool:
        name = _name_in(host)
        return name in self._hosts or _is_loopback(name)

    def _tell(self, why: str, *values: str) -> None:
        if len(self._told) < MOST_TOLD and (why, *values) not in self._told:
            self._told.add((why, *values))
            log.warning(f"A request was refused: {why}.", *(value[:200] for value in values))


def _name_in(host: str) -> str:
    """Return the name in a `Host` header, without the port; empty if it is not a valid name."""
    found = _HOST.fullmatch(host.lower())
    return (found["address"] or found["name"]).removesuffix(".") if found else ""


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
