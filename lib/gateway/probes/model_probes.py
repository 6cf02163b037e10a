"""Probes of a model's capabilities: each asks for one small thing and checks the result."""

import json
import re
import struct
import zlib
from base64 import b64encode
from collections.abc import Sequence

from lib.domain.reply.errors import Category, Hint
from lib.domain.reply.finish_reasons import Ending
from lib.gateway.probes.probe import Answer, ProbeContext, ProbeResponse, failed, passed, skipped, unsupported
from lib.i18n.translation import lazy

COUNT = "Write the numbers from 1 to 20 as digits, separated by spaces, and nothing else."
"""Every model can do it, it takes some fifty tokens, and it shows plainly where it was cut."""
STOP_WORD, LONG_ENOUGH = "7", 200
"""Enough tokens for thinking and for the twenty numbers."""
CUT_TOKENS = 5
STREAM_PIECES, STREAM_MS = 3, 50.0
"""A real stream arrives in at least this many pieces over this time; otherwise it was held back."""
SIGNAL = "PINEAPPLE"
LARGEST_BODY = 950_000
"""Bytes: more than the default of CHAT_REQUEST_KB, less than the megabyte that proxies accept by default."""
SQUARE_PIXELS = 64
_RED = re.compile(r"\bred\b|\brot\b|\brouge\b|\brojo\b|红|紅|crimson|scarlet", re.IGNORECASE)
_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city now",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


async def chat(context: ProbeContext) -> Answer:
    """Whether the model answers at all, with one token."""
    if not context.model:
        return failed(lazy("There is no model to ask."), lazy("Name one."))
    # OpenAI's newer models refuse the first name, some servers both.
    for context.limit in ("max_tokens", "max_completion_tokens", None):
        tokens = 1 if context.limit == "max_tokens" else 16
        response = context.chat = await context.ask("Say ok.", **context.most(tokens))
        if response.error is None or response.error.category is not Category.BAD_REQUEST:
            break
    if response.error:
        return failed(response.error.what, Hint(response.error))
    served = response.reply.model_served
    told = {"model": context.model, "seconds": (response.reply.timing.total_ms or 0) / 1000}
    if served and served != context.model:
        return passed(lazy("{model} answered in {seconds:.1f} s, served by {served}.", served=served, **told))
    return passed(lazy("{model} answered in {seconds:.1f} s.", **told))


async def streaming(context: ProbeContext) -> Answer:
    """Whether text arrives as it is written, or all at once at the end."""
    options = {"include_usage": True}
    limit = context.most(LONG_ENOUGH)
    response = await context.ask(COUNT, stream=True, stream_options=options, **limit)
    # Perhaps only `stream_options` is refused: try once more without it.
    if response.is_refusal:
        response = await context.ask(COUNT, stream=True, **limit)
    context.stream = response
    if response.is_refusal:
        return _refused(response)
    if response.error:
        return failed(response.error.what, Hint(response.error))
    if "event-stream" not in response.headers.get("content-type", "event-stream"):
        return unsupported(lazy("The server answers in one piece, as if no stream had been asked for."))
    return _of_arrivals(response.arrivals_ms)


def _of_arrivals(arrivals_ms: Sequence[float]) -> Answer:
    if not arrivals_ms:
        return skipped(lazy("The reply had no text, so this could not be determined."))
    first, last = arrivals_ms[0], arrivals_ms[-1]
    if len(arrivals_ms) >= STREAM_PIECES and last - first >= STREAM_MS:
        return passed(
            lazy(
                "The text came in {pieces} pieces over {last:.1f} s, the first after {first:.1f} s.",
                pieces=len(arrivals_ms),
                last=(last - first) / 1000,
                first=first / 1000,
            )
        )
    return unsupported(
        lazy("A stream is sent, but all its text arrived at once, after {first:.1f} s.", first=first / 1000),
        lazy("Look for a proxy that holds answers back; nginx needs proxy_buffering off."),
    )


async def stream_usage(context: ProbeContext) -> Answer:
    """Whether a stream reports its token counts; uses the stream of the previous check."""
    response = context.stream
    if response is None or response.error:
        return skipped(lazy("There was no stream to look at."))
    usage = response.reply.usage
    if usage.total_tokens is None:
        return unsupported(lazy("The stream reports no token counts: they are estimated, and marked so."))
    return passed(
        lazy(
            "The stream reported {prompt} prompt tokens and {completion} completion tokens.",
            prompt=usage.prompt_tokens,
            completion=usage.completion_tokens,
        )
    )


async def stop(context: ProbeContext) -> Answer:
    """Whether an answer ends before a stop sequence."""
    response = await context.ask(COUNT, stop=[STOP_WORD], **context.most(LONG_ENOUGH))
    if response.error:
        return _refused(response)
    # The numbers to 20 contain a 7 twice: it appears unless the answer ended before it.
    if STOP_WORD in response.reply.text:
        return unsupported(lazy("Stop sequences are accepted and ignored."))
    if context.stream and STOP_WORD in context.stream.reply.text:
        return passed(lazy("The answer ended where it should."))
    return skipped(
        lazy("Stop sequences are accepted, but this model did not write the text that would test them.")
    )


async def max_tokens(context: ProbeContext) -> Answer:
    """Whether an answer ends after `max_tokens`."""
    if context.limit != "max_tokens":
        if context.limit:
            return unsupported(lazy("max_tokens is refused; {other} is taken.", other=context.limit))
        return unsupported(lazy("max_tokens is refused."))
    response = await context.ask(COUNT, **context.most(CUT_TOKENS))
    if response.error:
        return _refused(response)
    tokens = response.reply.usage.completion_tokens
    if response.reply.ending is Ending.LENGTH or (tokens is not None and tokens <= CUT_TOKENS):
        return passed(lazy("The answer was cut where it should."))
    return unsupported(lazy("max_tokens is accepted and ignored."))


async def system_role(context: ProbeContext) -> Answer:
    """Whether a system prompt is accepted."""
    rule = f"Whatever you are asked, answer with the single word {SIGNAL}."
    messages = [{"role": "system", "content": rule}, {"role": "user", "content": "Hello, how are you?"}]
    response = await context.ask("", messages=messages, **context.most(LONG_ENOUGH))
    if response.error:
        return _refused(response)
    if SIGNAL in response.reply.text.upper():
        return passed(lazy("The model followed its system prompt."))
    return passed(lazy("A system prompt is accepted, but this time the model did not follow it."))


async def vision(context: ProbeContext) -> Answer:
    """Whether the model sees an image, a plain red square."""
    image = f"data:image/png;base64,{b64encode(red_square()).decode()}"
    content = [
        {"type": "text", "text": "What colour is this square? Answer with one word."},
        {"type": "image_url", "image_url": {"url": image, "detail": "low"}},
    ]
    response = await context.ask(content, **context.most(LONG_ENOUGH))
    if response.error:
        return _refused(response)
    if _RED.search(response.reply.text):
        return passed(lazy("The model named the colour of a red square."))
    return unsupported(
        lazy("An image is accepted, but the model did not see it: a red square was not called red.")
    )


async def json_mode(context: ProbeContext) -> Answer:
    """Whether `response_format` makes the answer a JSON object."""
    prompt = 'Answer with a JSON object whose only key is "ok" with the value true.'
    form = {"type": "json_object"}
    response = await context.ask(prompt, response_format=form, **context.most(LONG_ENOUGH))
    if response.error:
        return _refused(response)
    try:
        is_object = isinstance(json.loads(response.reply.text), dict)
    except (ValueError, RecursionError):
        is_object = False
    return (
        passed(lazy("The answer was a JSON object."))
        if is_object
        else unsupported(lazy("The answer was not JSON."))
    )


async def tools(context: ProbeContext) -> Answer:
    """Whether the model calls an offered tool."""
    prompt = "What is the weather in Paris now? Use the tool."
    response = await context.ask(prompt, tools=[_TOOL], **context.most(LONG_ENOUGH))
    if response.error:
        return _refused(response)
    if response.reply.tool_calls:
        return passed(
            lazy("The model called {tool}.", tool=response.reply.tool_calls[0].name or lazy("the tool"))
        )
    return unsupported(lazy("Tools are accepted, but the model answered in words."))


async def reasoning(context: ProbeContext) -> Answer:
    """Whether the model thinks before it answers, and shows or counts its thinking."""
    prompt = "How many times does the letter r occur in the word strawberry?"
    response = await context.ask(prompt, reasoning_effort="low", **context.most(4 * LONG_ENOUGH))
    if any(_thought(seen) for seen in (response, context.stream) if seen):
        if response.error:
            return passed(lazy("The model thinks before it answers, but takes no reasoning_effort."))
        return passed(lazy("The model thinks before it answers, and takes reasoning_effort."))
    return _refused(response) if response.error else unsupported(lazy("The model shows no reasoning."))


def _thought(response: ProbeResponse) -> bool:
    return bool(response.reply.reasoning or response.reply.usage.reasoning_tokens)


async def request_size(context: ProbeContext) -> Answer:
    """Whether a large request is accepted. It is filled with blanks, which are not tokens."""
    messages = [{"role": "user", "content": "Say ok."}]
    body = json.dumps({"model": context.model, "messages": messages, **context.most(16)}).encode()
    response = await context.post(body[:-1] + b" " * (LARGEST_BODY - len(body)) + b"}")
    size = f"{LARGEST_BODY / 1e6:.2f} MB"
    if response.error is None:
        return passed(
            lazy("A request of {size} is accepted; CHAT_REQUEST_KB allows less by default.", size=size)
        )
    if response.status is not None and not response.is_refusal:
        return skipped(lazy("Could not be determined: {message}", message=response.error.sentence))
    return failed(
        lazy("A request of {size} is refused: {message}", size=size, message=response.error.sentence),
        lazy("Send smaller images, or raise the limit of the proxy (nginx: client_max_body_size)."),
    )


def _refused(response: ProbeResponse) -> Answer:
    """The conclusion from an error after a plain request was answered."""
    error = response.error
    words = error.sentence if error else ""
    if response.is_refusal:
        return unsupported(lazy("It is refused: {words}", words=words))
    return skipped(lazy("Could not be determined: {words}", words=words))


def red_square(side: int = SQUARE_PIXELS) -> bytes:
    """A red PNG made by hand: signature, header, one compressed block of rows, end (PNG specification)."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)  # 8 bits a channel, RGB
    rows = (b"\0" + b"\xff\0\0" * side) * side  # each row begins with its filter type: none
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
