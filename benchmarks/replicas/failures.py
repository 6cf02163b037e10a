"""A process that is killed, one that is frozen, and a database that is away: what is lost."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from benchmarks.prompts import Prompt
from benchmarks.replicas.site import Site
from benchmarks.report import Figure
from benchmarks.stage import Upstream
from benchmarks.tab import Tab

RATE = 50
KILLED, FROZEN, CUT_OFF = 30, 10, 50
"""How many replies run meanwhile."""
FROZEN_SECONDS, AWAY_SECONDS = 30.0, 20.0


def measure(site: Site, upstream: Upstream) -> list[Figure]:
    """What three failures cost."""
    closed, lost = asyncio.run(_kill(site, upstream))
    foreign = asyncio.run(_freeze(site, upstream))
    missing, unfinished = asyncio.run(_cut_off(site, upstream))
    return [
        Figure(f"kill -9 with {KILLED} replies: all closed after", "s", closed, goal=15),
        Figure(f"kill -9 with {KILLED} replies: lost of one at most", "ms", lost, goal=500),
        Figure(f"SIGSTOP for {FROZEN_SECONDS:.0f} s: with double or foreign text", "", foreign, goal=0),
        Figure(f"database away for {AWAY_SECONDS:.0f} s: characters lost", "", missing, goal=0),
        Figure(f"database away for {AWAY_SECONDS:.0f} s: replies not complete", "", unfinished, goal=0),
    ]


async def _kill(site: Site, upstream: Upstream) -> tuple[float, float]:
    """Kill a process; the seconds until its replies are closed, and the most that one lost, in ms."""
    node = site.nodes["one"]
    prompts = [upstream.prompt(60 * RATE, RATE) for _ in range(KILLED)]
    async with _asked(site, "one", prompts):
        await asyncio.sleep(5)
        node.kill()
        killed = time.monotonic()
        await site.quiet(60)
        closed = time.monotonic() - killed
    node.start()
    stored, log = site.stored([prompt.mark for prompt in prompts]), upstream.log()
    lost = []
    for prompt in prompts:
        state, text = stored[prompt.mark]
        times = log[prompt.mark]
        sent = round((times.last - times.first) / 1000 * RATE) + 1
        reply = "".join(prompt.reply())
        is_right = state == "interrupted" and reply.startswith(text)
        kept = len(text) / len("".join(prompt.reply()[:sent])) * sent if is_right else 0
        lost.append((sent - kept) / RATE * 1000)
    return closed, max(lost)


async def _freeze(site: Site, upstream: Upstream) -> int:
    """Stop a process for a while; how many of its replies then hold what they must not."""
    node = site.nodes["one"]
    prompts = [upstream.prompt(60 * RATE, RATE) for _ in range(FROZEN)]
    async with _asked(site, "one", prompts):
        await asyncio.sleep(5)
        os.kill(node.pid, signal.SIGSTOP)
        await asyncio.sleep(FROZEN_SECONDS)
        os.kill(node.pid, signal.SIGCONT)
        await asyncio.sleep(5)
    await site.quiet(90)
    stored = site.stored([prompt.mark for prompt in prompts])
    return sum(not "".join(each.reply()).startswith(stored[each.mark][1]) for each in prompts)


async def _cut_off(site: Site, upstream: Upstream) -> tuple[int, int]:
    """Take the database away while replies stream; characters and replies that are not whole in the end."""
    seconds = AWAY_SECONDS + 10
    prompts = [upstream.prompt(int(seconds * RATE), RATE) for _ in range(CUT_OFF)]
    async with _asked(site, "two", prompts):
        await asyncio.sleep(5)
        await asyncio.to_thread(site.postgres.stop)
        await asyncio.sleep(AWAY_SECONDS)
        await asyncio.to_thread(site.postgres.start)
        await asyncio.sleep(seconds - AWAY_SECONDS)
        await site.quiet(60)
    stored = site.stored([prompt.mark for prompt in prompts])
    whole = {prompt.mark: "".join(prompt.reply()) for prompt in prompts}
    texts = {mark: stored.get(mark, ("", "")) for mark in whole}
    missing = sum(len(whole[mark]) - len(text) for mark, (_, text) in texts.items())
    return missing, sum(state != "completed" or text != whole[mark] for mark, (state, text) in texts.items())


@asynccontextmanager
async def _asked(site: Site, node: str, prompts: Sequence[Prompt]) -> AsyncIterator[list[Tab]]:
    """Pages of a process, each of which has asked one."""
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(site.tab(node)) for _ in prompts]
        await asyncio.gather(*(tab.begin(prompt) for tab, prompt in zip(tabs, prompts, strict=True)))
        reading = [asyncio.create_task(_read(tab)) for tab in tabs]
        yield tabs
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def _read(tab: Tab) -> None:
    while True:
        await tab.receive()
