"""Answers of the database that every run of a page needs, kept for some seconds."""

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from cachetools import TTLCache

FRESH_SECONDS = 10.0
"""How long to cache an answer that every run of a page needs: another process may change it."""
REMEMBERED = 1024
"""How many answers are cached: one for each person and server."""

Answer = TypeVar("Answer")


class Remembered:
    """Answers that every run of a page needs, kept for `FRESH_SECONDS`, by person and question."""

    def __init__(self) -> None:
        self.answers: TTLCache[Hashable, Any] = TTLCache(REMEMBERED, FRESH_SECONDS)
        self.lock = threading.Lock()
        self.changes = 0
        """An answer read during a change may be outdated: it is kept under the number from before."""

    def answer(self, question: Hashable, ask: Callable[[], Answer]) -> Answer:
        """The answer as it is remembered, else as `ask` finds it."""
        with self.lock:
            key = question, self.changes
            if (known := self.answers.get(key)) is not None:
                remembered: Answer = known
                return remembered
        found = ask()
        with self.lock:
            self.answers[key] = found
        return found

    def forget(self) -> None:
        """Ask again: something has changed."""
        with self.lock:
            self.changes += 1
