"""Tells those who listen that something about a topic has changed; what it is they look up themselves."""

import threading
from collections.abc import Callable

STORING = "storing"
"""The topic of whether what is said can be stored."""
Listener = Callable[[], None]
"""Called on the thread that notifies: it must be quick, and wake its own thread or loop."""


class Notifications:
    """Topics are ids, of comparisons for instance. May be used from any thread."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = {}
        self._lock = threading.Lock()

    def listen(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` at each change; returns what ends that."""
        with self._lock:
            self._listeners.setdefault(topic, []).append(listener)
        return lambda: self._leave(topic, listener)

    def tell(self, topic: str | None) -> None:
        """Something about the topic has changed; `None` is a topic that nobody listens to."""
        with self._lock:
            listeners = tuple(self._listeners.get(topic, ())) if topic else ()
        # Outside the lock: a listener may listen to something else, or leave.
        for listener in listeners:
            listener()

    def _leave(self, topic: str, listener: Listener) -> None:
        with self._lock:
            listeners = self._listeners.get(topic, [])
            if listener in listeners:
                listeners.remove(listener)
            if not listeners:
                self._listeners.pop(topic, None)
