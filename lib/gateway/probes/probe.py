"""A probe asks a server one thing to learn what it supports. This module sends it and reads the response."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
import openai

from lib.domain.models.capabilities import Capability
from lib.domain.models.connection import Connection
from lib.domain.models.diagnosis import Cost, Text, Verdict
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import Content, Event, Reasoning, ToolCall
from lib.gateway.errors.translation import translate_exception
from lib.gateway.stream.reader import StreamReader

SECONDS = 60.0
"""The longest wait for one whole answer."""
LARGEST_BYTES = 4_000_000
"""The largest part of an answer that is read."""
_REFUSALS = {Category.BAD_REQUEST, Category.INVALID_MODEL, Category.PERMISSION_DENIED}
_REFUSING_STATUSES = {404, 405, 413, 415, 500, 501}
"""A server that answered a plain request and now sends one of these refuses what was new in the request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A probe's conclusion."""

    verdict: Verdict
    meaning: Text
    advice: Text | None = None


def passed(meaning: Text) -> Answer:
    return Answer(Verdict.PASS, meaning)


def failed(meaning: Text, advice: Text) -> Answer:
    return Answer(Verdict.FAIL, meaning, advice)


def unsupported(meaning: Text, advice: Text | None = None) -> Answer:
    return Answer(Verdict.NOT_SUPPORTED, meaning, advice)


def skipped(meaning: Text) -> Answer:
    return Answer(Verdict.SKIPPED, meaning)


@dataclass(frozen=True, slots=True)
class ProbeResponse:
    """The response to one request."""

    reply: Reply
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    arrivals_ms: tuple[float, ...] = ()
    """When each read with a piece of the answer finished, since the request."""
    received_at: datetime | None = None
    """When the answer began, by this machine's clock."""
    body: bytes = b""
    """Only for responses that are not replies."""

    @property
    def error(self) -> ChatError | None:
        return self.reply.error

    @property
    def is_cut_off(self) -> bool:
        """Whether the connection broke before any answer."""
        error = self.error
        return self.status is None and error is not None and error.category is Category.UPSTREAM_DOWN

    @property
    def is_refusal(self) -> bool:
        """Whether the server refuses the request as such, rather than being in trouble."""
        error = self.error
        return error is not None and (error.category in _REFUSALS or error.status in _REFUSING_STATUSES)


class ProbeContext:
    """The server and model under examination, and their responses so far."""

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        connection: Connection,
        model: str | None,
        usable: Callable[[Sequence[str]], Awaitable[Sequence[str]]],
    ) -> None:
        """`model` is the one to examine; `None` takes the first chat model listed that may be used.

        `usable` returns those of the models that may be.
        """
        self.connection, self.model, self.usable = connection, model, usable
        self.listing: ProbeResponse | None = None
        """The answer of `/models`."""
        self.chat: ProbeResponse | None = None
        """The answer to the smallest chat."""
        self.stream: ProbeResponse | None = None
        """The answer to the streamed chat."""
        self.limit: Literal["max_tokens", "max_completion_tokens"] | None = "max_tokens"
        """The model's name for the limit of an answer's tokens; `None` if it accepts neither."""
        self._client = client

    @property
    def base_url(self) -> str:
        return self.connection.base_url

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def proxy(self) -> str | None:
        """The host of the proxy for requests; it resolves names and makes connections."""
        # The same decision as the client's (`trust_env` in `lib/gateway/clients.py`).
        if self.connection.is_loopback or proxy_bypass(self.host):
            return None
        address = getproxies().get(urlsplit(self.base_url).scheme)
        return urlsplit(address).hostname if address else None

    def most(self, tokens: int) -> dict[str, int]:
        """The parameter that limits an answer to this many tokens; empty if the model accepts none."""
        return {self.limit: tokens} if self.limit else {}

    async def get(self, url: str) -> ProbeResponse:
        """GET a URL, or a path below the base URL; the answer's body is kept."""
        return await self._heard(lambda: self._client.get(url, cast_to=httpx2.Response))

    async def post(self, body: bytes) -> ProbeResponse:
        """POST exactly these bytes to the chat endpoint; the answer's body is kept."""
        headers = {"Content-Type": "application/json"}
        return await self._heard(
            lambda: self._client.post(
                "/chat/completions", cast_to=httpx2.Response, content=body, options={"headers": headers}
            )
        )

    async def _heard(self, send: Callable[[], Awaitable[httpx2.Response]]) -> ProbeResponse:
        try:
            async with asyncio.timeout(SECONDS):
                response = await send()
        except Exception as exc:
            return _of_exception(exc, self.base_url)
        now = datetime.now(UTC)
        return ProbeResponse(
            Reply(State.COMPLETED), response.status_code, response.headers, (), now, response.content
        )

    async def ask(self, prompt: Any, **body: Any) -> ProbeResponse:
        """Ask the model: `prompt` is the content of the only message, unless `body` has `messages`."""
        response = await self._ask(prompt, **body)
        # A pooled connection that the server has just closed says nothing: retry once, on a new one.
        return await self._ask(prompt, **body) if response.is_cut_off else response

    async def _ask(self, prompt: Any, **body: Any) -> ProbeResponse:
        request = {"model": self.model or "", "messages": [{"role": "user", "content": prompt}], **body}
        started = time.perf_counter()
        reader, events, arrivals = StreamReader(base_url=self.base_url), list[Event](), list[float]()
        try:
            async with asyncio.timeout(SECONDS), AsyncExitStack() as stack:
                create = self._client.chat.completions.with_streaming_response.create
                response = (await stack.enter_async_context(create(**request))).http_response
                received_at, size = datetime.now(UTC), 0
                chunks = await stack.enter_async_context(aclosing(response.aiter_bytes()))
                async for data in chunks:
                    at_ms, size = (time.perf_counter() - started) * 1000, size + len(data)
                    burst = reader.feed(data, at_ms)
                    arrivals += [at_ms] * any(isinstance(e, Content | Reasoning | ToolCall) for e in burst)
                    events += burst
                    if reader.closed or size > LARGEST_BYTES:
                        break
        except Exception as exc:
            return _of_exception(exc, self.base_url)
        events += reader.close((time.perf_counter() - started) * 1000)
        reply = fold(events)
        return ProbeResponse(reply, response.status_code, response.headers, tuple(arrivals), received_at)


Run = Callable[[ProbeContext], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Probe:
    """One check of the doctor."""

    name: str
    title: str
    """Marked for translation."""
    run: Run
    needs: tuple[str, ...] = ()
    """Checks that must not have failed before."""
    cost: Cost = Cost()
    capability: Capability | None = None
    otherwise: str = ""
    """What to do if it is not supported, marked for translation."""


def _of_exception(exc: Exception, base_url: str) -> ProbeResponse:
    reply = Reply(State.FAILED, error=translate_exception(exc, base_url=base_url))
    if not isinstance(exc, openai.APIStatusError):
        return ProbeResponse(reply)
    response = exc.response
    now = datetime.now(UTC)
    return ProbeResponse(reply, response.status_code, response.headers, (), now, response.content)
