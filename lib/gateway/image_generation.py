"""Images from `/v1/images/generations` as events of a tape; a URL in the answer is fetched here."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import httpx2
import openai

from lib.domain.models.connection import Connection
from lib.domain.reply.tape import Event, Finished, Image, Retried, Sent, Served, UsageReported, milliseconds
from lib.domain.text.sentences import sentence
from lib.gateway import images
from lib.gateway.errors.translation import translate_response
from lib.gateway.stream.chunks import object_in
from lib.gateway.stream.token_counts import usage_of

NO_RESPONSE_FORMAT = sentence("no_response_format")


async def generate_images(
    client: openai.AsyncOpenAI, connection: Connection, body: dict[str, Any], *, seconds: float
) -> AsyncGenerator[list[Event], None]:
    """Stream the images that `body` asks for. Raises `ChatError` and errors of openai, httpx2 and aiohttp.

    Images are requested as base64; a server that does not support it is asked again without.
    """
    started = time.perf_counter()

    def at_ms() -> float:
        return milliseconds(time.perf_counter() - started)

    yield [Sent(at_ms(), body, base_url=connection.base_url)]
    try:
        response = await _answer(client, body, seconds)
    except openai.APIStatusError as exc:
        if "response_format" not in body or "response_format" not in exc.response.text:
            raise
        body = {name: value for name, value in body.items() if name != "response_format"}
        yield [Retried(at_ms(), NO_RESPONSE_FORMAT), Sent(at_ms(), body, base_url=connection.base_url)]
        response = await _answer(client, body, seconds)
    yield [Served(at_ms(), status=response.status_code, model=body["model"])]
    # In a thread: several pictures in base64 are tens of megabytes of JSON.
    payload = await asyncio.to_thread(object_in, response.content)
    items = payload.get("data") if payload else None
    if not isinstance(items, list) or not items:
        raise translate_response(
            response.status_code, response.headers, response.content, base_url=connection.base_url
        )
    for number, item in enumerate(items, 1):
        fields = item if isinstance(item, dict) else {}
        data = await _data(fields, connection)
        yield [Image(at_ms(), images.image(number, data, str(fields.get("revised_prompt") or "")))]
    if usage := usage_of(payload.get("usage") if payload else None):
        yield [UsageReported(at_ms(), usage)]
    yield [Finished(at_ms(), "stop")]


async def _answer(client: openai.AsyncOpenAI, body: Mapping[str, Any], seconds: float) -> httpx2.Response:
    async with asyncio.timeout(seconds):
        return await client.post("/images/generations", body=dict(body), cast_to=httpx2.Response)


async def _data(item: Mapping[str, Any], connection: Connection) -> bytes:
    """The bytes of one image in an answer: as base64, in a data URI, or at a URL."""
    encoded, url = item.get("b64_json"), item.get("url")
    if isinstance(url, str) and url.startswith("data:"):
        encoded = url
    if isinstance(encoded, str) and encoded:
        return await asyncio.to_thread(images.decoded, encoded)
    if isinstance(url, str) and url:
        return await images.fetched(url, connection)
    raise images.trouble(sentence("no_image"))
