"""A room full of phones that follow one comparison of four models: every word, how smoothly, every vote."""

import asyncio
import html
import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

from benchmarks.processes import cpu_seconds, memory_mb
from benchmarks.prompts import Prompt
from benchmarks.report import Figure
from benchmarks.stage import Stage
from benchmarks.upstream import MODELS
from tests.app_server import AppServer
from tests.page_socket import PageSocket

FOLLOWERS, QUICK_FOLLOWERS = 100, 25
TOKENS, QUICK_TOKENS, RATE, TTFT_MS = 1000, 200, 50, 200
CHOICES = ("A", "B", "C", "D", "tie", "all_bad")
PATIENCE = 60.0
"""Seconds beyond the upstream's that a follower waits for the last word."""


@dataclass(slots=True)
class Device:
    """A follower's connection, and all that came through it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    cookie: str
    blocks: list[list[str]] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    gap: float = 0.0
    """The longest time between two messages while answers were written, in ms."""
    size: int = 0
    """Bytes."""
    _before: float = 0.0

    async def next(self) -> str:
        """Take one event; returns its name."""
        name = ""
        while line := await self.reader.readline():
            self.size += len(line)
            if line.startswith(b"event: "):
                name = line[7:].decode().strip()
            elif line.startswith(b"data: ") and name:
                self._apply(name, json.loads(line[6:]))
                return name
        raise ConnectionError("The stream ended.")

    def _apply(self, name: str, data: Any) -> None:
        if name == "state":
            self.state = data
            self.blocks = [list(answer["blocks"]) for answer in data["answers"]]
        elif name == "votes":
            self.state["voters"] = data["voters"]
        elif name == "frame":
            now = time.monotonic() * 1000
            self.gap = max(self.gap, now - self._before if self._before else 0.0)
            self._before = now
            for number, blocks, _, status in data:
                self.blocks[number] += blocks
                self.state["answers"][number]["status"] = status

    @property
    def is_done(self) -> bool:
        """Whether every answer has ended."""
        answers = self.state.get("answers", [])
        return len(answers) == len(MODELS) and all(answer["status"] == "done" for answer in answers)

    def words(self) -> list[list[str]]:
        """The words of each answer."""
        return [_words(html.unescape(re.sub(r"<[^>]*>", " ", "".join(one)))) for one in self.blocks]


@dataclass(slots=True)
class Outcome:
    """What the room saw and did."""

    devices: Sequence[Device]
    missing: int
    """Words that did not come, over all devices and answers."""
    miscounted: int
    """Votes too many or too few, over all choices."""
    seconds: float
    cpu: float


def measure(stage: Stage) -> list[Figure]:
    """The goals that are about an audience."""
    count = QUICK_FOLLOWERS if stage.is_quick else FOLLOWERS
    prompt = stage.upstream.prompt(QUICK_TOKENS if stage.is_quick else TOKENS, RATE, TTFT_MS)
    with (
        AppServer(stage.new_folder(), stage.upstream.base_url, CHAT_SHARING="on") as app,
        PageSocket(app.url, f"models={','.join(MODELS)}", "compare") as presenter,
    ):
        presenter.wait_until_idle()
        presenter.click("open_room")
        presenter.wait_for(lambda: any("/room/" in code for code in presenter.codes), "The link")
        presenter.wait_until_idle()
        link = next(code for code in presenter.codes if "/room/" in code)
        outcome = asyncio.run(_hold(app, presenter, link, prompt, count))
        memory = memory_mb(app.pid)

    def figure(what: str, unit: str, ours: float, goal: float | None = None) -> Figure:
        return Figure(f"{count} followers of {len(MODELS)} cells: {what}", unit, ours, goal)

    return [
        figure("words missing", "", outcome.missing, goal=0),
        figure("longest stall, p95", "ms", quantiles([d.gap for d in outcome.devices], n=20)[-1], goal=1000),
        figure("votes miscounted", "", outcome.miscounted, goal=0),
        figure("server CPU", "% of a core", 100 * outcome.cpu / outcome.seconds),
        figure("memory at the end", "MB", memory),
        figure("kilobytes a follower", "kB", outcome.devices[0].size / 1000),
    ]


async def _hold(app: AppServer, presenter: PageSocket, link: str, prompt: Prompt, count: int) -> Outcome:
    """Let everybody in, ask, follow to the end, vote, and reveal."""
    devices = [await _enter(link) for _ in range(count)]
    started, cpu = time.monotonic(), cpu_seconds(app.pid)
    presenter.ask(str(prompt))
    drained = asyncio.create_task(asyncio.to_thread(_wait_for_ballot, presenter))
    async with asyncio.timeout(prompt.seconds + PATIENCE):
        await asyncio.gather(*map(_follow, devices))
    seconds, cpu = time.monotonic() - started, cpu_seconds(app.pid) - cpu
    await drained
    cast = await asyncio.gather(*(_vote(link, device, at) for at, device in enumerate(devices)))
    await asyncio.to_thread(presenter.click, "reveal")
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*map(_see_result, devices))
    for device in devices:
        device.writer.close()
        with suppress(ConnectionError):
            await device.writer.wait_closed()
    return Outcome(devices, _missing(devices, prompt), _miscounted(devices, cast), seconds, cpu)


def _wait_for_ballot(presenter: PageSocket) -> None:
    """Take what the presenter's page is sent, until all answers stand there."""
    while not presenter.tree.find("reveal"):
        presenter.receive(PATIENCE)


async def _enter(link: str) -> Device:
    """Open the page as a device that was never here, then its events; returns when all is shown."""
    _, head, _ = await _request(link)
    found = re.search(r"audience=[^;\s]+", head)
    reader, writer = await _send(link, "GET", "/events", found[0] if found else "")
    await reader.readuntil(b"\r\n\r\n")
    device = Device(reader, writer, found[0] if found else "")
    while await device.next() != "state":
        pass
    return device


async def _follow(device: Device) -> None:
    while not device.is_done:
        await device.next()


async def _vote(link: str, device: Device, at: int) -> str:
    """Vote, and change the vote; the choice that counts."""
    round_id = device.state["round"]["id"]
    for choice in (CHOICES[(at + 1) % len(CHOICES)], CHOICES[at % len(CHOICES)]):
        body = json.dumps({"round": round_id, "choice": choice})
        status, _, _ = await _request(link, "POST", "/vote", device.cookie, body)
        if status != 200:
            raise ConnectionError(f"A vote was answered with {status}.")
    return choice


async def _see_result(device: Device) -> None:
    while not device.state.get("result"):
        await device.next()


async def _request(
    link: str, method: str = "GET", path: str = "", cookie: str = "", body: str = ""
) -> tuple[int, str, bytes]:
    reader, writer = await _send(link, method, path, cookie, body)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    answer = await reader.read()
    writer.close()
    return int(head.split(" ", 2)[1]), head, answer


async def _send(
    link: str, method: str, path: str, cookie: str, body: str = ""
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = urlsplit(link)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**24)
    closing = "" if path == "/events" else "Connection: close\r\n"
    writer.write(
        f"{method} {address.path}{path} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookie}\r\n{closing}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    await writer.drain()
    return reader, writer


def _missing(devices: Sequence[Device], prompt: Prompt) -> int:
    said = _words("".join(prompt.reply()).replace("```python", ""))
    return sum(_difference(said, words) for device in devices for words in device.words())


def _difference(said: Sequence[str], seen: Sequence[str]) -> int:
    """How many words are not where they were said."""
    return sum(a != b for a, b in zip_longest(said, seen))


def _miscounted(devices: Sequence[Device], cast: Sequence[str]) -> int:
    """How far the counts that the room was told are from the votes that were cast."""
    told, counted = devices[0].state["result"]["counts"], Counter(cast)
    return sum(abs(told.get(choice, 0) - counted[choice]) for choice in {*told, *counted})


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)
