"""The ASGI side: the server's start and stop, and the headers of its responses."""

import asyncio
import base64
import contextlib
import gc
import hashlib
import os
import re
import sys
from collections.abc import AsyncIterator
from importlib import import_module
from itertools import chain

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import net_util
from streamlit.runtime.pages_manager import PagesManager

from lib import app, config
from lib.config import ConfigurationError
from lib.engine.notifications import REPLACED, STOPPING, STORING
from lib.i18n import catalogues, locale
from lib.i18n.locale import Locale
from lib.i18n.translation import gettext as _
from lib.ui.server import (
    closed_tabs,
    components,
    connections,
    followers,
    front_page,
    log,
    media,
    reruns,
    session_state,
    shutdown,
    tabs,
    upload_storage,
    welcome,
)
from lib.web import health, search, shares
from lib.web.base_path import BasePath
from lib.web.gate import Gate
from lib.web.language import RequestLanguage
from lib.web.metrics import Metrics
from lib.web.pages import about, not_found
from lib.web.room import audience
from lib.web.sign_in import routes as sign_in
from lib.web.sign_in.gate import SignInGate

_WARM = (
    "openai.resources.chat.completions",
    "lib.ui.chat.transcript",
    "lib.ui.chat.dialogs",
    "lib.ui.compare.page",
    "pandas",
    "pyarrow",
)
"""Imported before the first visitor arrives: together they take a second or two."""

COLLECT_AFTER = 10_000, 10, 10
"""Python's default threshold is 700 new objects; one page creates many times that."""
SWITCH_SECONDS = 0.001
"""How long one thread may keep the others waiting; Python's default is five times that. Each database call
releases the interpreter and queues for it again: with hundreds of threads, a send waits in that queue."""

METRICS = Metrics(tabs=tabs.count, followers=followers.count)

# At import, before Streamlit creates its runtime and uvicorn its first connection: neither looks again later.
connections.install()
log.install()
session_state.install()
reruns.install()
media.install()
closed_tabs.install()
upload_storage.install()
# Streamlit asks the Internet for this address, to print it and to compare it with the `Origin` of foreign
# pages.
net_util.get_external_ip = lambda: None


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Build everything before the first request, and shut it down after the last."""
    # Because of the folder's name Streamlit would run its files without the layout: a deep link would miss
    # sign-in.
    PagesManager.uses_pages_directory = False
    try:
        await asyncio.to_thread(_start)
    except ConfigurationError as error:
        with locale.using(Locale(catalogues.chosen(config.languages()))):
            log.tell_last(_("SynStar Chat cannot start: {error}").format(error=error))
        os._exit(1)  # an exception would be printed as two tracebacks
    _draw_pages_anew_when_told()
    shutdown.install(app.get())
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
    if application.settings.metrics_token:
        METRICS.watch(application)
    welcome.check(application.settings)
    welcome.invite_first_admin(application)
    if not application.connection.needs_key:
        application.engine.catalogue.listing(application.connection, wait_seconds=0)


def _warm_up() -> None:
    for name in _WARM:
        import_module(name)
    gc.collect()  # first: frozen garbage is never freed
    # Collections then skip what lives as long as the process. A full one fell from 43 ms to none; with 40
    # chats at once the longest stall (p95) fell from 0.7 s to 0.24 s.
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _draw_pages_anew_when_told() -> None:
    """Rerun all pages when idle ones must say it too: storing fails or works again, the server stops, another
    process has closed a reply."""
    loop = asyncio.get_running_loop()

    def hear() -> None:
        with contextlib.suppress(RuntimeError):  # the server has stopped in the meantime
            loop.call_soon_threadsafe(reruns.draw_all)

    for topic in (STORING, STOPPING, REPLACED):
        app.get().engine.notifications.listen(topic, hear)


def routes() -> list[BaseRoute]:
    """Return the routes that Streamlit does not answer itself."""
    ours = audience.routes(), shares.routes(), search.routes(), sign_in.routes(), front_page.routes()
    own = about.route(), components.route(), METRICS.route()
    return [*health.routes(), *own, *chain.from_iterable(ours), not_found.route()]


def middleware() -> list[Middleware]:
    """Return the middleware for every request."""
    # The first is the outermost: the gates' refusals get the headers too.
    sign_in_gate = Middleware(
        SignInGate, owns_file=tabs.owns_file, say_farewell=tabs.say_farewell, is_use=tabs.is_use
    )
    return [
        Middleware(RequestLanguage),
        Middleware(SecurityHeaders),
        Middleware(BasePath),
        Middleware(Gate),
        sign_in_gate,
        Middleware(upload_storage.UploadGate),
    ]


class SecurityHeaders:
    """Adds the headers that stop a page from loading or running third-party content.

    A response that has set one of them keeps its own, which is stricter.
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
        """Pass the request on and add the headers to its response."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._inner(scope, receive, with_headers if scope["type"] == "http" else send)


def content_security_policy() -> str:
    """Return the policy: this server only, and the inline scripts of its page by their hashes.

    Streamlit turns a component's JavaScript into `blob:` scripts.
    """
    # Computed at each start: another version of Streamlit has another script.
    scripts = re.findall(r"<script>(.*?)</script>", front_page.html(), re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {hashes}",
            # Streamlit adds styles to the page at run time.
            "style-src 'self' 'unsafe-inline'",
            # No other host: Streamlit loads every image in a model's markdown at once, and its address can
            # leak the conversation.
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
