"""From the start of the process to the first reply."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from statistics import median

from benchmarks.processes import Server
from benchmarks.report import TUTORIAL, Figure
from benchmarks.stage import Stage, Upstream
from benchmarks.tab import Tab
from tests.app_server import AppServer

STARTS, QUICK_STARTS = 5, 2
TOKENS = 20
NOISE_MS = 30.0
"""Two equal replies differ by as much."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds until it served, then ms."""

    ready: float
    page: float
    """The first page, drawn."""
    first: float
    """The first reply, from the send to its last word."""
    second: float
    """The same on a second page."""


def measure(stage: Stage) -> list[Figure]:
    """The goals that are about a process that has just begun."""
    with stage.ours(), stage.tutorial():
        pass  # the disk is warm from here on
    starts = QUICK_STARTS if stage.is_quick else STARTS
    ours = _median(stage.ours, stage.upstream, starts)
    tutorial = _median(stage.tutorial, stage.upstream, starts)

    def figure(what: str, unit: str, name: str, goal: float | None = None) -> Figure:
        others = {TUTORIAL: getattr(tutorial, name)}
        return Figure(what, unit, getattr(ours, name), goal, others=others)

    late = {TUTORIAL: tutorial.first - tutorial.second}
    return [
        figure("start to ready", "s", "ready", goal=3),
        figure("the first page", "ms", "page"),
        figure("the first reply", "ms", "first"),
        figure("the second reply", "ms", "second"),
        Figure("the first reply slower by", "ms", ours.first - ours.second, goal=NOISE_MS, others=late),
    ]


def _median(server: Callable[[], AppServer | Server], upstream: Upstream, starts: int) -> Start:
    samples = [_start(server(), upstream) for _ in range(starts)]
    return Start(*map(median, zip(*map(astuple, samples), strict=True)))


def _start(server: AppServer | Server, upstream: Upstream) -> Start:
    started = time.perf_counter()
    with server:
        ready = time.perf_counter() - started
        page, first = asyncio.run(_visit(server.url, upstream))
        _, second = asyncio.run(_visit(server.url, upstream))
    return Start(ready, page, first, second)


async def _visit(url: str, upstream: Upstream) -> tuple[float, float]:
    """Open a page and get a reply: how long each took, in ms."""
    prompt = upstream.prompt(TOKENS)
    started = time.perf_counter()
    async with Tab(url) as tab:
        opened = time.perf_counter()
        await tab.ask(prompt)
        await tab.watch(prompt)
        ended = time.perf_counter()
    return (opened - started) * 1000, (ended - opened) * 1000
