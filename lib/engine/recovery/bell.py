"""Wakes the processes that follow what another one has just written.

It carries nothing: who is woken reads what is new. So one that is lost costs a quarter of a second, no word.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress

from lib.store import Store
from lib.store.database.errors import StoreError

AGAIN_SECONDS = 1.0
"""How long to wait after the connection to the bell was lost."""
Rung = Callable[[float], Awaitable[None]]
"""Waits for the next ring, so many seconds at most."""

log = logging.getLogger(__name__)


class Bell:
    """Listens to `Store.notify`. SQLite has no bell: its processes only look."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def listen(self) -> Rung:
        """Listen from now on, on a thread of its own; to be called on an event loop."""
        loop, event = asyncio.get_running_loop(), asyncio.Event()

        def rings() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(event.set)

        async def rung(seconds: float) -> None:
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), seconds)
            event.clear()

        if self._store.has_bell:
            self._thread = threading.Thread(target=self._listen, args=(rings,), name="bell", daemon=True)
            self._thread.start()
        return rung

    def close(self) -> None:
        """Listen no more."""
        self._ending.set()
        if self._thread:
            with suppress(StoreError):
                self._store.notify()  # so that the thread looks whether to end
            self._thread.join(AGAIN_SECONDS)

    def _listen(self, rings: Callable[[], None]) -> None:
        told = ""
        while not self._ending.is_set():
            try:
                self._store.listen(rings, self._ending)
            except StoreError as error:
                if str(error) != told:  # not each second
                    told = str(error)
                    log.warning("Other processes cannot wake this one, which looks by itself: %s", error)
            self._ending.wait(AGAIN_SECONDS)
