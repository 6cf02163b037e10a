"""Asks an OpenAI-compatible gateway and tells what comes back as the events of a tape."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import openai

from lib.chat.connection import Connection
from lib.chat.errors import ChatError
from lib.chat.messages import Message, Params
from lib.chat.models import Model
from lib.chat.prices import Price
from lib.chat.tape import Event, Failed, Retried, Sent, Served
from lib.gateway import pricing, requests
from lib.gateway.catalogue import is_list, models_in
from lib.gateway.clients import Clients, unread
from lib.gateway.errors import looks_like_error, translate_exception, translate_response
from lib.gateway.sse import StreamReader

MODELS_SECONDS = 10.0
"""The longest wait for a model list."""
FULL_READ_BYTES = 16 * 1024
"""What the aiohttp transport hands out at most in one read; such a read means that more is waiting."""
HEADERS_KEPT = (
    "content-type",
    "date",
    "server",
    "cf-ray",
    "openai-processing-ms",
    "x-new-api-version",
    "x-oneapi-request-id",
    "x-request-id",
)
"""The answer's headers that a tape keeps: they help support and hold no secrets."""
NO_STREAM_OPTIONS = "The server does not take stream_options, so it was asked again without."


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds."""

    connect_seconds: float = 5.0
    first_byte_seconds: float = 120.0
    """From the request to the answer's first byte. Pings are bytes too."""
    idle_seconds: float = 90.0
    """Between two reads of a stream."""


class Gateway:
    """Sends requests to any gateway. It belongs to one event loop; close it there."""

    def __init__(self, timeouts: Timeouts = Timeouts()) -> None:
        self._timeouts = timeouts
        self._clients = Clients(connect_seconds=timeouts.connect_seconds)
        self._without_stream_options: set[str] = set()

    async def answer(
        self,
        connection: Connection,
        messages: Sequence[Message],
        *,
        model: str,
        system_prompt: str = "",
        params: Params = Params(),
        pause: Callable[[], float] = lambda: 0.0,
    ) -> AsyncGenerator[list[Event], None]:
        """The answer in bursts of events. The last event is `Finished` or `Failed`, whatever happens.

        `pause` tells the seconds to wait after a read, so that the next one takes several chunks together.
        Closing the generator, or cancelling its task, closes the connection to the gateway at once.
        """
        started = time.perf_counter()
        body = requests.body(
            messages,
            model=model,
            system_prompt=system_prompt,
            params=params,
            include_usage=connection.base_url not in self._without_stream_options,
        )
        while True:
            attempt = _Attempt(self._timeouts, connection, body, started, pause)
            yield [Sent(attempt.at_ms(), {name: body[name] for name in body if name != "messages"})]
            try:
                async with (
                    self._clients.lend(connection) as client,
                    aclosing(attempt.bursts(client)) as bursts,
                ):
                    async for burst in bursts:
                        yield _safe(burst, connection)
                return
            except Exception as exc:
                if "stream_options" in body and _rejects_stream_options(exc):
                    self._without_stream_options.add(connection.base_url)
                    del body["stream_options"]
                    yield [Retried(attempt.at_ms(), NO_STREAM_OPTIONS)]
                    continue
                yield [Failed(attempt.at_ms(), _translated(exc, connection))]
                return

    async def models(self, connection: Connection) -> list[Model]:
        """The models the gateway lists for this key, chat models first. Raises `ChatError`."""
        try:
            async with asyncio.timeout(MODELS_SECONDS), self._clients.lend(connection) as client:
                response = await client.get("/models", cast_to=httpx2.Response)
        except Exception as exc:
            raise _translated(exc, connection) from None
        try:
            payload = json.loads(response.content)
        except (ValueError, RecursionError):
            payload = None
        if not is_list(payload) or looks_like_error(payload):
            error = translate_response(
                response.status_code, response.headers, response.content, base_url=connection.base_url
            )
            raise _without_key(error, connection)
        return models_in(payload)

    async def prices(self, connection: Connection) -> dict[str, Price]:
        """What the server tells everybody about its prices, by model; nothing is no error. No key is sent."""
        async with self._clients.lend(Connection(connection.base_url)) as client:
            return await pricing.fetch(client, connection.base_url)

    def lend(self, connection: Connection) -> AbstractAsyncContextManager[openai.AsyncOpenAI]:
        """The connection's client, for what is neither a reply nor a list: the doctor's probes."""
        return self._clients.lend(connection)

    async def close(self) -> None:
        """Close all connections."""
        await self._clients.close()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One request and its answer."""

    timeouts: Timeouts
    connection: Connection
    body: dict[str, Any]
    started: float
    pause: Callable[[], float]

    def at_ms(self) -> float:
        """The time since the reply's first request was sent."""
        return (time.perf_counter() - self.started) * 1000

    async def bursts(self, client: openai.AsyncOpenAI) -> AsyncGenerator[list[Event], None]:
        """What one request is answered. Raises what openai raises before the answer's body begins."""
        deadline = self._deadline(self.timeouts.first_byte_seconds)
        async with AsyncExitStack() as stack:
            async with asyncio.timeout_at(deadline):
                response = await stack.enter_async_context(
                    client.chat.completions.with_streaming_response.create(**self.body)
                )
            yield [_served(response.http_response, self.at_ms())]
            chunks = await stack.enter_async_context(aclosing(response.http_response.aiter_bytes()))
            async for burst in self._read(response.http_response, chunks, deadline):
                yield burst

    async def _read(
        self, response: httpx2.Response, chunks: AsyncIterator[bytes], deadline: float
    ) -> AsyncIterator[list[Event]]:
        reader = StreamReader(base_url=self.connection.base_url)
        error = None
        while not reader.closed:
            try:
                async with asyncio.timeout_at(deadline):
                    data = await anext(chunks, None)
            except Exception as exc:
                data, error = None, translate_exception(exc, base_url=self.connection.base_url)
            events = reader.feed(unread(response) if data is None else data, self.at_ms())
            if data is None:
                events += reader.close(self.at_ms(), error)
            if events:
                yield events
            if data and len(data) < FULL_READ_BYTES and not reader.closed and (seconds := self.pause()) > 0:
                await asyncio.sleep(seconds)
            deadline = self._deadline(self.timeouts.idle_seconds)

    def _deadline(self, seconds: float) -> float:
        return asyncio.get_running_loop().time() + seconds


def _served(response: httpx2.Response, at_ms: float) -> Served:
    headers = {name: response.headers[name] for name in HEADERS_KEPT if name in response.headers}
    request_id = headers.get("x-oneapi-request-id") or headers.get("x-request-id")
    return Served(at_ms, status=response.status_code, request_id=request_id, headers=headers)


def _rejects_stream_options(exc: Exception) -> bool:
    return (
        isinstance(exc, openai.APIStatusError)
        and exc.status_code in (400, 422)
        and any(name in exc.response.text for name in ("stream_options", "include_usage"))
    )


def _translated(exc: Exception, connection: Connection) -> ChatError:
    return _without_key(translate_exception(exc, base_url=connection.base_url), connection)


def _without_key(error: ChatError, connection: Connection) -> ChatError:
    """The error without the key in its message: servers repeat what they were sent, however it looks."""
    if connection.api_key is None:
        return error
    return replace(error, message=error.message.replace(connection.api_key.reveal(), "***"))


def _safe(burst: list[Event], connection: Connection) -> list[Event]:
    if isinstance(failed := burst[-1], Failed):
        return [*burst[:-1], replace(failed, error=_without_key(failed.error, connection))]
    return burst
