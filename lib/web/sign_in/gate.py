"""Lets in whoever is signed in: checked before Streamlit or any page of ours sees a request.

It guards everything but the addresses that are free: the sign-in pages, health checks, and what has a secret
link of its own. Each request that passes carries the identity of the person in a header; one that a client
sends is thrown away.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import quote

from cachetools import TTLCache
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from lib import app
from lib.domain.people.identity import Identity
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.web.addresses import address, below
from lib.web.elsewhere import elsewhere
from lib.web.sign_in import cookies, header
from lib.web.sign_in.identity import TABS, with_identity
from lib.web.sign_in.watch import Watch

SIGN_IN, SIGNED_IN = "/sign-in", "/signed-in"
"""The page to sign in, and where a page asks whether it still is."""
FREE = re.compile(
    r"/sign-in(/oidc|/callback)?|/sign-out|/invite/[\w-]+|/live|/ready|/metrics|/about|/_stcore/health"
    # `_stcore` and the like are no names of files of a room.
    r"|/room/[\w-]+(/(?!_)[\w.-]+)?|/share/[\w-]+"
)
"""Whole paths that nobody has to sign in for."""
FRESH_SECONDS = 1.0
"""How long a found sign-in is believed without asking the store again."""
OUTAGE_SECONDS = 600.0
"""How long it is believed while the store cannot be asked."""
MOST_KNOWN = 10_000
FILE = re.compile(r"(?!.*/static/).*/media/(?P<name>[^/]+)")
"""A file that a page shows. Streamlit's own fonts are in `/static/media/`."""
UPLOAD = re.compile(r".*/_stcore/upload_file/(?P<tab>[^/]+)/[^/]+")


class SignInGate:
    """Adds the identity to requests, and refuses those without one."""

    def __init__(
        self,
        inner: ASGIApp,
        owns_file: Callable[[str, Identity], bool],
        say_farewell: Callable[[Identity], None],
        is_use: Callable[[bytes], bool],
    ) -> None:
        """`owns_file` tells whether a file that a page shows, by the name in its address, is somebody's.

        `say_farewell` is called when a sign-in has ended, shortly before its pages are closed. `is_use` tells
        whether a message of a page is something that somebody did there.
        """
        self._inner, self._owns_file = inner, owns_file
        self._known: TTLCache[str, Identity] = TTLCache(MOST_KNOWN, FRESH_SECONDS)
        self._lately: TTLCache[str, Identity] = TTLCache(MOST_KNOWN, OUTAGE_SECONDS)
        self._watch = Watch(_still_valid, say_farewell, is_use)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as somebody's, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._inner(scope, receive, send)
            return
        scope = {**scope, "headers": with_identity(scope["headers"])}
        if app.get().settings.has_sign_in and not FREE.fullmatch(below(scope)):
            await self._guarded(scope, receive, send)
        else:
            await self._inner(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        identity = await self._identity(HTTPConnection(scope))
        if identity is None:
            await _refuse(scope, receive, send)
            return
        address = (scope.get("client") or ("",))[0]
        ours = identity.header(scope["request_id"], address)
        scope["headers"] = with_identity(_without_foreign_tab(scope, identity), ours)
        bind_contextvars(session_id=identity.log_name)
        if scope["type"] == "websocket":
            TABS.let_in(identity)
            await self._watch.run(identity, lambda r, s: self._inner(scope, r, s), receive, send)
        elif refusal := self._foreign(below(scope), identity):
            await refusal(scope, receive, send)
        else:
            await self._inner(scope, receive, send)

    def _foreign(self, path: str, identity: Identity) -> Response | None:
        """Return the refusal, if this is the address of an upload or a file of somebody else's page."""
        if upload := UPLOAD.fullmatch(path):
            return None if TABS.belongs(upload["tab"], identity) else elsewhere()
        file = FILE.fullmatch(path)
        if file is None or self._owns_file(file["name"], identity):
            return None
        return PlainTextResponse(_("Nothing is here.") + "\n", HTTPStatus.NOT_FOUND)

    async def _identity(self, connection: HTTPConnection) -> Identity | None:
        """Return who asks; `None` if nobody is signed in."""
        settings = app.get().settings
        if settings.sign_in.header and (subject := header.subject(connection, settings)):
            return await self._known_as(f"proxy {subject}", header.identity, subject)
        token = connection.cookies.get(cookies.name())
        # Under its hash: nothing is kept under a secret.
        return await self._known_as(cookies.key(token), _found, token) if token else None

    async def _known_as(self, key: str, find: Callable[[str], Identity | None], name: str) -> Identity | None:
        """Return whom `find` finds under a name, or found under this key a moment ago."""
        if known := self._known.get(key):
            return known
        try:
            found = await run_in_threadpool(find, name)
        except StoreError:
            return self._lately.get(key)  # a database that is away for a while signs nobody out
        if found:
            self._known[key] = self._lately[key] = found
        else:
            self._lately.pop(key, None)
        return found


def _found(token: str) -> Identity | None:
    application = app.get()
    found = application.store.sign_ins.find(token, datetime.now(UTC), application.settings.sign_in.lifetime)
    return Identity(found.person_id, found.token_hash) if found else None


async def _still_valid(identities: set[Identity], used: set[Identity]) -> set[Identity]:
    return await run_in_threadpool(_valid, identities, used)


def _valid(identities: set[Identity], used: set[Identity]) -> set[Identity]:
    application, now = app.get(), datetime.now(UTC)
    store, lifetime = application.store, application.settings.sign_in.lifetime
    asked, seen = ({each.sign_in for each in group if each.sign_in} for group in (identities, used))
    hashes = store.sign_ins.valid(asked, now, lifetime, seen)
    enabled = store.people.enabled({each.person_id for each in identities if not each.sign_in})
    return {
        each
        for each in identities
        if each.sign_in in hashes or (not each.sign_in and each.person_id in enabled)
    }


def _without_foreign_tab(scope: Scope, identity: Identity) -> list[tuple[bytes, bytes]]:
    """Return the headers; a page that reconnects to somebody else's tab gets a new one.

    The third entry of the websocket's protocols names the tab: Streamlit would hand it out to whoever asks.
    """
    headers = []
    for name, value in scope["headers"]:
        if name.lower() == b"sec-websocket-protocol":
            entries = [entry.strip() for entry in value.decode("latin-1").split(",")]
            if len(entries) > 2 and not TABS.belongs(entries[2], identity):
                value = ", ".join(entries[:2]).encode("latin-1")
        headers.append((name, value))
    return headers


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before accepting: becomes HTTP 403
        return
    await _refusal(scope)(scope, receive, send)


def _refusal(scope: Scope) -> Response:
    """Return the way to the sign-in page for somebody who opens an address, else a plain refusal."""
    if scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        wanted = scope["path"] + (f"?{query}" if query else "")
        sign_in = f"{address(SIGN_IN)}?next={quote(wanted, safe='')}"
        return RedirectResponse(sign_in, HTTPStatus.SEE_OTHER, _NOT_KEPT)
    return PlainTextResponse(_("Sign in first.") + "\n", HTTPStatus.UNAUTHORIZED, _NOT_KEPT)


_NOT_KEPT: Mapping[str, str] = {"Cache-Control": "no-store"}
