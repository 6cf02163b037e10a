"""Four hundred chats at once in two processes."""

import asyncio
from contextlib import AsyncExitStack
from statistics import quantiles

from benchmarks.replicas.site import Site
from benchmarks.report import Figure
from benchmarks.sessions import reply
from benchmarks.stage import Upstream
from benchmarks.tab import Tab

CHATS, TOKENS, RATE, TTFT_MS = 400, 250, 50, 200
OPENED_AT_ONCE = 10


def measure(site: Site, upstream: Upstream) -> list[Figure]:
    """Whether all replies come, and how smoothly."""
    gaps = asyncio.run(_hold(site, upstream))
    return [
        Figure(f"{CHATS} chats on two processes: replies not complete", "", CHATS - len(gaps), goal=0),
        Figure(f"{CHATS} chats on two processes: stall, p95", "ms", quantiles(gaps, n=20)[-1], goal=600),
    ]


async def _hold(site: Site, upstream: Upstream) -> list[float]:
    prompts = [upstream.prompt(TOKENS, RATE, TTFT_MS) for _ in range(CHATS)]
    async with AsyncExitStack() as stack:
        tabs: list[Tab] = []
        for at in range(0, CHATS, OPENED_AT_ONCE):
            few = [site.tab(("one", "two")[number % 2]) for number in range(at, at + OPENED_AT_ONCE)]
            tabs += await asyncio.gather(*map(stack.enter_async_context, few))
        await asyncio.sleep(1)
        seen = await asyncio.gather(*map(reply, tabs, prompts))
    return [each.gap for each in seen if each]
