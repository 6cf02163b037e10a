"""`python -m benchmarks.soak`: many sessions at random against an upstream with bad days; then everything
that was stored is compared with what the upstream says it sent. The exit status is 1 when anything differs.
"""

import argparse
import asyncio
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks import soak_check, soak_vitals
from benchmarks.processes import Server
from benchmarks.soak_session import Session
from benchmarks.soak_vitals import HealthWatch, Vitals
from lib.app import DATABASE
from tests.app_server import ROOT, AppServer

WARM_UP_SECONDS = 8.0
"""As many sessions as later: what a busy process grows to once is no leak."""
OPENING_SECONDS = 0.1
"""Between the first pages of two sessions."""
DRAIN_SECONDS = 60.0
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

    app: AppServer
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
        sessions = [Session(self.app.url, self._marks, self.random) for _ in range(self.sessions)]
        async with asyncio.TaskGroup() as group:
            for session in sessions:
                group.create_task(session.run(until))
                await asyncio.sleep(OPENING_SECONDS)
            for _ in range(failures):
                await asyncio.sleep(seconds / (failures + 1))
                await self.upstream.fail()
        for session in sessions:
            self.done += session.done
            self.troubles += session.troubles

    def settle(self) -> Vitals:
        """Wait until no reply runs and the sockets are closed; returns what the app holds then."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while _running(self.app.data_dir) and time.monotonic() < deadline:
            time.sleep(0.5)
        return soak_vitals.settled(self.app.pid, self.upstream.port, self.app.port)


def main() -> int:
    """Soak, compare, print; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description="Soak the app.")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="synstar-soak-") as folder:
        data_dir, record = Path(folder) / "data", Path(folder) / "sent.jsonl"
        with Upstream(record, options.seed) as upstream, AppServer(data_dir, f"{upstream.url}/v1") as app:
            soak = Soak(app, upstream, options.sessions, Random(options.seed))  # noqa: S311
            asyncio.run(soak.run(WARM_UP_SECONDS, failures=0))
            before = soak.settle()
            with HealthWatch(app.url) as health:
                asyncio.run(soak.run(options.minutes * 60, failures=2))
            after = soak.settle()
            exported = soak_check.export(data_dir)
            status = app.stop()
        return _judge(soak, record, exported, [before, after], health, status)


def _judge(
    soak: Soak,
    record: Path,
    exported: dict[str, str],
    vitals: Sequence[Vitals],
    health: HealthWatch,
    status: int,
) -> int:
    sent, stored = soak_check.read_sent(record), soak_check.read_stored(soak.app.data_dir)
    print("Done:", ", ".join(f"{name} {times}" for name, times in soak.done.most_common()))
    print("Replies:", dict(Counter(reply.state for reply in stored)))
    print("Requests:", dict(Counter(str(request.ended or soak_check.KILLED) for request in sent.values())))
    _print_tails(soak_check.lost_tails(stored, sent))
    print(f"Before: {vitals[0]}\nAfter:  {vitals[1]}\nHealth: {health}")
    print(f"The app ended with status {status}.")
    wrong = [
        *soak_check.mismatches(stored, sent, exported),
        *soak.troubles,
        *soak_vitals.growth(*vitals),
        *health.troubles(),
        *_bad_lines(soak.app.log),
    ]
    print(f"Mismatches: {len(wrong)}", *wrong[:SHOWN], sep="\n  ")
    return 1 if wrong else 0


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


def _running(data_dir: Path) -> int:
    with closing(sqlite3.connect(data_dir / DATABASE)) as database:
        (running,) = database.execute("SELECT count(*) FROM replies WHERE state = 'running'").fetchone()
        return int(running)


if __name__ == "__main__":
    sys.exit(main())
