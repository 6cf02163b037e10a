"""What the app's process holds: threads, sockets, memory. After a soak it must be what it was before."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

THREADS_MORE = 8
"""Pools of threads grow to their size as needed: asyncio's to CPUs + 4, and it never shrinks."""
MEGABYTES_MORE = 60.0
"""Streamlit keeps the sessions of up to 128 pages that lost their connection; the allocator keeps holes."""
SETTLED_SECONDS = 60.0


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
