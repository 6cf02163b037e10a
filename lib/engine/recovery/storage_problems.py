"""What keeps messages from being stored now: reported once, in the log and to all listeners."""

import logging
import threading
from collections.abc import Callable

from lib.i18n.translation import Lazy

log = logging.getLogger(__name__)


class StorageProblems:
    """Collects the problems that several threads find; most find the same one again and again."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        """`on_change` is called when the sentence changes, on the thread that caused it."""
        self._on_change = on_change
        self._found: dict[str, str | Lazy] = {}
        self._changing = threading.Lock()
        self.sentence: str | Lazy | None = None
        """What is wrong and what to do about it; `None` if all is well."""

    def tell(self, who: str, sentence: str | Lazy | None) -> None:
        """Record what `who` finds wrong now; `None` withdraws what it found before."""
        with self._changing:
            if sentence:
                self._found[who] = sentence
            else:
                self._found.pop(who, None)
            if self.sentence in self._found.values() or (not self.sentence and not self._found):
                return
            self.sentence = next(iter(self._found.values()), None)
            if self.sentence:
                log.error("New messages are kept in memory only. %s", self.sentence)
            else:
                log.warning("Messages are stored again.")
        self._on_change()
