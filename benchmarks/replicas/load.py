"""Four hundred chats at once in two processes."""

import asyncio
import time
from contextlib import AsyncExitStack
from statistics import quantiles

from benchmarks.replicas.site import Site
from benchmarks.report import Figure
from benchmarks.sessions import reply
from benchmarks.stage import Upstream
from benchmarks.tab import Tab

CHATS, TOKENS, RATE, TTFT_MS = 400, 250, 50, 200
OPENED_AT_ONCE = 10
PATIENCE = 30
"""Times as long as the upstream takes: pages are drawn one after the other in each process."""


def measure(site: Site, upstream: Upstream) -> list[Figure]:
    """Whether all replies come, and how smoothly."""
    gaps, seconds = asyncio.run(_hold(site, upstream))

    def figure(what: str, unit: str, ours: float, goal: float | None = None) -> Figure:
        return Figure(f"{CHATS} chats on two processes: {what}", unit, ours, goal)

    return [
        figure("replies not complete", "", CHATS - len(gaps), goal=0),
        figure("stall, p95", "ms", quantiles(gaps, n=20)[-1], goal=600),
        figure("from the clicks to the last word of all", "s", seconds),
    ]


async def _hold(site: Site, upstream: Upstream) -> tuple[list[float], float]:
    prompts = [upstream.prompt(TOKENS, RATE, TTFT_MS) for _ in range(CHATS)]
    async with AsyncExitStack() as stack:
        tabs: list[Tab] = []
        for at in range(0, CHATS, OPENED_AT_ONCE):
            few = [site.tab(("one", "two")[number % 2]) for number in range(at, at + OPENED_AT_ONCE)]
            tabs += await asyncio.gather(*map(stack.enter_async_context, few))
        await asyncio.sleep(1)
        started = time.monotonic()
        seen = await asyncio.gather(
            *(reply(tab, prompt, PATIENCE) for tab, prompt in zip(tabs, prompts, strict=True))
        )
        seconds = time.monotonic() - started
    return [each.gap for each in seen if each], seconds
