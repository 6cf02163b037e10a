"""Images from `/v1/images/generations`, as the events of a tape; a URL in the answer is fetched here."""

import asyncio
import base64
import ipaddress
import socket
import time
from collections.abc import AsyncGenerator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx2
import openai
from aiohttp.abc import AbstractResolver, ResolveResult

from lib.chat.attachments import Attachment, AttachmentKind
from lib.chat.connection import Connection
from lib.chat.errors import Category, ChatError
from lib.chat.tape import Event, Finished, Image, Retried, Sent, Served, UsageReported
from lib.gateway.chunks import object_in, usage_of
from lib.gateway.errors import translate_response

LARGEST_IMAGE = 20 * 1024 * 1024
"""Bytes of one image that an answer holds or names."""
FETCH_SECONDS = 30.0
NO_RESPONSE_FORMAT = "The server does not take response_format, so it was asked again without."
UNSAFE_ADDRESS = "The gateway named an image at an address that this server does not call."


async def draw(
    client: openai.AsyncOpenAI, connection: Connection, body: dict[str, Any], *, seconds: float
) -> AsyncGenerator[list[Event], None]:
    """The images that `body` asks for. Raises `ChatError` and what openai, httpx2 and aiohttp raise.

    Images are asked for as base64; a server that does not know how is asked again without.
    """
    started = time.perf_counter()

    def at_ms() -> float:
        return (time.perf_counter() - started) * 1000

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
    payload = object_in(response.content)
    items = payload.get("data") if payload else None
    if not isinstance(items, list) or not items:
        raise translate_response(
            response.status_code, response.headers, response.content, base_url=connection.base_url
        )
    for number, item in enumerate(items, 1):
        fields = item if isinstance(item, dict) else {}
        data = await _data(fields, connection)
        yield [Image(at_ms(), _image(number, data, str(fields.get("revised_prompt") or "")))]
    if usage := usage_of(payload.get("usage") if payload else None):
        yield [UsageReported(at_ms(), usage)]
    yield [Finished(at_ms(), "stop")]


async def _answer(client: openai.AsyncOpenAI, body: Mapping[str, Any], seconds: float) -> httpx2.Response:
    async with asyncio.timeout(seconds):
        return await client.post("/images/generations", body=dict(body), cast_to=httpx2.Response)


def _image(number: int, data: bytes, prompt: str) -> Attachment:
    """Not looked at yet: what it really is, is found where images are decoded."""
    own = sha256(data).hexdigest()
    return Attachment(own, AttachmentKind.IMAGE, f"image-{number}", "", len(data), text=prompt, data=data)


async def _data(item: Mapping[str, Any], connection: Connection) -> bytes:
    """The bytes of one image of an answer: base64 in it, in a data URI, or at a URL."""
    encoded, url = item.get("b64_json"), item.get("url")
    if isinstance(url, str) and url.startswith("data:"):
        encoded = url.partition(",")[2]
    if isinstance(encoded, str) and encoded:
        if len(encoded) > LARGEST_IMAGE * 4 / 3 + 4:
            raise _trouble(f"The image is larger than {LARGEST_IMAGE // 1024**2} MB.")
        try:
            return base64.b64decode("".join(encoded.split()), validate=True)
        except ValueError:
            raise _trouble("The image is no base64.") from None
    if isinstance(url, str) and url:
        return await _fetched(url, connection)
    raise _trouble("The answer holds no image.")


async def _fetched(url: str, connection: Connection) -> bytes:
    """What is at a URL that the gateway named: its own server's, or a public one's over https.

    Nothing of ours goes along, no redirect is followed, and a name that leads into a private network is not
    called: whoever writes the answer must not choose what this server can reach.
    """
    own, parts = urlsplit(connection.base_url), urlsplit(url)
    is_own = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    if not is_own and (parts.scheme != "https" or not _may_be_called(parts.hostname or "")):
        raise _trouble(UNSAFE_ADDRESS)
    connector = aiohttp.TCPConnector(resolver=None if is_own else _PublicOnly(), force_close=True)
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
        session.get(url, allow_redirects=False) as response,
    ):
        if response.status != 200:
            raise _trouble(f"The image that the gateway named was not there (HTTP {response.status}).")
        data = bytearray()
        async for piece in response.content.iter_any():
            data += piece
            if len(data) > LARGEST_IMAGE:
                raise _trouble(f"The image is larger than {LARGEST_IMAGE // 1024**2} MB.")
        return bytes(data)


class _PublicOnly(AbstractResolver):
    """Gives only public addresses; the connection is made to these very ones."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        resolver = aiohttp.ThreadedResolver()
        found = [each for each in await resolver.resolve(host, port, family) if _may_be_called(each["host"])]
        if not found:
            raise _trouble(UNSAFE_ADDRESS)
        return found

    async def close(self) -> None:
        """Nothing is held."""


def _may_be_called(host: str) -> bool:
    """Whether a host is a name, or an address of the public Internet."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not address.is_multicast


def _trouble(message: str) -> ChatError:
    return ChatError(Category.UPSTREAM_DOWN, message, "Try again, or choose another model.", retryable=True)
