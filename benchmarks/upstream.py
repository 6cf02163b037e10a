"""An OpenAI-compatible server that answers as the prompt says: `python -m benchmarks.upstream PORT`.

`GET /log` tells when each reply's request arrived and its first and last token left (see `Times`): by mark,
and by `mark/model` where several models are asked the same.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.prompts import Prompt

MODELS = ("bench-a", "bench-b", "bench-c", "bench-d")
SMALL_TALK = Prompt(tokens=2)
"""The answer to whatever is not scripted: some servers ask for titles and tags by themselves."""
USAGE_OF_PROMPT = 10


@dataclass(slots=True)
class Times:
    """When things happened to one reply, in ms since the epoch; 0: not yet."""

    arrived: float
    first: float = 0.0
    last: float = 0.0
    asked: int = 1
    """How often the same was asked: the times are those of the last request."""


class Upstream:
    """Serves `/models`, `/chat/completions` and `/log`, each under any prefix."""

    def __init__(self) -> None:
        self._log: dict[str, Times] = {}

    async def serve(self, port: int) -> None:
        """Answer on loopback until the process ends."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", port, limit=2**20, backlog=1024)
        await server.serve_forever()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                path, body = await _receive(reader)
                await self._answer(path, body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, body: bytes, writer: asyncio.StreamWriter) -> None:
        match path.rpartition("/")[2]:
            case "completions":
                await self.complete(json.loads(body), writer)
            case "models":
                models = [{"id": name, "object": "model", "created": 1, "owned_by": "b"} for name in MODELS]
                await send(writer, {"object": "list", "data": models})
            case "log":
                await send(writer, {mark: asdict(times) for mark, times in self._log.items()})
            case _:
                await send(writer, {"error": {"message": "Not found", "code": "not_found"}}, "404 Not Found")

    async def complete(self, request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        """Answer a chat completion request."""
        prompt = Prompt.parse(_last_words(request["messages"])) or SMALL_TALK
        asked = self._log[prompt.mark].asked + 1 if prompt.mark in self._log else 1
        times = Times(_now(), asked=asked)
        self._log[prompt.mark] = self._log[f"{prompt.mark}/{request['model']}"] = times
        if request.get("stream"):
            await _stream(request, prompt, times, writer)
            return
        message = {"role": "assistant", "content": "".join(prompt.reply())}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        answer = _body(request["model"], "chat.completion", [choice])
        await send(writer, {**answer, "usage": _usage(prompt)})


async def _receive(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The path and the body of the next request."""
    start, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return start.split(" ")[1].partition("?")[0], body


async def send(writer: asyncio.StreamWriter, value: Any, status: str = "200 OK") -> None:
    """Send a whole answer."""
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


async def _stream(
    request: dict[str, Any], prompt: Prompt, times: Times, writer: asyncio.StreamWriter
) -> None:
    """Send the reply as server-sent events, each token when it is due."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    await asyncio.sleep(prompt.ttft / 1000)
    write_event(writer, chunk(request, {"role": "assistant", "content": ""}))
    interval, started = (1 / prompt.rate if prompt.rate else 0), time.monotonic()
    for at, token in enumerate(prompt.reply()):
        await asyncio.sleep(max(0.0, started + at * interval - time.monotonic()))
        times.last = _now()
        times.first = times.first or times.last
        write_event(writer, chunk(request, {"content": token}))
        await writer.drain()
    write_end(request, prompt, writer)
    await writer.drain()


def write_end(request: dict[str, Any], prompt: Prompt, writer: asyncio.StreamWriter) -> None:
    """What comes after a stream's last token."""
    write_event(writer, chunk(request, {}, "stop"))
    if (request.get("stream_options") or {}).get("include_usage"):
        write_event(writer, {**_body(request["model"], "chat.completion.chunk", []), "usage": _usage(prompt)})
    write_event(writer, "[DONE]")
    writer.write(b"0\r\n\r\n")


def write_event(writer: asyncio.StreamWriter, event: dict[str, Any] | str) -> None:
    """Write one server-sent event, in an HTTP chunk of its own."""
    text = event if isinstance(event, str) else json.dumps(event)
    write_data(writer, f"data: {text}\n\n".encode())


def write_data(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Write one chunk of HTTP."""
    writer.write(b"%x\r\n%b\r\n" % (len(data), data))


def chunk(request: dict[str, Any], delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
    """One chunk of a stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _body(request["model"], "chat.completion.chunk", [choice])


def _body(model: str, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": "chatcmpl-bench", "object": kind, "created": 1, "model": model, "choices": choices}


def _usage(prompt: Prompt) -> dict[str, int]:
    total = USAGE_OF_PROMPT + prompt.tokens
    return {"prompt_tokens": USAGE_OF_PROMPT, "completion_tokens": prompt.tokens, "total_tokens": total}


def _last_words(messages: list[dict[str, Any]]) -> str:
    """The text of the last message of a person."""
    content = next((m["content"] for m in reversed(messages) if m["role"] == "user"), "")
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


def _now() -> float:
    return time.time() * 1000


if __name__ == "__main__":
    asyncio.run(Upstream().serve(int(sys.argv[1])))
