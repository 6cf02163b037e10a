"""The ASGI side: what happens when the server starts and stops, and the headers of its answers."""

import asyncio
import base64
import contextlib
import gc
import hashlib
import os
import re
import signal
import sys
import threading
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from types import FrameType

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import net_util
from streamlit.runtime import Runtime
from streamlit.runtime.pages_manager import PagesManager

from lib import app
from lib.config import ConfigurationError
from lib.engine.notifications import STORING
from lib.ui.server import closed_tabs, connections, log, upload_storage
from lib.web import audience, ready, shares
from lib.web.gate import Gate

_WARM = (
    "openai.resources.chat.completions",
    "lib.ui.chat.transcript",
    "lib.ui.chat.dialogs",
    "lib.ui.compare.page",
    "pandas",
    "pyarrow",
)
"""Imported while the first visitor is on the way: together they take a second or two."""

COLLECT_AFTER = 10_000, 10, 10
"""Python's default begins to collect after 700 new objects; one page makes many times that."""
SWITCH_SECONDS = 0.001
"""How long one thread may keep the others waiting; Python's default is five times that. Each database call
lets go of the interpreter and queues for it again: with hundreds of threads a send waits for that queue."""


# At import, before Streamlit makes its runtime and uvicorn its first connection: neither looks again later.
connections.install()
log.install()
closed_tabs.install()
upload_storage.install()
# Streamlit asks the Internet for it to print it, and to compare it with the `Origin` of foreign pages.
net_util.get_external_ip = lambda: None


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Build everything before the first request, take it down after the last."""
    # The folder's name makes Streamlit run its files without the frame: a deep link would miss sign-in.
    PagesManager.uses_pages_directory = False
    try:
        await asyncio.to_thread(_start)
    except ConfigurationError as error:
        sys.stderr.write(f"SynStar Chat cannot start: {error}\n")
        sys.stderr.flush()
        os._exit(1)  # anything raised from here reaches the person as two tracebacks
    _draw_pages_anew_when_storing_changes()
    # In this order: SIGTERM first waits for the replies, and then calls what lets the audiences go.
    for number in (signal.SIGINT, signal.SIGTERM):
        _let_audiences_go_at(number)
    _let_replies_end_before(signal.SIGTERM)
    # The first `st.write_stream` of a process imports pandas and pyarrow: 1 to 2.5 s before the first token.
    warming_up = asyncio.create_task(asyncio.to_thread(_warm_up))
    try:
        yield
    finally:
        await warming_up
        await asyncio.to_thread(app.stop)


def _start() -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    application = app.get()
    if not application.connection.needs_key:
        application.engine.catalogue.listing(application.connection, wait_seconds=0)


def _warm_up() -> None:
    for name in _WARM:
        import_module(name)
    gc.collect()  # first: garbage that is frozen stays for ever
    # What lives as long as the process is not searched by every collection. A full one fell from 43 ms to
    # none; with 40 chats at once the longest stall (p95) fell from 0.7 s to 0.24 s.
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _draw_pages_anew_when_storing_changes() -> None:
    """A page that nobody touches must say it too when words are not stored any more."""
    loop = asyncio.get_running_loop()

    def draw() -> None:
        # Private names of Streamlit 1.67: it has no public way to draw pages anew from outside of them.
        for active in Runtime.instance()._session_mgr.list_active_sessions():
            active.session.request_rerun(active.session._client_state)

    def hear() -> None:
        with contextlib.suppress(RuntimeError):  # the server has ended meanwhile
            loop.call_soon_threadsafe(draw)

    app.get().engine.notifications.listen(STORING, hear)


def _let_audiences_go_at(number: signal.Signals) -> None:
    """End the followers' connections with the server, which waits for them otherwise."""
    if threading.current_thread() is not threading.main_thread():
        return
    # uvicorn's: it has taken its signals before it imports the app. `sse-starlette` cannot take
    # this over (docs/decisions/0023).
    end = signal.getsignal(number)

    def leave(number: int, frame: FrameType | None) -> None:
        audience.stop()
        if callable(end):
            end(number, frame)

    signal.signal(number, leave)


def _let_replies_end_before(number: signal.Signals) -> None:
    """Serve pages for a while after a request to stop: running replies may end, new ones are refused."""
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread may change what a signal does
    end = signal.getsignal(number)

    def drain(number: int, frame: FrameType | None) -> None:
        signal.signal(number, end)  # a second request ends at once
        application = app.get()
        if callable(end):
            application.engine.drain(application.settings.grace_seconds, lambda: end(number, frame))

    signal.signal(number, drain)


def routes() -> list[BaseRoute]:
    """The addresses that are no pages of Streamlit."""
    return [*audience.routes(), shares.route(), ready.route()]


def middleware() -> list[Middleware]:
    """What wraps every request."""
    # The first is the outermost: refusals of the gates have the headers too.
    return [Middleware(SecurityHeaders), Middleware(Gate), Middleware(upload_storage.UploadGate)]


class SecurityHeaders:
    """Adds the headers that keep a page from loading or running anything of somebody else's.

    An answer that has one of them of its own keeps it: it is the stricter one.
    """

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        self._headers = {
            "Content-Security-Policy": content_security_policy(),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._inner(scope, receive, with_headers if scope["type"] == "http" else send)


def content_security_policy() -> str:
    """Everything from this server alone, and the one inline script of Streamlit's page by its hash.

    `blob:` scripts are what Streamlit makes of a component's JavaScript.
    """
    # Computed at each start: another version of Streamlit has another script.
    page = (Path(st.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {hashes}",
            # Streamlit writes its styles into the page while it runs.
            "style-src 'self' 'unsafe-inline'",
            # No other host: Streamlit loads every picture that a model's markdown names, at once, and an
            # address can tell what was said here.
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
