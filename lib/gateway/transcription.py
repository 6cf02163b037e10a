"""Speech as text, from `/v1/audio/transcriptions`."""

import asyncio

import httpx2
import openai

from lib.domain.models.connection import Connection
from lib.domain.reply.usage import Usage
from lib.gateway.errors.translation import translate_response
from lib.gateway.stream.chunks import object_in
from lib.gateway.stream.token_counts import usage_of


async def transcribe(
    client: openai.AsyncOpenAI, connection: Connection, recording: bytes, *, model: str, seconds: float
) -> tuple[str, Usage]:
    """Return the text of a WAV recording and its usage. Raises `ChatError` and openai's errors."""
    async with asyncio.timeout(seconds):
        response = await client.post(
            "/audio/transcriptions",
            body={"model": model, "response_format": "json"},
            files=[("file", ("recording.wav", recording, "audio/wav"))],
            # The SDK sends files as a form only if told so; it adds the boundary itself.
            options={"headers": {"Content-Type": "multipart/form-data"}},
            cast_to=httpx2.Response,
        )
    payload = object_in(response.content)
    text = payload.get("text") if payload else None
    if not isinstance(text, str):
        raise translate_response(
            response.status_code, response.headers, response.content, base_url=connection.base_url
        )
    return text.strip(), usage_of(payload.get("usage") if payload else None) or Usage()
