"""The body of an answer, limited in size and decompressed here."""

import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
from openai._constants import RAW_RESPONSE_HEADER

from lib.domain.text.sentences import sentence
from lib.gateway.limits import (
    COMPRESSION_FREE,
    COMPRESSION_RATIO,
    DRAWN_BYTES,
    ERROR_BYTES,
    LIST_BYTES,
    MB,
    Limits,
    exceeded,
    values_in,
)

PIECE_BYTES = 64 * 1024
"""Bytes decompressed at once."""
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


async def bound(response: httpx2.Response) -> None:
    """Limit the body of a response; a hook that runs before any of the body is read.

    Only the beginning of an error is read. Streams have no limit here: their reader has its own.
    """
    # Removed from the headers: httpx2 would decompress the output of this class again.
    encoding = response.headers.pop("content-encoding", "identity").strip().lower()
    assert isinstance(response.stream, httpx2.AsyncByteStream), "the clients are asynchronous"  # noqa: S101
    is_error = response.status_code >= 400
    response.stream = BoundedBody(response.stream, encoding, is_error=is_error, most=_most(response.request))


class BoundedBody(httpx2.AsyncByteStream):
    """Reads another body up to its limit."""

    def __init__(
        self, body: httpx2.AsyncByteStream, encoding: str, *, is_error: bool, most: int | None
    ) -> None:
        self._body = body
        self._encoding = encoding
        self._is_error = is_error
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = values = 0
        async for piece in self._decoded():
            read += len(piece)
            if self._is_error and read >= ERROR_BYTES:
                yield piece[: len(piece) - (read - ERROR_BYTES)]
                return
            if self._most is not None and read > self._most:
                raise exceeded(sentence("answer_of_megabytes", most=self._most // MB))
            if self._most is not None and (values := values + values_in(piece)) > Limits().values:
                raise exceeded(sentence("answer_of_values", most=Limits().values))
            yield piece

    async def aclose(self) -> None:
        await self._body.aclose()

    def unread(self) -> bytes:
        """The bytes that had arrived when the connection broke.

        aiohttp raises an error before it returns what it received until then. This uses private names of
        httpx2, of the transport and of aiohttp; if they are missing, nothing is found.
        """
        if self._encoding != "identity":
            return b""
        stream: Any = self._body
        while inner := getattr(stream, "_stream", None):
            stream = inner
        content = getattr(getattr(stream, "_aiohttp_response", None), "content", None)
        received = getattr(content, "_buffer", ())
        return b"".join(received)[getattr(content, "_buffer_offset", 0) :]

    async def _decoded(self) -> AsyncIterator[bytes]:
        if self._encoding in ("", "identity"):
            async for piece in self._body:
                yield piece
            return
        if self._encoding not in ("gzip", "x-gzip", "deflate"):
            raise exceeded(sentence("unasked_compression", encoding=self._encoding[:20]))
        taken = given = 0
        decompressor = zlib.decompressobj(_GZIP_OR_ZLIB)
        async for piece in self._body:
            taken += len(piece)
            while piece:
                try:
                    out = decompressor.decompress(piece, PIECE_BYTES)
                except zlib.error:
                    raise exceeded(sentence("damaged_compression")) from None
                given += len(out)
                if given > COMPRESSION_FREE and given > taken * COMPRESSION_RATIO:
                    raise exceeded(sentence("endless_compression"))
                if out:
                    yield out
                # At most `PIECE_BYTES` at once: the rest waits, so a zip bomb is noticed before it has burst.
                piece = decompressor.unconsumed_tail


def unread(response: httpx2.Response) -> bytes:
    """The bytes of an answer that had arrived when its connection broke, as far as they can be found."""
    stream = response.stream
    return stream.unread() if isinstance(stream, BoundedBody) else b""


def _most(request: httpx2.Request) -> int | None:
    """The longest answer to the request, in bytes; `None` if it is read as a stream."""
    if request.headers.get(RAW_RESPONSE_HEADER) == "stream":
        return None
    return DRAWN_BYTES if "/images/" in request.url.path else LIST_BYTES
