"""Three processes, their database and their proxy."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.soak_check import read_stored, running
from benchmarks.tab import Tab
from tests.app_server import AppServer
from tests.deploy.proxies import NODE, haproxy
from tests.postgres import Server
from tests.postgres import running as running_server
from tests.store.fresh import made_in

NAMES = ("one", "two", "three")


@dataclass(frozen=True)
class Site:
    """What is measured."""

    url: str
    """Of the proxy."""
    nodes: dict[str, AppServer]
    """The processes by the values of the proxy's cookie."""
    database: str
    postgres: Server

    def tab(self, node: str, address: str = "") -> Tab:
        """A page that this process draws."""
        return Tab(self.url, address, cookie=f"{NODE}={node}")

    async def quiet(self, seconds: float) -> None:
        """Wait until no reply runs. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while await asyncio.to_thread(running, self.database):
                await asyncio.sleep(0.1)

    def stored(self, marks: Sequence[str]) -> dict[str, tuple[str, str]]:
        """State and text of the replies to the prompts with these marks; one without a text is missing."""
        replies = {reply.mark: reply for reply in read_stored(self.database)}
        return {mark: (replies[mark].state, replies[mark].text) for mark in marks if mark in replies}


@contextmanager
def opened(folder: Path, base_url: str, names: Sequence[str] = NAMES) -> Iterator[Site]:
    """The whole, running, before this upstream: each process has a folder of its own, as on many machines."""
    folder.mkdir()
    with ExitStack() as stack:
        postgres = stack.enter_context(running_server())
        database = made_in(postgres)
        shared = {
            "CHAT_DATABASE_URL": database,
            "CHAT_TRUSTED_PROXIES": "127.0.0.1",
            "CHAT_SHARING": "on",
        }
        nodes = {name: stack.enter_context(AppServer(folder / name, base_url, **shared)) for name in names}
        url = stack.enter_context(haproxy(folder, [node.port for node in nodes.values()]))
        yield Site(url, nodes, database, postgres)
