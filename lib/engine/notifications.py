"""Tells listeners that something about a topic changed; they look up what it is."""

import threading
from collections.abc import Callable

STORING = "storing"
"""The topic for whether messages can be stored."""
STOPPING = "stopping"
"""The topic for whether the process is about to stop."""
REPLACED = "replaced"
"""The topic for replies that another process has closed otherwise than this one saw them end."""
Listener = Callable[[], None]
"""Called on the notifying thread: it must be quick, and wake its own thread or loop."""


class Notifications:
    """Listeners by topic; a topic is an id, for example of a comparison. May be used from any thread."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = {}
        self._lock = threading.Lock()

    def listen(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` at each change; return a function that unsubscribes it."""
        with self._lock:
            self._listeners.setdefault(topic, []).append(listener)
        return lambda: self._leave(topic, listener)

    def tell(self, topic: str | None) -> None:
        """Notify the listeners of a topic; `None` is a topic without listeners."""
        with self._lock:
            listeners = tuple(self._listeners.get(topic, ())) if topic else ()
        # Outside the lock: a listener may subscribe to another topic, or unsubscribe.
        for listener in listeners:
            listener()

    def _leave(self, topic: str, listener: Listener) -> None:
        with self._lock:
            listeners = self._listeners.get(topic, [])
            if listener in listeners:
                listeners.remove(listener)
            if not listeners:
                self._listeners.pop(topic, None)
