"""What the scripted gateway can be told to answer. A reply is a list of steps."""

import asyncio
import base64
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from tests.scripted_gateway.chunks import DONE, Chunks, Text


class Gate:
    """Holds a reply back until the test opens it, so that no test has to sleep."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        """Set when the gateway has sent all before the gate and waits."""
        self._opened: Future[None] = Future()

    def open(self) -> None:
        """Let the reply go on."""
        if not self._opened.done():
            self._opened.set_result(None)

    async def wait(self) -> None:
        """Wait, on the gateway's loop, for the test."""
        self.reached.set()
        await asyncio.shield(asyncio.wrap_future(self._opened))


def parts_of(content: Any) -> list[Any]:
    """The parts of a message's content, where it has parts."""
    return content if isinstance(content, list) else []


def text_of(content: Any) -> str:
    """A message's last text: what the person wrote, after its documents."""
    texts = [part["text"] for part in parts_of(content) if part["type"] == "text"]
    return str(content) if isinstance(content, str) else (texts or [""])[-1]


@dataclass(slots=True)
class Received:
    """One request as it came in, and what became of its reply."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: Any
    """The decoded JSON; `None` for a request without one."""
    raw_body: bytes
    sent_text: str = ""
    """The content that has gone out so far."""
    answered: threading.Event = field(default_factory=threading.Event)
    """Set when the whole reply has been written."""
    closed: threading.Event = field(default_factory=threading.Event)
    """Set when the client hung up before the reply was whole."""

    @property
    def prompt(self) -> str:
        """The text of the last user message."""
        messages = self.body.get("messages", []) if isinstance(self.body, dict) else []
        texts = [text_of(message.get("content")) for message in messages if message.get("role") == "user"]
        drawing = str(self.body.get("prompt", "")) if isinstance(self.body, dict) else ""
        return texts[-1] if texts else drawing

    @property
    def images(self) -> list[bytes]:
        """The images in all messages, in order."""
        messages = self.body.get("messages", []) if isinstance(self.body, dict) else []
        parts = [part for message in messages for part in parts_of(message.get("content"))]
        urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
        return [base64.b64decode(url.partition(";base64,")[2]) for url in urls]

    @property
    def wants_stream(self) -> bool:
        return isinstance(self.body, dict) and bool(self.body.get("stream"))

    @property
    def wants_usage(self) -> bool:
        options = self.body.get("stream_options") if isinstance(self.body, dict) else None
        return bool((options or {}).get("include_usage"))


@dataclass(frozen=True, slots=True)
class Until:
    """Wait until this many seconds after the reply's start: a pace without drift."""

    seconds: float


class HangUp:
    """Cut the connection."""


class Cut(Exception):
    """The script itself cut the connection."""


class Silence:
    """Say nothing until the client hangs up."""


Step = bytes | Text | Until | Gate | HangUp | Silence


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers and steps of one answer."""

    steps: Iterable[Step]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    before: Sequence[Step] = ()
    """What happens before the headers are sent."""


Script = Callable[[Received], Reply]
"""Makes the reply to a request."""

Usage = Literal["last", "every", "choice", "never"]
SSE = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
JSON = {"Content-Type": "application/json"}


def stream(
    *texts: str,
    reasoning: Sequence[str] = (),
    delay: float = 0.0,
    ttft: float = 0.0,
    usage: Usage = "last",
    finish: str | None = "stop",
    hold: Gate | None = None,
    hold_after: int = 0,
    hang_up: bool = False,
    then_silence: bool = False,
    model: str | None = None,
) -> Script:
    """A streamed reply, or one JSON body when the request asks for no stream.

    `delay` and `ttft` are seconds: between the pieces and before the first. `usage` says where the counts
    stand; "last" sends them only when they were asked for. `hold` stops after `hold_after` texts until the
    test opens it. `hang_up` and `then_silence` happen after the texts, in place of an end.
    """

    def script(received: Received) -> Reply:
        maker = Chunks(model or received.body.get("model", "model-a"), received.prompt)
        if not received.wants_stream:
            before: list[Step] = [Until(ttft), *([hold] if hold else [])]
            whole = maker.completion("".join(texts), "".join(reasoning), finish)
            return Reply([json.dumps(whole).encode()], headers=JSON, before=before)
        return Reply(steps(maker, received), headers=SSE)

    def steps(maker: Chunks, received: Received) -> Iterator[Step]:
        moments = (ttft + number * delay for number in itertools.count())
        for text in reasoning:
            yield Until(next(moments))
            yield maker.chunk({"reasoning_content": text})
        for number, text in enumerate(texts):
            if hold and number == hold_after:
                yield hold
            yield Until(next(moments))
            yield maker.text(text, with_usage=usage == "every")
        if hold and hold_after >= len(texts):
            yield hold
        yield from _ending(maker, usage, received.wants_usage, finish, hang_up, then_silence)

    return script


def by_model(**scripts: Script) -> Script:
    """Another answer for each model; `model_a` stands for `model-a`."""
    return lambda received: scripts[received.body["model"].replace("-", "_")](received)


def deltas(*pieces: Mapping[str, Any] | Gate, finish: str = "stop", model: str | None = None) -> Script:
    """A streamed reply of these very deltas, for what `stream` has no word for: tool calls, late thinking."""

    def script(received: Received) -> Reply:
        maker = Chunks(model or received.body.get("model", "model-a"), received.prompt)
        chunks = [piece if isinstance(piece, Gate) else maker.chunk(dict(piece)) for piece in pieces]
        ending = [maker.chunk({}, finish=finish), *([maker.usage_chunk()] if received.wants_usage else [])]
        return Reply([*chunks, *ending, DONE], headers=SSE)

    return script


def raw(
    content: bytes | Path,
    *,
    status: int = 200,
    headers: Mapping[str, str] = SSE,
    piece: int | None = None,
    hang_up: bool = False,
) -> Script:
    """These very bytes, or a file's, in writes of `piece` bytes each."""
    data = content.read_bytes() if isinstance(content, Path) else content
    size = piece or len(data) or 1
    pieces: list[Step] = [data[at : at + size] for at in range(0, len(data), size)]
    if hang_up:
        pieces.append(HangUp())
    return lambda _: Reply(pieces, status, headers)


def error(
    status: int, body: bytes | str | Mapping[str, Any] = b"", headers: Mapping[str, str] = JSON
) -> Script:
    """An error answer; a mapping is sent as JSON."""
    data = json.dumps(body).encode() if isinstance(body, Mapping) else body
    return raw(data.encode() if isinstance(data, str) else data, status=status, headers=headers)


def silence() -> Script:
    """Not even headers, until the client hangs up."""
    return lambda _: Reply((), before=[Silence()])


def hang_up() -> Script:
    """The connection is cut before any answer."""
    return lambda _: Reply((), before=[HangUp()])


def unscripted(received: Received) -> Reply:
    """What is answered without a script: tokens as the message orders, else a friendly echo."""
    orders = dict(re.findall(r"\b(tokens|rate|ttft)=(\d+)", received.prompt))
    if "tokens" not in orders:
        words = tuple(re.findall(r"\s*\S+\s*?", _ECHO.format(prompt=received.prompt.strip() or "…")))
        return stream(*words, delay=0.03, ttft=0.2)(received)
    rate = int(orders.get("rate", 0))
    return stream(
        *_tokens(int(orders["tokens"])),
        delay=1 / rate if rate else 0.0,
        ttft=int(orders.get("ttft", 0)) / 1000,
    )(received)


def _tokens(count: int) -> list[str]:
    words = itertools.cycle([" quick", " brown", " fox", " jumps", " over", " the", " lazy", " dog", "."])
    return ["Alphaword", *itertools.islice(words, max(count - 2, 0)), " Omegaword"][: max(count, 2)]


def _ending(
    maker: Chunks,
    usage: Usage,
    wanted: bool,
    finish: str | None,
    hang_up: bool,
    then_silence: bool,
) -> Iterator[Step]:
    if hang_up:
        yield HangUp()
    if then_silence:
        yield Silence()
    if finish is not None:
        yield maker.chunk({}, finish=finish, choice_usage=usage == "choice", with_usage=usage == "every")
    if usage == "last" and wanted:
        yield maker.usage_chunk()
    yield DONE


_ECHO = """## You said

> {prompt}

I am the **scripted gateway**, so I only repeat things. Still, I can show how a reply looks:

- a list with *emphasis* and `code`
- a second point, with a [link](https://example.com)

```python
def greet(name: str) -> str:
    return f"Hello, {{name}}!"
```

| order | meaning |
|---|---|
| `tokens=100` | how many words to stream |
| `rate=50` | words a second, 0 for flat out |
| `ttft=200` | ms before the first word |
"""


def drawing(*images: bytes, url: str | None = None, prompt: str = "", usage: Any = None) -> Script:
    """Drawn images: each as base64, and one at `url`, with the prompt as the model revised it."""
    items: list[dict[str, Any]] = [
        {"b64_json": base64.b64encode(image).decode(), "revised_prompt": prompt} for image in images
    ]
    if url:
        items.append({"url": url})
    return error(200, {"created": 1_755_000_000, "data": items, **({"usage": usage} if usage else {})})


def drawn(received: Received) -> Reply:
    """Squares of one colour, as many as were asked for, as large as was asked for."""
    width, height = map(int, str(received.body.get("size") or "256x256").split("x"))
    shades = [(31, 95, 208), (208, 95, 31), (31, 160, 95), (120, 60, 160)]
    images = []
    for number in range(int(received.body.get("n") or 1)):
        file = BytesIO()
        Image.new("RGB", (width, height), shades[number % len(shades)]).save(file, "PNG")
        images.append(file.getvalue())
    return drawing(*images, prompt=f"A plain picture for: {received.prompt}")(received)


def heard(received: Received) -> Reply:
    """What was said in a recording: always the same."""
    return error(200, {"text": "How hot should the water be?"})(received)
