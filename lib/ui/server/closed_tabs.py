"""Sessions whose tab has disconnected: kept for a while in case it reconnects, and then ended."""

import asyncio

from streamlit.runtime import memory_session_storage
from streamlit.runtime.session_manager import SessionInfo, SessionStorage

MOST_KEPT = 128
"""Sessions; beyond this the one that disconnected first is ended early."""


class ClosedTabs(SessionStorage):
    """Ends each session when its time is up, and frees what it holds: uploads, images, a visitor's key.

    Streamlit's own storage checks the time only when another tab connects or disconnects, so the last session
    stays for ever. For the server's loop only.
    """

    def __init__(self, ttl_seconds: float) -> None:
        self._seconds = ttl_seconds
        self._kept: dict[str, tuple[SessionInfo, asyncio.TimerHandle]] = {}

    def get(self, session_id: str) -> SessionInfo | None:
        """Return the session, if it may still come back."""
        kept = self._kept.get(session_id)
        return kept[0] if kept else None

    def save(self, session_info: SessionInfo) -> None:
        """Keep a session whose tab has disconnected."""
        id_ = session_info.session.id
        self.delete(id_)
        # One timer each: it fires without any other tab.
        timer = asyncio.get_running_loop().call_later(self._seconds, self._end, id_)
        self._kept[id_] = session_info, timer
        if len(self._kept) > MOST_KEPT:
            self._end(next(iter(self._kept)))

    def delete(self, session_id: str) -> None:
        """Forget a session: it has reconnected, or it is ended elsewhere."""
        if kept := self._kept.pop(session_id, None):
            kept[1].cancel()

    def list(self) -> list[SessionInfo]:
        """Return all kept sessions."""
        return [info for info, _ in tuple(self._kept.values())]

    def _end(self, session_id: str) -> None:
        info, timer = self._kept.pop(session_id)
        timer.cancel()
        info.session.shutdown()
        info.session.session_state.clear()  # the runtime may keep the last session that it served


def install() -> None:
    """Make Streamlit use this class. It has no option: it looks the class up in that module."""
    memory_session_storage.MemorySessionStorage = ClosedTabs  # type: ignore[assignment, misc]
