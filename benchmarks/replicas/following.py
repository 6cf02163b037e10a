"""A reply that runs in one process and is followed, stopped and asked for once more in another."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles

from benchmarks.prompts import Prompt
from benchmarks.replicas.site import Site
from benchmarks.report import Figure
from benchmarks.stage import Upstream
from tests.deploy.proxies import NODE
from tests.page_socket import PageSocket

REPLIES = 20
TOKENS, RATE, TTFT_MS = 100, 50, 1500
PATIENCE = 60.0
TWICE = 100
"""Messages that two tabs send at the same moment."""


def measure(site: Site, upstream: Upstream) -> list[Figure]:
    """How late another process shows a text, how late it stops a reply, and how often a message is asked."""
    late, differ = asyncio.run(_follow(site, upstream))
    return [
        Figure("sent on A, followed on B: later there, p95", "ms", quantiles(late, n=20)[-1], goal=400),
        Figure("sent on A, followed on B: texts that differ", "", differ, goal=0),
        Figure("stopped on B: upstream of A closed within, p95", "ms", _stop(site, upstream), goal=500),
        Figure(
            f"{TWICE} messages sent by two tabs on two processes: requests",
            "",
            _twice(site, upstream),
            goal=TWICE,
        ),
    ]


async def _follow(site: Site, upstream: Upstream) -> tuple[list[float], int]:
    """How much later the first and the last word of each reply come, in ms; and replies that differ."""
    late: list[float] = []
    prompts = [upstream.prompt(TOKENS, RATE, TTFT_MS) for _ in range(REPLIES)]
    for prompt in prompts:
        async with site.tab("one") as tab, asyncio.timeout(PATIENCE):
            await tab.begin(prompt)
            other = site.tab("two", tab.address)
            await other.join()
            here, there = await asyncio.gather(tab.watch(prompt), other.watch(prompt))
            await other.leave()
            late += [there.first - here.first, there.last - here.last]
    await site.quiet(30)
    stored = site.stored([prompt.mark for prompt in prompts])
    return late, sum(stored.get(prompt.mark, ("", ""))[1] != "".join(prompt.reply()) for prompt in prompts)


def _stop(site: Site, upstream: Upstream) -> float:
    """How long after a click on another process the upstream's connection is closed: p95, in ms."""
    taken = []
    for _ in range(REPLIES):
        prompt = upstream.prompt(100 * RATE, RATE)
        with _page(site, "one") as tab:
            tab.ask(str(prompt))
            tab.wait_for_text(prompt.first_word)
            with _page(site, "two", tab.address) as other:
                other.wait_for_text(prompt.first_word)
                clicked = time.time() * 1000
                other.click("stop")
                other.wait_for_text("stopped")
        # The upstream writes a token each 20 ms until the connection is closed.
        taken.append(upstream.log()[prompt.mark].last - clicked)
    return quantiles(taken, n=20)[-1]


def _twice(site: Site, upstream: Upstream) -> int:
    """How many requests reach the upstream for messages that are each sent by two tabs at once."""
    prompts = [upstream.prompt(25, RATE) for _ in range(TWICE)]
    first = upstream.prompt(2)
    with _page(site, "one") as tab, ThreadPoolExecutor(1) as other_hand:
        tab.ask(str(first))
        tab.wait_for_text(first.last_word)
        tab.wait_until_idle()
        with _page(site, "two", tab.address) as other:
            other.wait_until_idle()  # the first time, too, both send at once
            for prompt in prompts:
                sent = other_hand.submit(_send, other, prompt)
                _send(tab, prompt)
                sent.result()
    log = upstream.log()
    return sum(log[prompt.mark].asked for prompt in prompts)


def _send(tab: PageSocket, prompt: Prompt) -> None:
    """Send a message, and wait until it is answered."""
    tab.wait_until_idle()
    tab.ask(str(prompt))
    tab.wait_for_text(prompt.last_word)
    tab.wait_until_idle()


def _page(site: Site, node: str, address: str = "") -> PageSocket:
    return PageSocket(site.url, address, headers={"Cookie": f"{NODE}={node}"})
