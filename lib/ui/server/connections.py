"""Connections to this server: limits until a request has arrived, and no proxy is believed here.

Streamlit starts uvicorn with its own settings, and uvicorn has none for these limits.
"""

from asyncio import Transport
from asyncio.events import TimerHandle
from typing import Any

from starlette.types import ASGIApp
from uvicorn import config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
"""From the connection, or from the first byte of a later request on it, to the end of the headers."""
HEAD_BYTES = 64 * 1024
"""The request line and the headers together."""


class BoundedProtocol(HttpToolsProtocol):
    """Closes connections whose request headers take too long or are too large."""

    _deadline: TimerHandle | None = None
    _unread = 0
    """Bytes received of headers that are not complete yet."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_headers()

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        super().data_received(data)
        if self._deadline and self._unread > HEAD_BYTES:
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_headers()

    def on_headers_complete(self) -> None:
        self._expect_nothing()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self.transport.close()
            return
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def _expect_headers(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.close)
            self._unread = 0

    def _expect_nothing(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None


def install() -> None:
    """Make uvicorn's connections of this class: uvicorn has chosen its own class before this runs."""

    def new(_: Any, *_values: Any, **_fields: Any) -> BoundedProtocol:
        return object.__new__(BoundedProtocol)

    HttpToolsProtocol.__new__ = new  # type: ignore[method-assign, assignment]
    # uvicorn believes every program on this machine about whom it forwards. Only `lib.web.gate` decides that.
    config.ProxyHeadersMiddleware = _believe_nobody  # type: ignore[attr-defined, assignment]


def _believe_nobody(inner: ASGIApp, **_options: Any) -> ASGIApp:
    return inner
