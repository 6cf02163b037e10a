"""`python -m benchmarks.soak`: many sessions at random against an upstream with bad days; then everything
that was stored is compared with what the upstream says it sent. The exit status is 1 when anything differs.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks import soak_check, soak_vitals
from benchmarks.processes import Server
from benchmarks.replicas.site import opened
from benchmarks.soak_session import Session
from benchmarks.soak_vitals import HealthWatch, Vitals
from lib.app import DATABASE
from tests.app_server import ROOT, AppServer

WARM_UP_SECONDS = 8.0
"""As many sessions as later: what a busy process grows to once is no leak."""
OPENING_SECONDS = 0.1
"""Between the first pages of two sessions."""
DRAIN_SECONDS = 60.0
KILL_SECONDS = 20.0
"""Between two kills of a process, where there are several."""
DOWN_SECONDS = 2.0
"""How long the upstream is gone when it was killed."""
BAD_WORDS = ("Traceback", "database is locked", "never retrieved", "never awaited", "Unclosed")
SHOWN = 20
"""Mismatches that are printed."""


class Upstream(Server):
    """The upstream's process, which may be killed and started again at the same port."""

    def __init__(self, record: Path, seed: int) -> None:
        command = [sys.executable, "-m", "benchmarks.soak_upstream", "{port}", str(record), str(seed)]
        super().__init__(command, ROOT, "/log", {})

    async def fail(self) -> None:
        """Die, and be back a little later."""
        self.__exit__(None, None, None)
        await asyncio.sleep(DOWN_SECONDS)
        await asyncio.to_thread(self.__enter__)


@dataclass(slots=True)
class Soak:
    """One soak: its servers, and what was done."""

    url: str
    database: str
    """Its address, as SQLAlchemy has it."""
    apps: Sequence[AppServer]
    """One process, or several, of which one is killed again and again."""
    upstream: Upstream
    sessions: int
    random: Random
    done: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    _marks: "count[int]" = field(default_factory=lambda: count(1))

    async def run(self, seconds: float, failures: int) -> None:
        """Let all sessions act; the upstream dies so many times, evenly spread."""
        clock = asyncio.get_running_loop().time
        until = clock() + self.sessions * OPENING_SECONDS + seconds
        several = len(self.apps) > 1
        sessions = [
            Session(self.url, self._marks, self.random, survives=several) for _ in range(self.sessions)
        ]
        async with asyncio.TaskGroup() as group:
            killing = group.create_task(self._kill_some()) if several else None
            for session in sessions:
                group.create_task(session.run(until))
                await asyncio.sleep(OPENING_SECONDS)
            for _ in range(failures):
                await asyncio.sleep(seconds / (failures + 1))
                await self.upstream.fail()
            await asyncio.sleep(max(0.0, until - clock()))
            if killing:
                killing.cancel()
        for session in sessions:
            self.done += session.done
            self.troubles += session.troubles

    async def _kill_some(self) -> None:
        """Kill one process after the other, and start it again."""
        for app in cycle(self.apps):
            await asyncio.sleep(KILL_SECONDS)
            app.kill()
            self.done["a process killed"] += 1
            await asyncio.to_thread(app.start)

    def settle(self) -> list[Vitals]:
        """Wait until no reply runs and the sockets are closed; returns what each process holds then."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while soak_check.running(self.database) and time.monotonic() < deadline:
            time.sleep(0.5)
        return [soak_vitals.settled(app.pid, self.upstream.port, app.port) for app in self.apps]


def main() -> int:
    """Soak, compare, print; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description="Soak the app.")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replicas", action="store_true", help="three processes; one is killed each 20 s")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="synstar-soak-") as folder, ExitStack() as stack:
        record = Path(folder) / "sent.jsonl"
        upstream = stack.enter_context(Upstream(record, options.seed))
        base_url, data_dir = f"{upstream.url}/v1", Path(folder) / "data"
        random = Random(options.seed)  # noqa: S311
        if options.replicas:
            site = stack.enter_context(opened(data_dir, base_url))
            apps = [*site.nodes.values()]
            soak = Soak(site.url, site.database, apps, upstream, options.sessions, random)
        else:
            app = stack.enter_context(AppServer(data_dir, base_url))
            database = f"sqlite:///{data_dir / DATABASE}"
            soak = Soak(app.url, database, [app], upstream, options.sessions, random)
        return _soak(soak, record, options.minutes * 60)


def _soak(soak: Soak, record: Path, seconds: float) -> int:
    before: list[Vitals] = []
    if len(soak.apps) == 1:  # of processes that are killed there is nothing to compare
        asyncio.run(soak.run(WARM_UP_SECONDS, failures=0))
        before = soak.settle()
    with HealthWatch(soak.url) as health:
        asyncio.run(soak.run(seconds, failures=2))
    after = soak.settle()
    data_dir = soak.apps[0].data_dir
    variables = {"CHAT_DATA_DIR": str(data_dir), "CHAT_DATABASE_URL": soak.database}
    exported = soak_check.export(variables if len(soak.apps) > 1 else {"CHAT_DATA_DIR": str(data_dir)})
    statuses = [app.stop() for app in soak.apps]
    wrong = _judge(soak, record, exported)
    print(f"Before: {before}\nAfter:  {after}\nHealth: {health}")
    print(f"The processes ended with status {statuses}.")
    for pair in zip(before, after, strict=False):
        wrong += soak_vitals.growth(*pair)
    if before:
        wrong += health.troubles()
    print(f"Mismatches: {len(wrong)}", *wrong[:SHOWN], sep="\n  ")
    return 1 if wrong else 0


def _judge(soak: Soak, record: Path, exported: dict[str, str]) -> list[str]:
    """Compare what is stored with what was sent; what is wrong."""
    sent, stored = soak_check.read_sent(record), soak_check.read_stored(soak.database)
    print("Done:", ", ".join(f"{name} {times}" for name, times in soak.done.most_common()))
    print("Replies:", dict(Counter(reply.state for reply in stored)))
    print("Requests:", dict(Counter(str(request.ended or soak_check.KILLED) for request in sent.values())))
    _print_tails(soak_check.lost_tails(stored, sent))
    several = len(soak.apps) > 1
    return [
        *soak_check.mismatches(stored, sent, exported, may_break_off=several),
        *soak.troubles,
        *(line for app in soak.apps for line in _bad_lines(app.log)),
    ]


def _print_tails(tails: Mapping[str, Sequence[int]]) -> None:
    for ending, lengths in tails.items():
        lost = [length for length in lengths if length]
        longest = f", {max(lost)} characters at most" if lost else ""
        print(f"Ended by {ending!r}: {len(lost)} of {len(lengths)} replies lack the end{longest}")


def _bad_lines(log: str) -> Iterator[str]:
    lines = log.splitlines()
    for at, line in enumerate(lines):
        if any(word in line for word in BAD_WORDS):
            yield "The app's log says:\n    " + "\n    ".join(lines[max(0, at - 1) : at + 40])


if __name__ == "__main__":
    sys.exit(main())
