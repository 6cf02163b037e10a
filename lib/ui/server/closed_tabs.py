"""Sessions whose tab is gone: kept for a while, for a lost connection may come back, and then ended."""

import asyncio

from streamlit.runtime import memory_session_storage
from streamlit.runtime.session_manager import SessionInfo, SessionStorage

MOST_KEPT = 128
"""Sessions; beyond it the one whose tab went first is ended early."""


class ClosedTabs(SessionStorage):
    """Ends each session when its time is up, and with it what it holds: uploads, pictures, a visitor's key.

    Streamlit's own looks at the time only when another tab comes or goes: the last one stays for ever. It
    belongs to the server's loop.
    """

    def __init__(self, ttl_seconds: float) -> None:
        self._seconds = ttl_seconds
        self._kept: dict[str, tuple[SessionInfo, asyncio.TimerHandle]] = {}

    def get(self, session_id: str) -> SessionInfo | None:
        """The session, while it may come back."""
        kept = self._kept.get(session_id)
        return kept[0] if kept else None

    def save(self, session_info: SessionInfo) -> None:
        """Keep a session whose connection is gone."""
        id_ = session_info.session.id
        self.delete(id_)
        # A timer each: nothing has to come or go for it to be up.
        timer = asyncio.get_running_loop().call_later(self._seconds, self._end, id_)
        self._kept[id_] = session_info, timer
        if len(self._kept) > MOST_KEPT:
            self._end(next(iter(self._kept)))

    def delete(self, session_id: str) -> None:
        """Forget a session: it came back, or somebody else ends it."""
        if kept := self._kept.pop(session_id, None):
            kept[1].cancel()

    def list(self) -> list[SessionInfo]:
        """All that are kept."""
        return [info for info, _ in tuple(self._kept.values())]

    def _end(self, session_id: str) -> None:
        info, timer = self._kept.pop(session_id)
        timer.cancel()
        info.session.shutdown()
        info.session.session_state.clear()  # the runtime may go on holding the last session that it served


def install() -> None:
    """Have Streamlit make its runtime with these. It looks its class up there, and has no option."""
    memory_session_storage.MemorySessionStorage = ClosedTabs  # type: ignore[assignment, misc]
