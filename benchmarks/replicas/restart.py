"""All processes are restarted one after the other, under chats and a room of phones."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from websockets.exceptions import WebSocketException

from benchmarks.prompts import Prompt
from benchmarks.replicas.site import NAMES, Site
from benchmarks.report import Figure
from benchmarks.stage import Upstream
from benchmarks.tab import Tab
from tests.deploy.proxies import NODE
from tests.page_socket import PageSocket
from tests.phone import Phone
from tests.server.compare.test_audience import open_room

CHATS, PHONES = 60, 20
TOKENS, RATE = 100, 25
READING_SECONDS = 3.0
"""Before the next question: all three processes, the upstream and the clients share two cores."""
AGAIN_SECONDS = 0.5
"""After this a browser whose connection is gone tries again."""
PATIENCE = 90.0
REFUSAL = b"The server is about to stop. Send this again"


class Page(Tab):
    """A page that remembers which questions and ends of answers it has shown."""

    def __init__(self, url: str, address: str, cookie: str) -> None:
        super().__init__(url, address, cookie=cookie)
        self.asked: set[str] = set()
        self.answered: set[str] = set()
        self.is_refused = False

    async def receive(self) -> bytes:
        data = await super().receive()
        self.is_refused = self.is_refused or REFUSAL in data
        self.asked.update(found.decode() for found in re.findall(rb"ttft=0 mark=(\d+)", data))
        self.answered.update(found.decode() for found in re.findall(rb"Omegaword(\d+)", data))
        return data


@dataclass(slots=True)
class Chat:
    """A person who asks one question after the other, whatever happens to the page."""

    site: Site
    upstream: Upstream
    node: str
    asked: list[Prompt] = field(default_factory=list)
    clicks: int = 0
    """How often a question had to be sent once more."""
    address: str = ""
    is_refused: bool = False
    """Whether the last send was."""

    async def talk(self, is_over: asyncio.Event) -> None:
        """Ask until the event is set."""
        while not is_over.is_set():
            prompt = self.upstream.prompt(TOKENS, RATE)
            self.asked.append(prompt)
            await self._have_answered(prompt)
            await asyncio.sleep(READING_SECONDS)

    async def _have_answered(self, prompt: Prompt) -> None:
        """Ask, and read to the end, over as many connections as it takes."""
        times = 0
        async with asyncio.timeout(PATIENCE):
            while True:
                page = Page(self.site.url, self.address, f"{NODE}={self.node}")
                with suppress(WebSocketException, OSError, TimeoutError):
                    async with page:
                        if not self._is_asked(prompt, page):
                            self.clicks += times > 0
                            times += 1
                            await page.ask(prompt)
                        while not (prompt.mark in page.answered or page.is_refused):
                            await page.take()
                self.address, self.is_refused = page.address, page.is_refused
                if prompt.mark in page.answered:
                    return
                await asyncio.sleep(AGAIN_SECONDS)

    def _is_asked(self, prompt: Prompt, page: Page) -> bool:
        """Whether the page shows it in the chat, not in the message box again or in the sidebar."""
        return bool(self.address) and not self.is_refused and prompt.mark in page.asked | page.answered


def measure(site: Site, upstream: Upstream) -> list[Figure]:
    """What people notice of a restart of everything."""
    with _room(site, upstream) as room:
        chats = asyncio.run(_restart(site, upstream))
        prompts = [prompt for chat in chats for prompt in chat.asked]
        log = upstream.log()
        stored = site.stored([prompt.mark for prompt in prompts])
        broken = [each for each in prompts if stored.get(each.mark) != ("completed", "".join(each.reply()))]
        return [
            Figure("rolling restart: sends", "", len(prompts)),
            Figure("rolling restart: sends lost", "", sum(each.mark not in log for each in prompts), goal=0),
            Figure("rolling restart: replies lost", "", len(broken), goal=0),
            Figure("rolling restart: questions to send again", "", sum(c.clicks for c in chats), goal=0),
            Figure("rolling restart: phones that lost the room", "", room(), goal=0),
        ]


async def _restart(site: Site, upstream: Upstream) -> list[Chat]:
    """Let everybody talk while one process after the other is stopped, as a service manager does."""
    chats = [Chat(site, upstream, NAMES[at % len(NAMES)]) for at in range(CHATS)]
    is_over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for chat in chats:
            group.create_task(chat.talk(is_over))
            await asyncio.sleep(0.05)
        while not all(chat.address for chat in chats):
            await asyncio.sleep(0.1)
        for node in site.nodes.values():
            await asyncio.to_thread(node.stop)
            await asyncio.to_thread(node.start)
            await asyncio.sleep(5)
        is_over.set()
    await site.quiet(60)
    return chats


@contextmanager
def _room(site: Site, upstream: Upstream) -> Iterator["Room"]:
    """A room with its phones; afterwards it says how many of them do not see a vote any more."""
    with ExitStack() as stack:
        address = "models=bench-a,bench-b"
        tab = stack.enter_context(PageSocket(site.url, address, "compare", headers={"Cookie": f"{NODE}=one"}))
        link = open_room(tab)
        tab.ask(str(upstream.prompt(50, RATE)))
        tab.wait_until_idle()
        phones = [Visitor(link) for _ in range(PHONES)]
        for phone in phones:
            stack.callback(phone.leave)
            phone.start()
        yield Room(phones)


class Visitor(threading.Thread):
    """A phone that connects again, as a browser does."""

    def __init__(self, link: str) -> None:
        super().__init__(daemon=True)
        self.phone, self.is_leaving = Phone(link), threading.Event()
        assert self.phone.get()[0] == 200

    def run(self) -> None:
        while not self.is_leaving.is_set():
            seen = len(self.phone.events)
            with suppress(OSError, AssertionError, TimeoutError):
                self.phone.follow()
                self.phone.wait_for(partial(self._has_ended, seen))
            self.is_leaving.wait(AGAIN_SECONDS)

    def _has_ended(self, seen: int) -> bool:
        return "end" in self.phone.events[seen:]

    def leave(self) -> None:
        self.is_leaving.set()
        self.phone.leave()


@dataclass
class Room:
    """The phones of a room."""

    phones: list[Visitor]

    def __call__(self) -> int:
        """Let one phone vote; how many phones do not see that."""
        voter, *_ = self.phones
        assert voter.phone.vote("A") == 200
        return sum(not _sees_vote(each.phone) for each in self.phones)


def _sees_vote(phone: Phone) -> bool:
    try:
        phone.wait_for(lambda: phone.state.get("voters") == 1)
    except TimeoutError:
        return False
    return True
