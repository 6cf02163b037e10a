"""The JSON body of a chat completion request."""

from collections.abc import Callable, Sequence
from typing import Any

from lib.domain.conversation.attachments import Attachment, data_uri
from lib.domain.conversation.media_types import picture_type
from lib.domain.conversation.messages import Message, Params
from lib.domain.reply.tape import Sent

CONTINUE = "Go on exactly where your last message broke off. Repeat nothing and add no introduction."
"""Asks for the rest of an answer: not every server continues an assistant's message by itself."""

DETAIL = "auto"
"""How closely a model looks at images; the server decides by their size."""

Load = Callable[[str], bytes]
"""Returns an image's bytes by its id; after a `LookupError` the image is left out of the request."""


def no_images(id_: str) -> bytes:
    """For conversations without images."""
    raise LookupError(id_)


def body(
    messages: Sequence[Message],
    *,
    model: str,
    system_prompt: str,
    params: Params,
    image: Load = no_images,
) -> dict[str, Any]:
    """The request for an answer to `messages`. Parameters that are not set are not sent.

    Images are sent as data URIs: some gateways would fetch a URL themselves, others not at all.
    A stream is asked for its token counts; other replies contain them anyway.
    """
    request: dict[str, Any] = {
        "model": model,
        "messages": _wire_messages(messages, system_prompt, image),
        **params.chat_body(),
    }
    if params.stream:
        # OpenAI, vLLM, Ollama and llama.cpp report counts only then. Servers that refuse it: `dialects.py`.
        request["stream_options"] = {"include_usage": True}
    return request


def rebuilt(sent: Sent, messages: Sequence[Message], image: Load = no_images) -> dict[str, Any]:
    """The whole body of a request on a tape; `messages` is the path to the reply's parent."""
    if "prompt" in sent.request:  # from an image model: there are no messages
        return dict(sent.request)
    wire = _wire_messages(messages, sent.system_prompt, image)
    request = {"model": None, "messages": wire, **sent.request}
    return {name: value for name, value in request.items() if value is not None}


def _wire_messages(messages: Sequence[Message], system_prompt: str, image: Load) -> list[dict[str, Any]]:
    """Role and content of each message. A continued reply is two assistant messages, which are sent as one.

    Tool calls are sent as text: nobody ran them, and strict servers refuse calls without results. They also
    refuse pictures in assistant messages: what the assistant drew is sent with the next user message.
    """
    wire: list[dict[str, Any]] = [{"role": "system", "content": system_prompt}] if system_prompt else []
    drawn: list[Attachment] = []
    for message in messages:
        if message.role != "assistant":
            wire.append(
                {"role": message.role, "content": _content(message.texts(), message.images, drawn, image)}
            )
            drawn = []
            continue
        drawn += message.images
        said = "\n\n".join(filter(None, (message.said, *(f"[{each.name}]" for each in message.images))))
        if said and wire and wire[-1]["role"] == "assistant":
            wire[-1]["content"] += said
        elif said:
            wire.append({"role": "assistant", "content": said})
    if wire and wire[-1]["role"] == "assistant":
        wire.append({"role": "user", "content": _content([CONTINUE], [], drawn, image)})
    return wire


def _content(
    texts: Sequence[str], attached: Sequence[Attachment], drawn: Sequence[Attachment], image: Load
) -> str | list[dict[str, Any]]:
    """A plain string, which every server accepts; a list of parts only if there are images to send."""
    texts, images = list(texts), []
    for each in (*drawn, *attached):
        try:
            data = image(each.id)
        except LookupError:
            texts.append(f"[The image {each.name} was left out.]")
            continue
        # From the bytes: the image may have been reduced, and so be in another format.
        url = {"url": data_uri(picture_type(data) or "image/jpeg", data), "detail": DETAIL}
        images.append({"type": "image_url", "image_url": url})
    if not images:
        return "\n\n".join(texts)
    return [*({"type": "text", "text": text} for text in texts), *images]
