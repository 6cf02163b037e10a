"""What the app's process holds: threads, sockets, memory. After a soak it must be what it was before."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median, quantiles

import psutil

THREADS_MORE = 8
"""Pools of threads grow to their size as needed: asyncio's to CPUs + 4, and it never shrinks."""
MEGABYTES_MORE = 60.0
"""Streamlit keeps the sessions of up to 128 pages that lost their connection; the allocator keeps holes."""
SETTLED_SECONDS = 60.0
LOOK_SECONDS = 0.25
SLOWEST_HEALTH = 2.0
"""Seconds that the health check may take: a check every ten seconds gives up after five."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look at the process."""

    threads: int
    upstream_sockets: int
    page_sockets: int
    megabytes: float

    @classmethod
    def of(cls, pid: int, upstream_port: int, app_port: int) -> "Vitals":
        """Look now."""
        process = psutil.Process(pid)
        open_ = [each for each in process.net_connections("tcp") if each.status != psutil.CONN_LISTEN]
        return cls(
            process.num_threads(),
            sum(bool(each.raddr) and each.raddr.port == upstream_port for each in open_),
            sum(each.laddr.port == app_port for each in open_),
            process.memory_info().rss / 1e6,
        )

    def __str__(self) -> str:
        return (
            f"{self.threads} threads, {self.upstream_sockets} sockets to the upstream, "
            f"{self.page_sockets} to pages, {self.megabytes:.0f} MB"
        )


def settled(pid: int, upstream_port: int, app_port: int) -> Vitals:
    """The vitals once no socket is open and the number of threads has come to rest."""
    deadline = time.monotonic() + SETTLED_SECONDS
    before, vitals = -1, Vitals.of(pid, upstream_port, app_port)
    while time.monotonic() < deadline:
        if not vitals.upstream_sockets and not vitals.page_sockets and vitals.threads == before:
            break
        before = vitals.threads
        time.sleep(3)
        vitals = Vitals.of(pid, upstream_port, app_port)
    return vitals


def growth(before: Vitals, after: Vitals) -> Iterator[str]:
    """What is more than it was, as sentences."""
    if after.threads > before.threads + THREADS_MORE:
        yield f"There are {after.threads} threads; there were {before.threads}."
    if after.upstream_sockets > before.upstream_sockets:
        yield f"{after.upstream_sockets} sockets to the upstream are open; it was {before.upstream_sockets}."
    if after.page_sockets > before.page_sockets:
        yield f"{after.page_sockets} sockets to pages are open; it was {before.page_sockets}."
    if after.megabytes > before.megabytes + MEGABYTES_MORE:
        yield f"The memory is {after.megabytes:.0f} MB; it was {before.megabytes:.0f} MB."


class HealthWatch:
    """Asks a server four times a second whether it is well. Use it as a context manager."""

    def __init__(self, url: str) -> None:
        self._address = f"{url}/_stcore/health"
        self._took: list[float] = []
        self._failed: list[str] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "HealthWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def __str__(self) -> str:
        slowest = quantiles(self._took, n=100)[-1]
        return (
            f"median {median(self._took) * 1000:.0f} ms, p99 {slowest * 1000:.0f} ms, "
            f"longest {max(self._took) * 1000:.0f} ms of {len(self._took)}"
        )

    def troubles(self) -> Iterator[str]:
        """What was not as it should be, as sentences."""
        yield from self._failed
        if (longest := max(self._took)) > SLOWEST_HEALTH:
            yield f"The health check took {longest:.1f} s."

    def _watch(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            started = time.monotonic()
            try:
                urllib.request.urlopen(self._address, timeout=10).close()
            except (urllib.error.URLError, OSError) as error:
                self._failed.append(f"The health check failed: {error}.")
            self._took.append(time.monotonic() - started)
