"""Sends requests to an OpenAI-compatible gateway and turns the answers into events of a tape."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import openai

from lib.domain.conversation.messages import Message, Params
from lib.domain.models.balance import Balance
from lib.domain.models.connection import Connection
from lib.domain.models.models import Model
from lib.domain.models.prices import Price
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.tape import Content, Event, Failed, Image, Noted, Retried, Sent, Served, milliseconds
from lib.domain.reply.usage import Usage
from lib.domain.text.sentences import sentence
from lib.gateway import image_generation, images, pricing, requests, transcription
from lib.gateway.balance import balance_of
from lib.gateway.bounded import unread
from lib.gateway.catalogue import is_list, models_in
from lib.gateway.clients import Clients
from lib.gateway.dialects import Dialects
from lib.gateway.errors import images as image_errors
from lib.gateway.errors.body import looks_like_error
from lib.gateway.errors.translation import translate_exception, translate_response
from lib.gateway.images import RemoteImage
from lib.gateway.limits import Limits
from lib.gateway.masking import KeyMask
from lib.gateway.retries import Again, Retries
from lib.gateway.stream.reader import StreamReader

MODELS_SECONDS = 10.0
"""The longest wait for a model list."""
BALANCE_SECONDS = 10.0
"""The longest wait for a balance."""
PICTURES_SECONDS = 60.0
"""The longest wait for all pictures that an answer names by URL."""
FULL_READ_BYTES = 16 * 1024
"""The most that aiohttp's transport returns from one read; a full read means that more is waiting."""
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
"""The response headers that a tape keeps: they help support and hold no secrets."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds."""

    connect_seconds: float = 5.0
    first_byte_seconds: float = 120.0
    """From the request to the answer's first byte. Pings count as bytes."""
    idle_seconds: float = 90.0
    """Between two reads of a stream."""


class Gateway:
    """Sends requests to any gateway. It belongs to one event loop; close it there."""

    def __init__(self, timeouts: Timeouts = Timeouts()) -> None:
        self._timeouts = timeouts
        self._clients = Clients(connect_seconds=timeouts.connect_seconds)
        self._dialects = Dialects()

    async def answer(
        self,
        connection: Connection,
        messages: Sequence[Message],
        *,
        model: str,
        system_prompt: str = "",
        params: Params = Params(),
        pause: Callable[[], float] = lambda: 0.0,
        image: requests.Load = requests.no_images,
    ) -> AsyncGenerator[list[Event], None]:
        """Stream the answer in bursts of events. The last event is `Finished` or `Failed`, whatever happens.

        Temporary failures (`lib.gateway.retries`) are retried, and so is a request without a parameter that
        the server refused by name.
        `pause` returns the seconds to wait after a read, so that the next one takes several chunks at once.
        `image` returns the bytes of the messages' images by their ids.
        Closing the generator, or cancelling its task, closes the connection to the gateway at once.
        """
        started = time.perf_counter()
        wanted = requests.body(messages, model=model, system_prompt=system_prompt, params=params, image=image)
        body, notices = self._dialects.spoken(connection.base_url, wanted)
        mask, retries = KeyMask(connection), Retries()
        has_begun = False
        while True:
            attempt = _Attempt(self._timeouts, connection, mask, body, started, pause)
            sent_ms = attempt.at_ms()
            request = {name: body[name] for name in body if name != "messages"}
            sent = Sent(sent_ms, request, system_prompt, connection.base_url)
            yield [sent, *(Noted(sent_ms, notice) for notice in notices)]
            try:
                async with (
                    self._clients.lend(connection) as client,
                    aclosing(attempt.bursts(client)) as bursts,
                ):
                    async for burst in bursts:
                        has_begun = True
                        yield burst
                return
            except Exception as exc:
                # Whatever it is, the tape gets its last event. A cancellation passes
                # through: its tape is closed already.
                at_ms, notices = attempt.at_ms(), []
                error, again = _about_images(_translated(exc, connection), body), None
                # Never after the first byte of the answer, whatever failed.
                if not has_begun and (refusal := self._dialects.learn(connection.base_url, body, exc)):
                    again = Again(refusal)
                elif not has_begun:
                    again = retries.after(error, seconds=(at_ms - sent_ms) / 1000)
            if again is None:
                yield [Failed(at_ms, error)]
                return
            yield [Retried(at_ms, again.reason)]
            await asyncio.sleep(again.pause)

    async def generate_images(
        self, connection: Connection, prompt: str, *, model: str, params: Params = Params()
    ) -> AsyncGenerator[list[Event], None]:
        """Stream an image model's images as bursts of events that end like those of `answer`."""
        started = time.perf_counter()
        body: dict[str, Any] = {"model": model, "prompt": prompt, "n": params.image_count or 1}
        if params.image_size:
            body["size"] = params.image_size
        if "gpt-image" not in model:  # these always answer in base64 and reject a request for it
            body["response_format"] = "b64_json"
        mask = KeyMask(connection)
        try:
            async with (
                self._clients.lend(connection) as client,
                aclosing(
                    image_generation.generate_images(
                        client, connection, body, seconds=self._timeouts.first_byte_seconds
                    )
                ) as bursts,
            ):
                async for burst in bursts:
                    yield mask.events(burst)
        except Exception as exc:
            yield [Failed(milliseconds(time.perf_counter() - started), _translated(exc, connection))]

    async def transcribe(self, connection: Connection, recording: bytes, *, model: str) -> tuple[str, Usage]:
        """Return the text of a WAV recording and the reported usage. Raises `ChatError`."""
        seconds = self._timeouts.first_byte_seconds
        try:
            async with self._clients.lend(connection) as client:
                return await transcription.transcribe(
                    client, connection, recording, model=model, seconds=seconds
                )
        except Exception as exc:
            # Without its cause, which holds the request and so the key.
            raise _translated(exc, connection) from None

    async def models(self, connection: Connection) -> list[Model]:
        """Return the models that the gateway lists for this key, chat models first. Raises `ChatError`."""
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
            raise KeyMask(connection).error(error)
        mask = KeyMask(connection)
        # A server may list what it was sent: a name that contains the key is not a model.
        return [model for model in models_in(payload) if mask.text(model.id) == model.id]

    async def balance(self, connection: Connection) -> Balance | None:
        """Return the balance of the connection's key, if the gateway reports it within a few seconds."""
        try:
            async with asyncio.timeout(BALANCE_SECONDS), self._clients.lend(connection) as client:
                return await balance_of(client, connection.base_url)
        except TimeoutError:
            return None

    async def prices(self, connection: Connection) -> dict[str, Price]:
        """Return the server's public prices by model; having none is not an error. No key is sent."""
        async with self._clients.lend(Connection(connection.base_url)) as client:
            return await pricing.fetch(client, connection.base_url)

    def lend(self, connection: Connection) -> AbstractAsyncContextManager[openai.AsyncOpenAI]:
        """The connection's client, for requests other than replies and lists: the doctor's probes."""
        return self._clients.lend(connection)

    async def close(self) -> None:
        """Close all connections."""
        await self._clients.close()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One request and its answer."""

    timeouts: Timeouts
    connection: Connection
    mask: KeyMask
    body: dict[str, Any]
    started: float
    pause: Callable[[], float]

    def at_ms(self) -> float:
        """Milliseconds since the reply's first request was sent."""
        return milliseconds(time.perf_counter() - self.started)

    async def bursts(self, client: openai.AsyncOpenAI) -> AsyncGenerator[list[Event], None]:
        """Stream the answer to one request. Raises openai's errors until the answer's body begins."""
        deadline = self._deadline(self.timeouts.first_byte_seconds)
        async with AsyncExitStack() as stack:
            # One deadline for the headers and the first bytes: a server may send its
            # headers at once, and then nothing.
            async with asyncio.timeout_at(deadline):
                response = await stack.enter_async_context(
                    client.chat.completions.with_streaming_response.create(**self.body)
                )
            yield self.mask.events([_served(response.http_response, self.at_ms())])
            chunks = await stack.enter_async_context(aclosing(response.http_response.aiter_bytes()))
            async for burst in self._read(response.http_response, chunks, deadline):
                yield burst

    async def _read(
        self, response: httpx2.Response, chunks: AsyncIterator[bytes], deadline: float
    ) -> AsyncIterator[list[Event]]:
        reader = StreamReader(base_url=self.connection.base_url)
        data: bytes | None = b""
        while data is not None and not reader.closed:
            error = None
            try:
                async with asyncio.timeout_at(deadline):
                    data = await anext(chunks, None)
            except Exception as exc:
                data, error = None, translate_exception(exc, base_url=self.connection.base_url)
            received = unread(response) if data is None else data
            # Parsing is pure Python and this loop carries all streams: a large read is parsed in a thread.
            if reader.is_much(received, is_end=data is None):
                events = await asyncio.to_thread(self._events, reader, received, data is None, error)
            else:
                events = self._events(reader, received, data is None, error)
            if reader.closed and reader.remote_images:
                fetched = await self._fetched(reader.remote_images)
                # Before the closing event, which is always a tape's last.
                events[-1:] = [*fetched, replace(events[-1], at_ms=self.at_ms())]
            if events:
                yield events
            if data and len(data) < FULL_READ_BYTES and not reader.closed and (seconds := self.pause()) > 0:
                await asyncio.sleep(seconds)
            deadline = self._deadline(self.timeouts.idle_seconds)

    def _events(
        self, reader: StreamReader, received: bytes, is_end: bool, error: ChatError | None
    ) -> list[Event]:
        events = reader.feed(received, self.at_ms())
        if is_end:
            events += reader.close(self.at_ms(), error)
        return self.mask.events(events)

    async def _fetched(self, named: Sequence[RemoteImage]) -> list[Event]:
        """Fetch the pictures that an answer named by URL. One that cannot be fetched stays a link."""
        events: list[Event] = []
        room = Limits().file_bytes
        deadline = self._deadline(PICTURES_SECONDS)
        for each in named:
            try:
                async with asyncio.timeout_at(deadline):
                    data = await images.fetched(each.url, self.connection, most=room)
                room -= len(data)
                events.append(Image(self.at_ms(), images.image(each.number, data, each.name)))
            except Exception as exc:
                error = _translated(exc, self.connection)
                events.append(Noted(self.at_ms(), sentence("picture_not_loaded", why=error.what)))
                events.append(Content(self.at_ms(), f"\n\n[{each.name or 'image'}](<{each.url}>)"))
        return self.mask.events(events)

    def _deadline(self, seconds: float) -> float:
        return asyncio.get_running_loop().time() + seconds


def _served(response: httpx2.Response, at_ms: float) -> Served:
    headers = {name: response.headers[name] for name in HEADERS_KEPT if name in response.headers}
    request_id = headers.get("x-oneapi-request-id") or headers.get("x-request-id")
    return Served(at_ms, status=response.status_code, request_id=request_id, headers=headers)


def _about_images(error: ChatError, body: Mapping[str, Any]) -> ChatError:
    """The error; if the server refused the images of a request, the advice says so."""
    has_images = any(isinstance(message["content"], list) for message in body["messages"])
    advice = image_errors.advice(error) if has_images else None
    return replace(error, category=Category.BAD_REQUEST, advice=advice, retryable=False) if advice else error


def _translated(exc: Exception, connection: Connection) -> ChatError:
    error = exc if isinstance(exc, ChatError) else translate_exception(exc, base_url=connection.base_url)
    return KeyMask(connection).error(error)
