"""A model that does what the doctor asks of it, and models that do not."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.scripted_gateway.replies import JSON, Received, Reply, Script, error, raw, stream

NUMBERS = [f"{number} " for number in range(1, 21)]
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
}


def able(
    *,
    refuses: tuple[str, ...] = (),
    ignores: tuple[str, ...] = (),
    largest_body: int = 10_000_000,
    clock_is_off: timedelta | None = None,
    arrives_at_once: bool = False,
) -> Script:
    """A model that takes all that OpenAI's API has, but refuses or ignores these parts of a request.

    The parts are the parameters' names, `system` for that role and `image` for an image.
    """

    def script(received: Received) -> Reply:
        if len(received.raw_body) > largest_body:
            page = b"<html><head><title>413 Request Entity Too Large</title></head></html>"
            return error(413, page, {"Content-Type": "text/html"})(received)
        asked = _parts(received.body)
        for part in refuses:
            if part in asked:
                said = {"message": f"Unsupported parameter: '{part}'.", "code": "unsupported_parameter"}
                return error(400, {"error": said})(received)
        reply = _answer(received.body, asked - set(ignores), at_once=arrives_at_once)(received)
        now = datetime.now(UTC) + (clock_is_off or timedelta())
        return replace(reply, headers={**reply.headers, "Date": format_datetime(now, usegmt=True)})

    return script


def _parts(body: Mapping[str, Any]) -> set[str]:
    parts = set(body)
    for message in body["messages"]:
        parts.add(message["role"])
        if isinstance(message["content"], list):
            parts |= {"image" for part in message["content"] if part["type"] == "image_url"}
    return parts


def _answer(body: Mapping[str, Any], does: set[str], *, at_once: bool) -> Script:
    if "tools" in does:
        return _whole({"tool_calls": [CALL], "content": None}, "tool_calls")
    if "image" in does:
        return stream("Red.")
    if "response_format" in does:
        return stream('{"ok": true}')
    if "reasoning_effort" in does:
        return stream("Three.", reasoning=["Letter by letter."])
    if "system" in does:
        return stream("Pineapple")
    if "stop" in does:
        return stream(*NUMBERS[:6])
    if "max_tokens" in does and body["max_tokens"] < 10:
        return stream(*NUMBERS[: body["max_tokens"]], finish="length")
    if at_once and body.get("stream"):
        return _burst()
    return stream(*NUMBERS, delay=0.01, usage="last" if "stream_options" in does else "never")


def _whole(message: Mapping[str, Any], finish: str) -> Script:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    body = {"id": "chatcmpl-whole", "object": "chat.completion", "model": "model-a", "choices": [choice]}
    return raw(json.dumps(body).encode(), headers=JSON)


def _burst() -> Script:
    """A stream that something on the way held back until its end: one write."""
    chunks = [{"choices": [{"index": 0, "delta": {"content": number}}]} for number in NUMBERS]
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return raw(b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in [*chunks, end]))
