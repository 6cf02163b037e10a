"""One openai client per base URL, with its own connections. It holds no key: the key is lent with it."""

import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import httpx2
from openai import AsyncOpenAI, DefaultAioHttpClient

from lib.domain.models.connection import Connection
from lib.gateway.bounded import bound

HEADERS_SENT = (
    "host",
    "accept",
    "content-type",
    "content-length",
    "user-agent",
    "x-stainless-raw-response",  # the SDK reads it back from the request to see what it was asked for
)
"""All headers that a request carries, besides the key. The SDK would add some from the environment."""
_KEY = "x-lent-key"
"""The header that passes a lent client's key to the hook: `Authorization` may come from the environment."""


@dataclass(slots=True)
class _Lent:
    client: AsyncOpenAI
    borrowers: int = 0


class Clients:
    """A bounded cache of clients. It belongs to the event loop that uses it first."""

    def __init__(self, *, connect_seconds: float, limit: int = 32) -> None:
        """`limit` is how many idle clients stay open; clients in use are never closed."""
        # No other limits: `lib/gateway/client.py` sets deadlines that a stream's pings extend.
        self._timeout = httpx2.Timeout(None, connect=connect_seconds)
        self._limit = limit
        self._tls: ssl.SSLContext | None = None
        self._lent: OrderedDict[str, _Lent] = OrderedDict()

    @asynccontextmanager
    async def lend(self, connection: Connection) -> AsyncIterator[AsyncOpenAI]:
        """Lend the connection's client, kept open while it is in use. Only the lent copy holds the key."""
        lent = self._lent.get(connection.base_url)
        if lent is None:
            lent = self._lent[connection.base_url] = _Lent(self._build(connection))
        self._lent.move_to_end(connection.base_url)
        lent.borrowers += 1
        key = connection.api_key
        try:
            # A copy shares the connections, and disappears together with its key.
            yield lent.client.copy(default_headers={_KEY: key.reveal()}) if key else lent.client
        finally:
            lent.borrowers -= 1
            await self._close_surplus()

    async def close(self) -> None:
        """Close all clients."""
        while self._lent:
            _, lent = self._lent.popitem()
            await lent.client.close()

    async def _close_surplus(self) -> None:
        idle = [base_url for base_url, lent in self._lent.items() if not lent.borrowers]
        dropped = [self._lent.pop(base_url) for base_url in idle[: max(len(self._lent) - self._limit, 0)]]
        for lent in dropped:
            await lent.client.close()

    def _build(self, connection: Connection) -> AsyncOpenAI:
        if self._tls is None:
            self._tls = httpx2.create_ssl_context()  # reading the certificates is slow, so only once
        return AsyncOpenAI(
            api_key="sent by the hook",  # otherwise it takes OPENAI_API_KEY, or raises
            # The SDK appends its paths to the whole string, but Azure needs `?api-version=` after them.
            base_url=connection.base_url.partition("?")[0],
            default_query=dict(parse_qsl(urlsplit(connection.base_url).query, keep_blank_values=True)),
            max_retries=0,  # the SDK's own retries would not appear on a tape
            timeout=self._timeout,
            # aiohttp instead of httpx: with the pauses between reads (`lib/engine/answering.py`) it cut the
            # longest stall of 40 streams (p95) from 2.1 s to 0.7 s.
            http_client=DefaultAioHttpClient(
                verify=self._tls,
                trust_env=not connection.is_loopback,  # a proxy cannot reach back to this machine
                follow_redirects=False,  # a redirect would pass the key on
                timeout=self._timeout,
                event_hooks={"request": [_set_headers], "response": [bound]},
            ),
        )


async def _set_headers(request: httpx2.Request) -> None:
    """Keep only the intended headers, as the last step before a request is sent."""
    headers = {name: value for name, value in request.headers.items() if name in HEADERS_SENT}
    headers["accept-encoding"] = "identity"  # a compressor on the way would hold tokens back
    if key := request.headers.get(_KEY):
        headers["authorization"] = f"Bearer {key}"
    request.headers = httpx2.Headers(headers)
