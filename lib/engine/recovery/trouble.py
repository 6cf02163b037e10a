"""What keeps words from being stored now: told once, in the log and to all who listen."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Trouble:
    """Collects what several threads find wrong; most find the same thing, again and again."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        """`on_change` is called, on the thread that brings it, when there is another sentence, or none."""
        self._on_change = on_change
        self._found: dict[str, str] = {}
        self._changing = threading.Lock()
        self.sentence: str | None = None
        """What is wrong, and what can be done; `None` while all is well."""

    def tell(self, who: str, sentence: str | None) -> None:
        """What `who` finds wrong now; `None` takes back what it found before."""
        with self._changing:
            if sentence:
                self._found[who] = sentence
            else:
                self._found.pop(who, None)
            if self.sentence in self._found.values() or (not self.sentence and not self._found):
                return
            self.sentence = next(iter(self._found.values()), None)
            if self.sentence:
                log.error("What is said now is in memory only. %s", self.sentence)
            else:
                log.warning("All that was said is stored again.")
        self._on_change()
