"""The server itself: what it was asked, and what answers."""

import asyncio
import contextlib
import json
import threading
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from tests.patience import PATIENCE
from tests.scripted_gateway.chunks import Text
from tests.scripted_gateway.replies import (
    Cut,
    Gate,
    HangUp,
    Received,
    Reply,
    Script,
    Silence,
    Until,
    drawn,
    error,
    heard,
    unscripted,
)

DEFAULT_MODELS = ("model-a", "model-b", "text-embedding-a")
_UNSCRIPTED: dict[tuple[str, str], Script] = {
    ("POST", "/chat/completions"): unscripted,
    ("POST", "/images/generations"): drawn,
    ("POST", "/audio/transcriptions"): heard,
}
"""The endpoints that take scripts, and what each answers without one."""
HEAD_LIMIT = 64 * 1024


class ScriptedGateway:
    """Serves `/v1/models`, `/v1/chat/completions`, `/v1/images/generations` and `/v1/audio/transcriptions`,
    with and without the `/v1`.

    Use it as a context manager. A request is answered by the script that `when` has for its last user
    message, else by the next one of `enqueue`, else by `answer_chats`, else by an echo.
    """

    def __init__(self, models: Sequence[str | dict[str, Any]] = DEFAULT_MODELS, port: int = 0) -> None:
        self.models = list(models)
        self.port = port
        self.requests: list[Received] = []
        self._queue: deque[Script] = deque()
        self._scripts: dict[str, Script] = {}
        self._pages: dict[str, Script] = {}
        self._exact_pages: dict[str, Script] = {}
        self._unscripted = dict(_UNSCRIPTED)
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scripted gateway", daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def chats(self) -> list[Received]:
        """The requests for an answer."""
        return [request for request in self.requests if request.path.endswith("/chat/completions")]

    def asked(self, *prompts: str) -> list[Received]:
        """The requests whose last user message is one of these."""
        return [request for request in self.requests if request.prompt in prompts]

    def begun_with(self, question: str) -> list[Received]:
        """The requests of the conversations that began with this question."""
        return [chat for chat in self.chats if chat.body["messages"][0]["content"] == question]

    def enqueue(self, *scripts: Script) -> None:
        """Answer the next chat requests with these, one each."""
        self._queue.extend(scripts)

    def when(self, prompt: str, script: Script) -> None:
        """Answer every request whose last user message is `prompt` with this."""
        self._scripts[prompt] = script

    def answer_chats(self, script: Script) -> None:
        """Answer chat requests that nothing else is scripted for with this."""
        self._unscripted["POST", "/chat/completions"] = script

    def answer_models(self, script: Script) -> None:
        """Answer `GET /models` with this instead of the list."""
        self.serve("/models", script)

    def serve(self, path: str, script: Script) -> str:
        """Answer a GET of this path with this; `/v1` in front of it is left out. Returns its URL."""
        self._pages[path] = script
        return f"http://127.0.0.1:{self.port}{path}"

    def answer_page(self, path: str, script: Script) -> None:
        """Answer a GET of this very path with this: `/models` is not `/v1/models` here."""
        self._exact_pages[path] = script

    def wait_for_request(self, count: int = 1, timeout: float = 5.0) -> Received:
        """The `count`-th request, waiting for it. Raises `TimeoutError` after `timeout` seconds."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.requests) >= count, timeout):
                raise TimeoutError(f"Only {len(self.requests)} of {count} requests came.")
            return self.requests[count - 1]

    def __enter__(self) -> "ScriptedGateway":
        self._thread.start()
        if not self._ready.wait(PATIENCE):
            raise TimeoutError("The scripted gateway does not start.")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)
        if self._thread.is_alive():
            raise TimeoutError("The scripted gateway does not end.")

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        connections: set[asyncio.Task[None]] = set()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._serve_one(reader, writer))
            connections.add(task)
            task.add_done_callback(connections.discard)
            # A task that is cancelled before its first step runs none of its `finally`.
            task.add_done_callback(lambda _: writer.close())

        server = await asyncio.start_server(connected, "127.0.0.1", self.port, limit=HEAD_LIMIT, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed is let go in the loop's next round

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection, so that a byte or an end on it can only be the client hanging up."""
        try:
            received = await _receive(reader)
            reply = asyncio.create_task(_play(self._reply_to(received), received, writer))
            gone = asyncio.create_task(reader.read(1))
            try:
                await asyncio.wait((reply, gone), return_when=asyncio.FIRST_COMPLETED)
                if gone.done() and not received.answered.is_set():
                    received.closed.set()
                if reply.done():
                    reply.result()
            finally:
                for task in (reply, gone):
                    task.cancel()
                await asyncio.gather(reply, gone, return_exceptions=True)
        except (asyncio.IncompleteReadError, ConnectionError, Cut):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), PATIENCE / 2)

    def _reply_to(self, received: Received) -> Reply:
        with self._arrived:
            self.requests.append(received)
            self._arrived.notify_all()
        return self._script_for(received)(received)

    def _script_for(self, received: Received) -> Script:
        if received.method == "GET" and received.path in self._exact_pages:
            return self._exact_pages[received.path]
        endpoint = received.method, received.path.partition("?")[0].removeprefix("/v1")
        method, path = endpoint
        if method == "GET" and path in self._pages:
            return self._pages[path]
        if endpoint == ("GET", "/models"):
            return error(200, {"object": "list", "data": self._model_list()})
        if endpoint not in _UNSCRIPTED:
            fault = f"Invalid URL ({received.method} {received.path})"
            return error(404, {"error": {"message": fault, "type": "invalid_request_error", "code": ""}})
        if received.prompt in self._scripts:
            return self._scripts[received.prompt]
        return self._queue.popleft() if self._queue else self._unscripted[endpoint]

    def _model_list(self) -> list[dict[str, Any]]:
        return [
            {"id": model, "object": "model", "owned_by": "scripted"} if isinstance(model, str) else model
            for model in self.models
        ]


async def _receive(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    start, *lines = head.rstrip().split("\r\n")
    method, path, _ = start.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    raw_body = await reader.readexactly(int(headers.get("content-length", 0)))
    is_json = raw_body and "multipart" not in headers.get("content-type", "")
    body = json.loads(raw_body) if is_json else None
    return Received(method, path, headers, body, raw_body)


async def _play(reply: Reply, received: Received, writer: asyncio.StreamWriter) -> None:
    """Write the reply step by step, in chunked encoding."""
    player = _Player(received, writer)
    for step in reply.before:
        await player.take(step)
    headers = {**reply.headers, "Transfer-Encoding": "chunked", "Connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {reply.status} Scripted\r\n{lines}\r\n".encode("latin-1"))
    for step in reply.steps:
        await player.take(step)
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    received.answered.set()


class _Player:
    def __init__(self, received: Received, writer: asyncio.StreamWriter) -> None:
        self._received = received
        self._writer = writer
        self._clock: Callable[[], float] = asyncio.get_running_loop().time
        self._started = self._clock()

    async def take(self, step: Any) -> None:
        match step:
            case Until(seconds=seconds):
                if (wait := self._started + seconds - self._clock()) > 0:
                    await asyncio.sleep(wait)
            case Gate():
                await self._writer.drain()
                await step.wait()
            case Silence():
                await asyncio.Event().wait()
            case HangUp():
                await self._writer.drain()
                self._writer.close()
                raise Cut
            case Text(text=text, data=data):
                await self._write(data)
                self._received.sent_text += text
            case _:
                await self._write(step)

    async def _write(self, data: bytes) -> None:
        if data:
            self._writer.write(b"%x\r\n%b\r\n" % (len(data), data))
            await self._writer.drain()
