"""Watches the store while the process lives: its file, and the replies of dead processes."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from lib.engine.recovery.recovery import interrupt
from lib.engine.recovery.storage_problems import StorageProblems
from lib.store import Store
from lib.store.database.errors import StoreError

BEAT_SECONDS = 2.0
"""The interval of the heartbeat, and of the checks of the other processes and of the file."""
SILENT_BEATS = 5
"""A process is dead if it is silent while another one beats this many times."""
LEASE_SECONDS = SILENT_BEATS * BEAT_SECONDS
"""After its last heartbeat a process is sure for so long that nobody takes it for dead."""
AT_ONCE = 20
"""How many replies are closed between two checks of the file."""

log = logging.getLogger(__name__)


class Watchdog:
    """Two threads: one sends the heartbeat and nothing else, so that no work delays it; the other checks."""

    def __init__(
        self, store: Store, owner: str, problems: StorageProblems, let_go: Callable[[], None]
    ) -> None:
        """First close the replies of processes that are known to be dead.

        `let_go` ends the replies that are this process's no more. It is called at each check, and on the
        heartbeat's thread if other processes considered this one dead.
        """
        self._store, self._owner, self._storage_problems = store, owner, problems
        self._let_go = let_go
        self._dead_processes = DeadProcesses(owner)
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
        if not self._store.processes.beat(self._owner):
            self._let_go()
        self._beaten_at = began

    def _look(self) -> None:
        # Until this check succeeds: `look` raises if it does not.
        self.is_well = False
        self._store.look()
        self.is_well = True
        self._let_go()
        beats = self._store.processes.beats()
        # With the beat that was counted: a process that has beaten since then is not taken over.
        for dead in self._dead_processes.after(beats):
            self._left += self._store.processes.take_over(dead, beats[dead], self._owner)
        self._close_left()

    def _close_left(self) -> None:
        for _ in range(min(AT_ONCE, len(self._left))):
            try:
                interrupt(self._store, self._owner, self._left[0])
            except StoreError:
                raise  # the next check retries it
            except Exception:
                log.exception("A reply of a dead process cannot be closed.")
            self._left.popleft()


class DeadProcesses:
    """Finds dead processes by counting its own beats, never by a clock.

    The clocks of two machines differ and jump. And while nobody can beat (the database is locked, the disk is
    full, the machine was asleep), nobody is considered dead: this process does not beat either.
    """

    def __init__(self, own: str) -> None:
        self._own = own
        self._last: Mapping[str, str | None] = {}
        self._silent: dict[str, int] = {}

    def after(self, beats: Mapping[str, str | None]) -> list[str]:
        """The processes that are dead, now that these are the last beats."""
        last, self._last = self._last, beats
        silent = [who for who in beats if who in last and beats[who] == last[who]]
        self._silent = {who: self._silent.get(who, 0) for who in silent}
        if self._own in silent:
            return []
        for who in silent:
            self._silent[who] += 1
        return [who for who in silent if self._silent[who] >= SILENT_BEATS]
