"""A person who does all that people do to a chat, in no order."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterator
from random import Random

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from benchmarks.prompts import Prompt
from benchmarks.soak_tab import LivingTab

TOKENS, RATES = (50, 600), (20.0, 200.0)
AGAIN_SECONDS = 0.5
"""After this a browser whose connection is gone tries again."""
LONGEST_WATCH = 4.0
"""Seconds into a reply when something else is done at the latest."""

Action = Callable[[], Coroutine[None, None, None]]


class Session:
    """One person, one tab, now and then a second one."""

    def __init__(self, url: str, marks: Iterator[int], random: Random, *, survives: bool = False) -> None:
        """Where processes are killed, a session `survives` that: it opens its page again."""
        self.done: Counter[str] = Counter()
        self.troubles: list[str] = []
        """What should not have happened, as sentences."""
        self._url, self._marks, self._random, self._survives = url, marks, random, survives
        self._tab = LivingTab(url)
        self._last: deque[str] = deque(maxlen=4)
        """The names of the actions before."""
        self._begin: dict[Action, int] = {
            self._ask: 9,
            self._ask_in_second_tab: 2,
            self._regenerate: 4,
            self._continue: 6,
            self._new_chat: 2,
        }
        self._meanwhile: dict[Action, int] = {
            self._watch: 7,
            self._stop: 4,
            self._refresh: 3,
            self._drop: 3,
            self._ask_once_more: 2,
            self._ask_in_second_tab: 1,
        }

    async def run(self, until: float) -> None:
        """Open the page, act at random until that time of the loop's clock, and leave in mid-reply."""
        clock = asyncio.get_running_loop().time
        try:
            while clock() < until:
                try:
                    await self._live(until)
                except (ConnectionClosed, InvalidHandshake, ConnectionError):
                    if not self._survives:
                        raise
                    self.done["lost the process"] += 1
                    await self._tab.close()
                    await asyncio.sleep(AGAIN_SECONDS)
                    if clock() >= until:
                        return
                    self._tab = LivingTab(self._url, self._tab.address)
            await (self._tab.close() if self._random.random() < 0.5 else self._tab.drop())
        except (TimeoutError, ConnectionClosed, InvalidHandshake, OSError) as error:
            trouble = f"A session broke off after {' and '.join(self._last)}: {error!r}; {self._tab}"
            self.troubles.append(trouble)
            await self._tab.close()

    async def _live(self, until: float) -> None:
        """Open the page, and act at random until that time."""
        clock = asyncio.get_running_loop().time
        await self._tab.open()
        await self._tab.wait_until_idle()
        while clock() < until:
            await self._act(self._begin)
            await asyncio.sleep(min(self._random.uniform(0, LONGEST_WATCH), max(0.0, until - clock())))
            if clock() < until:
                await self._act(self._meanwhile)
                await self._tab.wait_until_idle()

    async def _act(self, actions: dict[Action, int]) -> None:
        (action,) = self._random.choices(list(actions), list(actions.values()))
        self._last.append(action.__name__)
        await action()

    # What begins a reply.

    async def _ask(self) -> None:
        await self._ask_in(self._tab, "ask")

    async def _ask_in_second_tab(self) -> None:
        """The second tab is closed as soon as it shows the reply, or that it may not ask now."""
        tab = LivingTab(self._url, self._tab.address)
        await tab.open()
        await tab.wait_for(lambda: tab.shows("prompt") and (tab.shows("stop") or not tab.is_running))
        await self._ask_in(tab, "ask in a second tab")
        await tab.close()
        await self._tab.draw()

    async def _regenerate(self) -> None:
        await self._click("refresh", "regenerate")

    async def _continue(self) -> None:
        await self._click("continue", "continue")

    async def _new_chat(self) -> None:
        await self._tab.close()
        self._tab = LivingTab(self._url)
        await self._tab.open()
        await self._tab.wait_until_idle()
        await self._ask_in(self._tab, "new chat")

    # What is done while it runs.

    async def _watch(self) -> None:
        self.done["watch to the end"] += 1

    async def _stop(self) -> None:
        await self._click("stop", "stop")

    async def _refresh(self) -> None:
        """A browser forgets the session then: only the address is left."""
        await self._tab.close()
        self._tab = LivingTab(self._url, self._tab.address)
        await self._tab.open()
        self.done["refresh"] += 1

    async def _drop(self) -> None:
        await self._tab.drop()
        await asyncio.sleep(self._random.uniform(0, 2))
        await self._tab.open()
        self.done["drop and come back"] += 1
        if not await self._tab.begins():
            self.done["came back to a page that did not run"] += 1
            await self._refresh()

    async def _ask_once_more(self) -> None:
        """Refused as long as a reply runs."""
        await self._ask_in(self._tab, "ask again at once")

    async def _ask_in(self, tab: LivingTab, name: str) -> None:
        tokens, rate = self._random.randint(*TOKENS), round(self._random.uniform(*RATES))
        await tab.ask(Prompt(tokens, rate, mark=f"{next(self._marks):06}"))
        await tab.wait_for(lambda: tab.shows("stop") or not tab.is_running)
        self.done[name] += 1

    async def _click(self, key: str, name: str) -> None:
        if await self._tab.click(key):
            self.done[name] += 1
