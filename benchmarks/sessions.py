"""Many sessions at once: whether all get their replies, how smoothly, how late, in how much memory."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from statistics import quantiles

from benchmarks.processes import cpu_seconds, memory_mb
from benchmarks.prompts import Prompt
from benchmarks.report import Figure
from benchmarks.stage import Stage
from benchmarks.tab import Seen, Tab
from tests.app_server import AppServer

SESSIONS, QUICK_SESSIONS = 200, 50
TOKENS, RATE, TTFT_MS = 250, 50, 200
OPENED_AT_ONCE = 10
PATIENCE = 6.0
"""Times as long as the upstream takes, and half a minute, a reply may take before its session gives up."""


@dataclass(slots=True)
class Load:
    """What the server used meanwhile."""

    seconds: float = 0.0
    cpu: float = 0.0
    """Seconds too."""
    peak: float = 0.0
    """Megabytes."""


def measure(stage: Stage) -> list[Figure]:
    """The goals that are about many sessions in one process."""
    with stage.ours() as app:
        return hold(stage, app, [""] * (QUICK_SESSIONS if stage.is_quick else SESSIONS), "sessions")


def hold(stage: Stage, app: AppServer, cookies: Sequence[str], whose: str) -> list[Figure]:
    """Open a session for each cookie, let all send at the same moment, and measure."""
    count = len(cookies)
    prompts = [stage.upstream.prompt(TOKENS, RATE, TTFT_MS) for _ in cookies]
    load, replies = asyncio.run(_hold(app.url, app.pid, prompts, cookies))
    log = stage.upstream.log()
    done = [(seen, log[prompt.mark]) for prompt, seen in zip(prompts, replies, strict=True) if seen]

    def figure(what: str, unit: str, ours: float, goal: float | None = None) -> Figure:
        return Figure(f"{count} {whose}: {what}", unit, ours, goal)

    return [
        figure("replies not complete", "", count - len(done), goal=0),
        figure("longest stall, p95", "ms", _p95([seen.gap for seen, _ in done]), goal=400),
        figure("last token late, p95", "ms", _p95([seen.last - it.last for seen, it in done]), goal=300),
        figure("first token late, p95", "ms", _p95([seen.first - it.first for seen, it in done])),
        figure("memory, peak", "MB", load.peak, goal=300),
        figure("server CPU", "% of a core", 100 * load.cpu / load.seconds),
        figure("bytes a token", "B", sum(seen.size for seen, _ in done) / max(1, len(done)) / TOKENS),
    ]


async def _hold(
    url: str, pid: int, prompts: Sequence[Prompt], cookies: Sequence[str]
) -> tuple[Load, list[Seen | None]]:
    """Open a session for each prompt, then send all prompts at the same moment."""
    async with AsyncExitStack() as stack:
        tabs: list[Tab] = []
        for at in range(0, len(prompts), OPENED_AT_ONCE):
            few = (Tab(url, cookie=cookie) for cookie in cookies[at : at + OPENED_AT_ONCE])
            tabs += await asyncio.gather(*map(stack.enter_async_context, few))
        await asyncio.sleep(1)
        async with metered(pid) as load:
            replies = await asyncio.gather(*map(reply, tabs, prompts))
        return load, replies


async def reply(tab: Tab, prompt: Prompt, patience: float = PATIENCE) -> Seen | None:
    """What a session saw of its reply; `None` if it did not see the end of it."""
    try:
        async with asyncio.timeout(30 + patience * prompt.seconds):
            await tab.ask(prompt)
            return await tab.watch(prompt)
    except (TimeoutError, ConnectionError):
        return None


@asynccontextmanager
async def metered(pid: int) -> AsyncIterator[Load]:
    """Follow the server's memory and add up its CPU time, as long as the context lasts."""
    load, started, before = Load(), time.monotonic(), cpu_seconds(pid)

    async def watch_memory() -> None:
        while True:
            load.peak = max(load.peak, memory_mb(pid))
            await asyncio.sleep(0.5)

    watching = asyncio.create_task(watch_memory())
    yield load
    load.seconds, load.cpu = time.monotonic() - started, cpu_seconds(pid) - before
    load.peak = max(load.peak, memory_mb(pid))
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else float("nan")
