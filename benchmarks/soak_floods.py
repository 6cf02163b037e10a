"""What a hostile upstream sends: answers that never end, and text that is made to be slow to read."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import suppress

from benchmarks.upstream import write_data

BLOCK = 64 * 1024
FLOODS = (
    (b"data: ", b"x" * BLOCK),
    (b"data: ", b'{"choices": [' * 1000),
    (b"", b": ping\n\n" * 8000),
    (b"", b"data: {}\n\n" * 6000),
    (b"event: error\ndata: ", b"(" * BLOCK),
)
"""How each begins, and what follows again and again: lines that are never whole, lines that say nothing."""
SLOW_TEXTS = (
    "\n" + "- " * 20_000 + "x\n",
    "\n" + "[" * 5_000 + "](y)" * 5_000 + "\n",
    "\n" + "**" * 20_000 + "\n",
    "\n" + ">" * 20_000 + "\n",
    "\n\n" + ("|" + "x|" * 300 + "\n|" + "-|" * 300 + "\n" + ("|" + "x|" * 300 + "\n") * 50) + "\n",
)
"""Markdown that looks harmless and is not."""


async def flood(writer: asyncio.StreamWriter, number: int) -> None:
    """Send one of `FLOODS` until the client closes the connection."""
    start, block = FLOODS[number % len(FLOODS)]
    with suppress(ConnectionError):
        for data in itertools.chain([start], itertools.repeat(block)):
            if data:
                write_data(writer, data)
                await writer.drain()


async def endless_error(writer: asyncio.StreamWriter) -> None:
    """Refuse a request, with a reason that never ends."""
    head = "HTTP/1.1 503 Busy\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with suppress(ConnectionError):
        writer.write(head.encode())
        write_data(writer, b'{"error": {"message": "Overloaded", "type": "server_error"}}')
        while True:
            write_data(writer, b" " * BLOCK)
            await writer.drain()


def slow_texts() -> Iterator[str]:
    """`SLOW_TEXTS`, again and again."""
    return itertools.cycle(SLOW_TEXTS)
