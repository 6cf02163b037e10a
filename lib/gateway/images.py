"""Pictures in models' answers: embedded as base64, or at a URL that is fetched here."""

import base64
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

import aiohttp

from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.models.connection import Connection
from lib.domain.reply.errors import Category, ChatError
from lib.domain.text.sentences import Sentence, sentence
from lib.gateway.public_addresses import public_socket

LARGEST_IMAGE = 20 * 1024 * 1024
"""Bytes of one image that an answer contains or names."""
TOO_LARGE = sentence("image_too_large", most=LARGEST_IMAGE // 1024**2)
FETCH_SECONDS = 30.0
_HEADS = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")
_HEADERS = {"Accept": "image/*", "Accept-Encoding": "identity"}
UNREACHABLE = sentence("image_unreachable")
"""One sentence for every failure before there is a response: more would reveal what is in our network."""


@dataclass(frozen=True, slots=True)
class RemoteImage:
    """A picture that an answer names by URL."""

    number: int
    url: str
    name: str = ""


def image(number: int, data: bytes, text: str = "") -> Attachment:
    """A picture in an answer, not yet checked: its real type is determined when images are decoded."""
    id_ = sha256(data).hexdigest()
    return Attachment(id_, AttachmentKind.IMAGE, f"image-{number}", "", len(data), text=text, data=data)


def decoded(source: str) -> bytes:
    """Decode base64, or a data URI in base64. Raises `ChatError`."""
    encoded = source.partition(",")[2] if source[:5].lower() == "data:" else source
    if len(encoded) > LARGEST_IMAGE * 4 / 3 + 4:
        raise trouble(TOO_LARGE)
    try:
        return _from_base64(encoded)
    except ValueError:
        raise trouble(sentence("image_not_base64")) from None


def _from_base64(encoded: str) -> bytes:
    """Decode base64 in either alphabet, with or without line breaks and padding."""
    encoded = "".join(encoded.split()).translate(_FOR_URLS).rstrip("=")
    return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)


_FOR_URLS = str.maketrans("-_", "+/")


def is_image(data_uri: str) -> bool:
    """Whether a base64 data URI begins like a picture."""
    encoded = data_uri.partition(",")[2][:64]
    try:  # a shorter head counts only if it is whole: somebody may have written `iVBORw0KGgo...`
        head = _from_base64(encoded) if len(encoded) == 64 else base64.b64decode(encoded)
    except ValueError:
        return False
    return head.startswith(_HEADS) or head[4:12] in (b"ftypavif", b"ftypheic")


async def fetched(url: str, connection: Connection, *, most: int = LARGEST_IMAGE) -> bytes:
    """Fetch a URL that the gateway named, up to `most` bytes: from its own server or a public one.

    No key or cookie is sent, no redirect is followed, and no connection is made into a private network:
    whoever writes the answer must not choose what this server reaches, nor learn what is there.
    """
    try:
        # The gateway's own server may be anywhere: whoever runs this app chose it.
        is_own = urlsplit(url)[:2] == urlsplit(connection.base_url)[:2]
        if not is_own and not url.lower().startswith("https://"):
            raise trouble(UNREACHABLE)
        # The address is checked where the socket is made: a second lookup of a name may give another one.
        # No decompression: a single piece may expand beyond the limit.
        connector = aiohttp.TCPConnector(socket_factory=None if is_own else public_socket, force_close=True)
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False) as session,
            session.get(url, allow_redirects=False, headers=_HEADERS) as response,
        ):
            return await _body(response, min(most, LARGEST_IMAGE))
    except (aiohttp.ClientError, OSError, ValueError):
        raise trouble(UNREACHABLE) from None


async def _body(response: aiohttp.ClientResponse, most: int) -> bytes:
    if response.status != 200:
        raise trouble(sentence("image_not_there", status=response.status))
    data = bytearray()
    async for piece in response.content.iter_any():
        data += piece
        if len(data) > most:
            raise trouble(TOO_LARGE)
    return bytes(data)


def trouble(cause: Sentence) -> ChatError:
    """The error for a picture that cannot be had."""
    advice = sentence("again_or_other_model")
    return ChatError(Category.UPSTREAM_DOWN, cause=cause, advice=advice, retryable=True)
