"""What many replies leave behind: memory before and after them, with no page open."""

import asyncio

from benchmarks.processes import memory_mb
from benchmarks.prompts import Prompt
from benchmarks.report import Figure
from benchmarks.stage import Stage, Upstream
from benchmarks.tab import Tab

REPLIES, WARM_UP = 3000, 750
"""Streamlit keeps up to 128 pages that were closed lately: the warm-up fills that up first."""
QUICK_REPLIES, QUICK_WARM_UP = 200, 100
REPLIES_A_TAB, TABS_AT_ONCE = 5, 15
TOKENS = 40


def measure(stage: Stage) -> list[Figure]:
    """Growth over many small replies, each as fast as it goes."""
    replies, warm_up = (QUICK_REPLIES, QUICK_WARM_UP) if stage.is_quick else (REPLIES, WARM_UP)
    with stage.ours() as app:
        asyncio.run(_chat(app.url, stage.upstream, warm_up))
        before = memory_mb(app.pid)
        asyncio.run(_chat(app.url, stage.upstream, replies))
        after = memory_mb(app.pid)
    return [
        Figure(f"memory after {warm_up:,} replies", "MB", before),
        Figure(f"memory, growth over {replies:,} more replies", "MB", after - before, goal=20),
    ]


async def _chat(url: str, upstream: Upstream, replies: int) -> None:
    """Open pages one after the other, some at a time, each for a short conversation."""
    gate = asyncio.Semaphore(TABS_AT_ONCE)

    async def visit() -> None:
        async with gate, Tab(url) as tab:
            for _ in range(REPLIES_A_TAB):
                await _converse(tab, upstream.prompt(TOKENS))

    await asyncio.gather(*(visit() for _ in range(replies // REPLIES_A_TAB)))
    await asyncio.sleep(2)  # the last journals are written, the last pages let go


async def _converse(tab: Tab, prompt: Prompt) -> None:
    """A reply up to the end of its run: while that lasts, the page takes no other prompt."""
    await tab.ask(prompt)
    await tab.watch(prompt)
    await tab.settle()
