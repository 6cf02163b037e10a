"""The JSON body of a chat completion request."""

from collections.abc import Sequence
from typing import Any

from lib.chat.messages import Message, Params
from lib.chat.tape import Sent

CONTINUE = "Go on exactly where your last message broke off. Repeat nothing and add no introduction."
"""Asks for the rest of an answer: not every server goes on with a message of the assistant's by itself."""


def body(
    messages: Sequence[Message],
    *,
    model: str,
    system_prompt: str,
    params: Params,
) -> dict[str, Any]:
    """The request for an answer to `messages`. Parameters that are not set are not sent.

    A stream is asked for its token counts; replies that are not streamed tell them anyway.
    """
    request: dict[str, Any] = {
        "model": model,
        "messages": _wire_messages(messages, system_prompt),
        **params.body(),
    }
    if params.stream:
        request["stream_options"] = {"include_usage": True}
    return request


def rebuilt(sent: Sent, messages: Sequence[Message]) -> dict[str, Any]:
    """The whole body of a request that a tape tells of; `messages` is the path to the reply's parent."""
    request = {"model": None, "messages": _wire_messages(messages, sent.system_prompt), **sent.request}
    return {name: value for name, value in request.items() if value is not None}


def _wire_messages(messages: Sequence[Message], system_prompt: str) -> list[dict[str, str]]:
    """Role and content of what is sent. A continued reply is two assistant messages: they go out as one.

    Tool calls go out as text: nobody ran them, and strict servers refuse calls without their answers.
    """
    wire = [{"role": "system", "content": system_prompt}] if system_prompt else []
    for message in messages:
        if message.role == "assistant":
            if not message.said:
                continue
            if wire and wire[-1]["role"] == "assistant":
                wire[-1]["content"] += message.said
                continue
        wire.append({"role": message.role, "content": message.said})
    if wire and wire[-1]["role"] == "assistant":
        wire.append({"role": "user", "content": CONTINUE})
    return wire
