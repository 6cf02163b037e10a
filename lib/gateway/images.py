"""Pictures in the answers of models: in them as base64, or at an address that is fetched here."""

import base64
import ipaddress
import socket
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from lib.chat.attachments import Attachment, AttachmentKind
from lib.chat.connection import Connection
from lib.chat.errors import Category, ChatError

LARGEST_IMAGE = 20 * 1024 * 1024
"""Bytes of one image that an answer holds or names."""
FETCH_SECONDS = 30.0
_HEADS = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")
UNSAFE_ADDRESS = "The gateway named an image at an address that this server does not call."


@dataclass(frozen=True, slots=True)
class RemoteImage:
    """A picture that an answer names by its address."""

    number: int
    url: str
    name: str = ""


def image(number: int, data: bytes, text: str = "") -> Attachment:
    """A picture of an answer, not looked at yet: what it really is, is found where images are decoded."""
    own = sha256(data).hexdigest()
    return Attachment(own, AttachmentKind.IMAGE, f"image-{number}", "", len(data), text=text, data=data)


def decoded(source: str) -> bytes:
    """The bytes in base64 or in a data URI of it. Raises `ChatError`."""
    encoded = source.partition(",")[2] if source[:5].lower() == "data:" else source
    if len(encoded) > LARGEST_IMAGE * 4 / 3 + 4:
        raise trouble(f"The image is larger than {LARGEST_IMAGE // 1024**2} MB.")
    try:
        return _from_base64(encoded)
    except ValueError:
        raise trouble("The image is no base64.") from None


def _from_base64(encoded: str) -> bytes:
    """The bytes in base64 of either alphabet, in lines or not, with or without its padding."""
    encoded = "".join(encoded.split()).translate(_FOR_URLS).rstrip("=")
    return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)


_FOR_URLS = str.maketrans("-_", "+/")


def is_image(data_uri: str) -> bool:
    """Whether a data URI in base64 begins as a picture does."""
    encoded = data_uri.partition(",")[2][:64]
    try:  # of less than a head, only what is whole: somebody may have written `iVBORw0KGgo...`
        head = _from_base64(encoded) if len(encoded) == 64 else base64.b64decode(encoded)
    except ValueError:
        return False
    return head.startswith(_HEADS) or head[4:12] in (b"ftypavif", b"ftypheic")


async def fetched(url: str, connection: Connection) -> bytes:
    """What is at a URL that the gateway named: its own server's, or a public one's over https.

    Nothing of ours goes along, no redirect is followed, and a name that leads into a private network is not
    called: whoever writes the answer must not choose what this server can reach.
    """
    own, parts = urlsplit(connection.base_url), urlsplit(url)
    is_own = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    if not is_own and (parts.scheme != "https" or not _may_be_called(parts.hostname or "")):
        raise trouble(UNSAFE_ADDRESS)
    connector = aiohttp.TCPConnector(resolver=None if is_own else _PublicOnly(), force_close=True)
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
        session.get(url, allow_redirects=False) as response,
    ):
        if response.status != 200:
            raise trouble(f"The image that the gateway named was not there (HTTP {response.status}).")
        data = bytearray()
        async for piece in response.content.iter_any():
            data += piece
            if len(data) > LARGEST_IMAGE:
                raise trouble(f"The image is larger than {LARGEST_IMAGE // 1024**2} MB.")
        return bytes(data)


class _PublicOnly(AbstractResolver):
    """Gives only public addresses; the connection is made to these very ones."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        resolver = aiohttp.ThreadedResolver()
        found = [each for each in await resolver.resolve(host, port, family) if _may_be_called(each["host"])]
        if not found:
            raise trouble(UNSAFE_ADDRESS)
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


def trouble(message: str) -> ChatError:
    """A picture that cannot be had."""
    return ChatError(Category.UPSTREAM_DOWN, message, "Try again, or choose another model.", retryable=True)
