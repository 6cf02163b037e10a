"""The identity in the headers of a request, and which tab belongs to whom."""

import threading
from collections.abc import Iterable

from cachetools import LRUCache

from lib.domain.people.identity import HEADER, Identity

MOST_TABS = 20_000
"""How many tabs are remembered: a forgotten one starts afresh when it reconnects."""


def with_identity(headers: Iterable[tuple[bytes, bytes]], ours: str = "") -> list[tuple[bytes, bytes]]:
    """Return the headers with ours in place of any identity that the client claims."""
    # Proxies and frameworks differ in whether `_` is read as `-`: both are thrown away.
    claimed = HEADER.encode()
    kept = [(name, value) for name, value in headers if name.lower().replace(b"_", b"-") != claimed]
    return [*kept, (claimed, ours.encode("latin-1", "replace"))] if ours else kept


class Tabs:
    """Which identity each tab, a session of Streamlit, belongs to. May be used from any thread."""

    def __init__(self) -> None:
        self._owners: LRUCache[str, Identity] = LRUCache(MOST_TABS)
        self._ended: LRUCache[Identity, None] = LRUCache(MOST_TABS)
        self._lock = threading.Lock()  # also to read: a cache that is read notes what was used last

    def claim(self, session_id: str, identity: Identity) -> None:
        """Note whose tab this is: the first to say so."""
        with self._lock:
            self._owners.setdefault(session_id, identity)

    def belongs(self, session_id: str, identity: Identity) -> bool:
        """Return whether this identity may go on with a tab. A tab that never ran a page has no state."""
        with self._lock:
            return self._owners.get(session_id) == identity

    def owner(self, session_id: str) -> Identity | None:
        """Return whose a tab is; `None` where nobody signs in."""
        with self._lock:
            return self._owners.get(session_id)

    def of(self, identity: Identity) -> list[str]:
        """Return the tabs of one browser."""
        with self._lock:
            return [tab for tab, owner in self._owners.items() if owner == identity]

    def let_in(self, identity: Identity) -> None:
        """Note that an identity is valid: where a proxy signs people in, it may have ended before."""
        with self._lock:
            self._ended.pop(identity, None)

    def end(self, identity: Identity) -> None:
        """Note that an identity's sign-in has ended, while its pages are still open."""
        with self._lock:
            self._ended[identity] = None

    def is_ended(self, identity: Identity) -> bool:
        """Return whether a page's sign-in has ended."""
        with self._lock:
            return identity in self._ended


TABS = Tabs()
