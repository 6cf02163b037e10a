"""Probes of what a model does: each asks it one small thing and looks whether it did that."""

import json
import re
import struct
import zlib
from base64 import b64encode
from collections.abc import Sequence

from lib.domain.reply.errors import Category
from lib.domain.reply.finish_reasons import Ending
from lib.gateway.probes.probe import Answer, Heard, Patient, failed, passed, skipped, unsupported

COUNT = "Write the numbers from 1 to 20 as digits, separated by spaces, and nothing else."
"""Every model can do it, it takes some fifty tokens, and it is plain where it was cut."""
STOP_WORD, LONG_ENOUGH = "7", 200
"""Tokens that leave room for thinking and for the twenty numbers."""
CUT_TOKENS = 5
STREAM_PIECES, STREAM_MS = 3, 50.0
"""A stream arrives in this many pieces over this time, or it was held back on the way."""
SIGNAL = "PINEAPPLE"
LARGEST_BODY = 950_000
"""Bytes of the largest request that this app sends: proxies take a megabyte where nobody changed that."""
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


async def chat(patient: Patient) -> Answer:
    """Whether the model answers at all, with one token."""
    if not patient.model:
        return failed("There is no model to ask.", "Name one.")
    for patient.limit in ("max_tokens", "max_completion_tokens", None):
        tokens = 1 if patient.limit == "max_tokens" else 16
        heard = patient.chat = await patient.ask("Say ok.", **patient.most(tokens))
        if heard.error is None or heard.error.category is not Category.BAD_REQUEST:
            break
    if heard.error:
        return failed(heard.error.message, heard.error.hint)
    served = heard.reply.model_served
    who = f", served by {served}" if served and served != patient.model else ""
    return passed(f"{patient.model} answered in {(heard.reply.timing.total_ms or 0) / 1000:.1f} s{who}.")


async def streaming(patient: Patient) -> Answer:
    """Whether text comes as it is written, or all at once at the end."""
    options = {"include_usage": True}
    limit = patient.most(LONG_ENOUGH)
    heard = await patient.ask(COUNT, stream=True, stream_options=options, **limit)
    if heard.is_refusal:
        heard = await patient.ask(COUNT, stream=True, **limit)
    patient.stream = heard
    if heard.is_refusal:
        return _refused(heard)
    if heard.error:
        return failed(heard.error.message, heard.error.hint)
    if "event-stream" not in heard.headers.get("content-type", "event-stream"):
        return unsupported("The server answers in one piece, as if no stream had been asked for.")
    return _of_arrivals(heard.arrivals_ms)


def _of_arrivals(arrivals_ms: Sequence[float]) -> Answer:
    if not arrivals_ms:
        return skipped("The reply had no text, so nothing could be told.")
    first, last = arrivals_ms[0], arrivals_ms[-1]
    if len(arrivals_ms) >= STREAM_PIECES and last - first >= STREAM_MS:
        return passed(
            f"The text came in {len(arrivals_ms)} pieces over {(last - first) / 1000:.1f} s, "
            f"the first after {first / 1000:.1f} s."
        )
    return unsupported(
        f"A stream is sent, but all its text arrived at once, after {first / 1000:.1f} s.",
        "Look for a proxy that holds answers back; nginx needs proxy_buffering off.",
    )


async def stream_usage(patient: Patient) -> Answer:
    """Whether a stream tells its token counts, as that of the check before did."""
    heard = patient.stream
    if heard is None or heard.error:
        return skipped("There was no stream to look at.")
    usage = heard.reply.usage
    if usage.total_tokens is None:
        return unsupported("The stream tells no token counts: they are estimated, and marked so.")
    return passed(f"The stream told {usage.prompt_tokens} prompt and {usage.completion_tokens} other tokens.")


async def stop(patient: Patient) -> Answer:
    """Whether an answer ends before a stop sequence."""
    heard = await patient.ask(COUNT, stop=[STOP_WORD], **patient.most(LONG_ENOUGH))
    if heard.error:
        return _refused(heard)
    if STOP_WORD in heard.reply.text:
        return unsupported("Stop sequences are accepted and ignored.")
    if patient.stream and STOP_WORD in patient.stream.reply.text:
        return passed("The answer ended where it should.")
    return skipped("Stop sequences are accepted, but this model did not write what would show more.")


async def max_tokens(patient: Patient) -> Answer:
    """Whether an answer ends after `max_tokens`."""
    if patient.limit != "max_tokens":
        other = f"; {patient.limit} is taken" if patient.limit else ""
        return unsupported(f"max_tokens is refused{other}.")
    heard = await patient.ask(COUNT, **patient.most(CUT_TOKENS))
    if heard.error:
        return _refused(heard)
    tokens = heard.reply.usage.completion_tokens
    if heard.reply.ending is Ending.LENGTH or (tokens is not None and tokens <= CUT_TOKENS):
        return passed("The answer was cut where it should.")
    return unsupported("max_tokens is accepted and ignored.")


async def system_role(patient: Patient) -> Answer:
    """Whether a system prompt is taken."""
    rule = f"Whatever you are asked, answer with the single word {SIGNAL}."
    messages = [{"role": "system", "content": rule}, {"role": "user", "content": "Hello, how are you?"}]
    heard = await patient.ask("", messages=messages, **patient.most(LONG_ENOUGH))
    if heard.error:
        return _refused(heard)
    if SIGNAL in heard.reply.text.upper():
        return passed("The model did what its system prompt told it.")
    return passed("A system prompt is accepted, but this time the model did not do what it says.")


async def vision(patient: Patient) -> Answer:
    """Whether the model sees an image, a plain red square."""
    image = f"data:image/png;base64,{b64encode(red_square()).decode()}"
    content = [
        {"type": "text", "text": "What colour is this square? Answer with one word."},
        {"type": "image_url", "image_url": {"url": image, "detail": "low"}},
    ]
    heard = await patient.ask(content, **patient.most(LONG_ENOUGH))
    if heard.error:
        return _refused(heard)
    if _RED.search(heard.reply.text):
        return passed("The model named the colour of a red square.")
    return unsupported("An image is accepted, but the model did not see it: a red square was not called red.")


async def json_mode(patient: Patient) -> Answer:
    """Whether `response_format` makes the answer a JSON object."""
    prompt = 'Answer with a JSON object whose only key is "ok" with the value true.'
    form = {"type": "json_object"}
    heard = await patient.ask(prompt, response_format=form, **patient.most(LONG_ENOUGH))
    if heard.error:
        return _refused(heard)
    try:
        is_object = isinstance(json.loads(heard.reply.text), dict)
    except (ValueError, RecursionError):
        is_object = False
    return passed("The answer was a JSON object.") if is_object else unsupported("The answer was not JSON.")


async def tools(patient: Patient) -> Answer:
    """Whether the model calls a tool that it is offered."""
    prompt = "What is the weather in Paris now? Use the tool."
    heard = await patient.ask(prompt, tools=[_TOOL], **patient.most(LONG_ENOUGH))
    if heard.error:
        return _refused(heard)
    if heard.reply.tool_calls:
        return passed(f"The model called {heard.reply.tool_calls[0].name or 'the tool'}.")
    return unsupported("Tools are accepted, but the model answered in words.")


async def reasoning(patient: Patient) -> Answer:
    """Whether the model thinks before it answers, and shows or counts that."""
    prompt = "How many times does the letter r occur in the word strawberry?"
    heard = await patient.ask(prompt, reasoning_effort="low", **patient.most(4 * LONG_ENOUGH))
    if any(_thought(seen) for seen in (heard, patient.stream) if seen):
        effort = "but takes no reasoning_effort" if heard.error else "and takes reasoning_effort"
        return passed(f"The model thinks before it answers, {effort}.")
    return _refused(heard) if heard.error else unsupported("The model shows no reasoning.")


def _thought(heard: Heard) -> bool:
    return bool(heard.reply.reasoning or heard.reply.usage.reasoning_tokens)


async def request_size(patient: Patient) -> Answer:
    """Whether the largest request of this app is taken. It is filled with blanks, which are no tokens."""
    messages = [{"role": "user", "content": "Say ok."}]
    body = json.dumps({"model": patient.model, "messages": messages, **patient.most(16)}).encode()
    heard = await patient.post(body[:-1] + b" " * (LARGEST_BODY - len(body)) + b"}")
    size = f"{LARGEST_BODY / 1e6:.2f} MB"
    if heard.error is None:
        return passed(f"A request of {size} is taken; this app sends no larger ones.")
    if heard.status is not None and not heard.is_refusal:
        return skipped(f"It could not be told. {heard.error.message}")
    return failed(
        f"A request of {size} is refused: {heard.error.message}",
        "Send smaller images, or raise the limit of the proxy (nginx: client_max_body_size).",
    )


def _refused(heard: Heard) -> Answer:
    """What an error tells where a plain request got an answer."""
    error = heard.error
    words = error.message if error else ""
    return unsupported(f"It is refused: {words}") if heard.is_refusal else skipped(f"Not told: {words}")


def red_square(side: int = SQUARE_PIXELS) -> bytes:
    """A red PNG made by hand: signature, header, one compressed block of rows, end (PNG specification)."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)  # 8 bits a channel, RGB
    rows = (b"\0" + b"\xff\0\0" * side) * side  # each row begins with its filter, none
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
