"""Comparisons: what four cells cost on the wire, whether their figures are right, and twenty at once."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.prompts import Prompt
from benchmarks.report import Figure
from benchmarks.sessions import OPENED_AT_ONCE, PATIENCE, metered
from benchmarks.stage import Stage
from benchmarks.tab import Tab
from benchmarks.upstream import MODELS, Times
from lib import app
from lib.domain.comparison.comparisons import Comparison, attempts
from lib.domain.people.people import LOCAL
from lib.store import Store

TOKENS, RATE, TTFT_MS = 1000, 50, 200
AT_ONCE, QUICK_AT_ONCE = 20, 4
ADDRESS = f"models={','.join(MODELS)}"

Place = tuple[int, ...]
"""Where an element stands on the page."""


@dataclass(slots=True)
class Watched:
    """What came through the socket while cells streamed; times in ms since the epoch."""

    size: int = 0
    """Bytes."""
    cells: dict[Place, float] = field(default_factory=dict)
    """When each cell's text last grew, by its place."""
    gap: float = 0.0
    """The longest time in which a cell that had begun, and had not ended, did not grow."""
    ended: set[Place] = field(default_factory=set)


def measure(stage: Stage) -> list[Figure]:
    """The goals that are about comparisons."""
    data_dir = stage.new_folder()
    count = QUICK_AT_ONCE if stage.is_quick else AT_ONCE
    prompts = [stage.upstream.prompt(TOKENS, RATE, TTFT_MS) for _ in range(2 + count)]
    with stage.ours(data_dir) as running:
        chat = asyncio.run(_chat(running.url, prompts[0]))
        [alone], _ = asyncio.run(_compare(running.url, running.pid, prompts[1:2]))
        many, cpu = asyncio.run(_compare(running.url, running.pid, prompts[2:]))
    log = stage.upstream.log()
    wrong = _wrong_rates(data_dir, log, prompts[1:])
    whole = [watched for watched in many if len(watched.ended) == len(MODELS)]
    return [
        Figure("four cells: bytes, in those of one chat", "", alone.size / chat, goal=4.5),
        Figure("four cells: longest stall of a cell", "ms", alone.gap),
        Figure("tokens/s of a cell, furthest from the upstream's", "%", 100 * max(wrong), goal=5),
        Figure(f"{count} comparisons: not complete", "", count - len(whole), goal=0),
        Figure(
            f"{count} comparisons: longest stall of a cell", "ms", max(seen.gap for seen in many), goal=1000
        ),
        Figure(f"{count} comparisons: server CPU", "% of a core", cpu),
    ]


async def _chat(url: str, prompt: Prompt) -> int:
    """The bytes that one chat takes for the same reply."""
    async with Tab(url) as tab:
        await tab.ask(prompt)
        return (await tab.watch(prompt)).size


async def _compare(url: str, pid: int, prompts: Sequence[Prompt]) -> tuple[list[Watched], float]:
    """Ask each prompt in a comparison of its own, all at the same moment. Returns the CPU in % of a core."""
    async with AsyncExitStack() as stack:
        tabs: list[Tab] = []
        for at in range(0, len(prompts), OPENED_AT_ONCE):
            few = (Tab(url, ADDRESS, "compare") for _ in prompts[at : at + OPENED_AT_ONCE])
            tabs += await asyncio.gather(*map(stack.enter_async_context, few))
        async with metered(pid) as load:
            watched = await asyncio.gather(*map(_watch, tabs, prompts))
    return watched, 100 * load.cpu / load.seconds


async def _watch(tab: Tab, prompt: Prompt) -> Watched:
    """Follow all cells up to their last words, or as long as patience lasts."""
    watched, first, last = Watched(), prompt.first_word.encode(), prompt.last_word.encode()
    await tab.ask(prompt)
    try:
        async with asyncio.timeout(30 + PATIENCE * prompt.seconds):
            while len(watched.ended) < len(MODELS):
                data = await tab.receive()
                watched.size += len(data)
                _note(watched, data, first, last)
    except (TimeoutError, ConnectionError):
        pass
    return watched


def _note(watched: Watched, data: bytes, first: bytes, last: bytes) -> None:
    """Take a message down: which cell grew, and whether it ended."""
    message = ForwardMsg.FromString(data)
    if message.WhichOneof("type") != "delta":
        return
    now, place = time.time() * 1000, tuple(message.metadata.delta_path)[:-1]
    if place in watched.cells:
        if place not in watched.ended:
            watched.gap = max(watched.gap, now - watched.cells[place])
            watched.cells[place] = now
    elif first in data:
        watched.cells[place] = now
    if last in data and place in watched.cells:
        watched.ended.add(place)


def _wrong_rates(data_dir: Path, log: dict[str, Times], prompts: Sequence[Prompt]) -> list[float]:
    """How far each stored reply's tokens/s is from what the upstream sent, as a share of it."""
    store = Store(data_dir / app.DATABASE)
    try:
        found = [
            store.of(LOCAL).comparisons.get(one.id)
            for one in store.of(LOCAL).comparisons.latest(len(prompts))
        ]
        return [share for one in found if one for share in _shares(one, log)] or [float("nan")]
    finally:
        store.close()


def _shares(comparison: Comparison, log: dict[str, Times]) -> list[float]:
    prompt = Prompt.parse(comparison.prompt or "")
    shares = []
    for cell in comparison.cells if prompt else []:
        sent = log[f"{prompt.mark}/{cell.model}"] if prompt else Times(0)
        actual = (TOKENS - 1) / (sent.last - sent.first) * 1000
        for message in attempts(cell):
            told = message.reply.tokens_per_second if message.reply else None
            shares.append(abs((told or 0.0) - actual) / actual)
    return shares
