"""Answers of a moment ago, for what every run of a page asks."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

FRESH_SECONDS = 10.0
"""How long answers are remembered: another process may change what they are about."""

K = TypeVar("K")
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Remembers what `read` answered for each key; who changes what it reads calls `forget`."""

    def __init__(self, read: Callable[[K], V]) -> None:
        self._read = read
        self._known: dict[K, tuple[float, V]] = {}
        self._forgotten = 0
        self._changing = threading.Lock()

    def get(self, key: K) -> V:
        """The answer, read anew when it is older than `FRESH_SECONDS`."""
        forgotten = self._forgotten
        known = self._known.get(key)
        if known and time.monotonic() - known[0] <= FRESH_SECONDS:
            return known[1]
        value = self._read(key)
        with self._changing:
            if forgotten == self._forgotten:  # what was read while it changed may be the old answer
                self._known[key] = time.monotonic(), value
        return value

    def forget(self, key: K) -> None:
        with self._changing:
            self._forgotten += 1
            self._known.pop(key, None)
