"""Files that pages show or offer: which people each was put on a page for."""

import threading
from typing import Any

from cachetools import LRUCache
from streamlit.runtime import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.domain.people.identity import Identity
from lib.web.sign_in.identity import TABS

MOST_FILES = 50_000
"""How many files' owners are remembered: a forgotten one is shown again by the next run of its page."""


class OwnedFiles(MediaFileManager):
    """Streamlit gives a file to whoever knows its address; this one knows for whom it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not Streamlit's own list of a tab's files: each run of the page empties that first.
        self._people: LRUCache[str, set[str]] = LRUCache(MOST_FILES)
        self._noting = threading.Lock()

    def add(self, *args: Any, **kwargs: Any) -> str:
        """Add a file of the page that runs; return its address."""
        address = super().add(*args, **kwargs)
        context = get_script_run_ctx()
        self._note(address, context.session_id if context else "")
        return address

    def execute_deferred(self, file_id: str) -> str:
        """Make the file of a download button; return its address."""
        with self._lock:
            entry = self._deferred_callables.get(file_id)
        address = super().execute_deferred(file_id)
        self._note(address, entry["session_id"] if entry else "")
        return address

    def belongs(self, name: str, identity: Identity) -> bool:
        """Return whether the file of this name was put on a page of this person."""
        with self._noting:
            return identity.person_id in self._people.get(name, ())

    def _note(self, address: str, tab: str) -> None:
        if owner := TABS.owner(tab):
            with self._noting:
                self._people.setdefault(address.rpartition("/")[2], set()).add(owner.person_id)


def install() -> None:
    """Make Streamlit use this class. It has no option: it looks the class up in that module."""
    runtime.MediaFileManager = OwnedFiles  # type: ignore[attr-defined]
