"""Watches the store while the process lives: its file, and the replies of dead processes."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable

from lib.engine.recovery.recovery import interrupt
from lib.engine.recovery.storage_problems import StorageProblems
from lib.store import Store, processes
from lib.store.database.errors import StoreError

BEAT_SECONDS = 2.0
"""The interval of the heartbeat, and of the checks of the other processes and of the file."""
LEASE_SECONDS = processes.LEASE_SECONDS
"""A process that has not beaten for so long is dead."""
AT_ONCE = 20
"""How many replies are closed between two checks of the file."""

log = logging.getLogger(__name__)


class Watchdog:
    """Two threads: one sends the heartbeat and nothing else, so that no work delays it; the other checks."""

    def __init__(
        self,
        store: Store,
        owner: str,
        problems: StorageProblems,
        let_go: Callable[[], None],
        go_on: Callable[[], None],
        took_over: Callable[[int], None],
    ) -> None:
        """First close the replies of processes that are known to be dead.

        `let_go` ends the replies that are this process's no more. It is called at each check, and on the
        heartbeat's thread if other processes considered this one dead. `go_on` is called at each check, too:
        it goes on with the series that this process took over. `took_over` is told how many replies of a dead
        process this one has just got.
        """
        self._store, self._owner, self._storage_problems = store, owner, problems
        self._let_go, self._go_on, self._took_over = let_go, go_on, took_over
        self._left = deque[str]()
        self.is_well = True
        """Whether the store's file was present and intact at the last check."""
        self._ending = threading.Event()
        self._beaten_at = -math.inf
        try:
            self._left += store.processes.join(owner)
            self._beaten_at = time.monotonic()
            while self._left:
                self._close_left()
        except StoreError as error:
            problems.tell("watchdog", error.sentence)
        works = (("heartbeat", self._beat), ("watchdog", self._look))
        self._threads = [
            threading.Thread(target=self._repeat, args=(name, work), name=name, daemon=True)
            for name, work in works
        ]
        for thread in self._threads:
            thread.start()

    @property
    def has_lease(self) -> bool:
        """Whether no other process can take this one for dead."""
        return time.monotonic() - self._beaten_at < LEASE_SECONDS

    def stop(self, timeout: float = 5.0) -> None:
        """End the threads, and record that this process is gone."""
        self._ending.set()
        for thread in self._threads:
            thread.join(timeout)
        try:
            self._store.processes.leave(self._owner)
        except StoreError as error:
            log.warning("The others will notice by themselves that this process has ended: %s", error)

    def _repeat(self, name: str, work: Callable[[], None]) -> None:
        while not self._ending.wait(BEAT_SECONDS):
            try:
                work()
                self._storage_problems.tell(name, None)
            except StoreError as error:
                self._storage_problems.tell(name, error.sentence)
            except Exception:  # the next try may succeed; without this, nobody would check again
                log.exception("The %s failed.", name)

    def _beat(self) -> None:
        began = time.monotonic()  # before: the others count from when it is written
        if not self._store.processes.beat(self._owner, LEASE_SECONDS):
            log.warning("Others took this process for dead, and its replies over: it did not answer in time.")
            self._let_go()
        self._beaten_at = began

    def _look(self) -> None:
        # Until this check succeeds: `look` raises if it does not.
        self.is_well = False
        self._store.look()
        self.is_well = True
        self._let_go()
        taken = self._store.processes.take_over(self._owner, LEASE_SECONDS)
        if taken:
            log.warning("A process has died: its %d running replies are closed as interrupted.", len(taken))
            self._took_over(len(taken))
        self._left += taken
        self._close_left()
        self._go_on()

    def _close_left(self) -> None:
        for _ in range(min(AT_ONCE, len(self._left))):
            try:
                interrupt(self._store, self._owner, self._left[0])
            except StoreError:
                raise  # the next check retries it
            except Exception:
                log.exception("A reply of a dead process cannot be closed.")
            self._left.popleft()
