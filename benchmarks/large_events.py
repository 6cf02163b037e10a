"""How long the gateway's loop, on which all replies stream, is held by the largest events that are read."""

import asyncio
import gc
import json
import sys
import time
from typing import Any

from benchmarks.report import Figure
from benchmarks.stage import Stage
from lib.gateway.limits import MB, Limits
from lib.gateway.stream.reader import StreamReader
from lib.ui.server.asgi import COLLECT_AFTER, SWITCH_SECONDS

READ_BYTES = 64 * 1024
"""What a connection gives at once."""
LOOK_SECONDS = 0.002
GOAL_MS = 100.0


def measure(_: Stage) -> list[Figure]:
    """One figure an event: the longest time that a task beside the reading had to wait."""
    gc.freeze()  # as the app does: a collection that searches all there is would be measured too
    gc.set_threshold(*COLLECT_AFTER)
    sys.setswitchinterval(SWITCH_SECONDS)
    return [
        Figure(f"an event of {len(data) // MB} MB, {name}: others wait", "ms", held, goal=GOAL_MS)
        for name, data in _events().items()
        for held in [asyncio.run(_longest_wait(data))]
    ]


def _events() -> dict[str, bytes]:
    limits = Limits()
    values = limits.values // 5
    return {
        "a picture": _event(images=["data:image/png;base64," + "A" * (limits.event_bytes - MB)]),
        "text": _event(content="word " * (limits.text_characters // 5)),
        "tool calls": _event(
            tool_calls=[{"index": n, "function": {"name": "f"}} for n in range(values // 2)]
        ),
        "objects": b'data: {"choices": [], "x": [' + b'{"a":1},' * values * 2 + b"1]}\n\n",
        "more values than are read": b"data: [" + b"1," * (limits.event_bytes // 2 - 100) + b"1]\n\n",
    }


def _event(**delta: Any) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": delta}]}).encode() + b"\n\n"


async def _longest_wait(data: bytes) -> float:
    longest, is_over = 0.0, asyncio.Event()

    async def look() -> None:
        nonlocal longest
        while not is_over.is_set():
            started = time.perf_counter()
            await asyncio.sleep(LOOK_SECONDS)
            longest = max(longest, time.perf_counter() - started - LOOK_SECONDS)

    async with asyncio.TaskGroup() as group:
        group.create_task(look())
        await _read(data)
        is_over.set()
    return longest * 1000


async def _read(data: bytes) -> None:
    """As `lib/gateway/client.py` reads."""
    reader = StreamReader()
    for start in range(0, len(data), READ_BYTES):
        piece = data[start : start + READ_BYTES]
        if reader.is_much(piece):
            await asyncio.to_thread(reader.feed, piece, 0.0)
        else:
            reader.feed(piece, 0.0)
        await asyncio.sleep(0)
