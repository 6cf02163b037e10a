"""Deletes what is too old: at the start, and every hour while the process lives."""

import logging
import threading
from datetime import UTC, datetime, timedelta

from lib.domain.people.audit import SYSTEM
from lib.domain.people.people import Lifetime
from lib.files.folder import Files
from lib.store import Store
from lib.store.database.errors import StoreError

EVERY_SECONDS = 3600.0

log = logging.getLogger(__name__)


class Retention:
    """Empties the bin, ends old sign-ins, and deletes old chats and everything of who has left.

    Several processes may do this at the same time.
    """

    def __init__(
        self,
        store: Store,
        files: Files | None,
        *,
        lifetime: Lifetime,
        keep: timedelta | None,
        keep_after_leaving: timedelta | None,
    ) -> None:
        """Chats are deleted `keep` after their last change, people `keep_after_leaving` after they were
        disabled; `None` keeps them for ever. Without `files`, no file is deleted."""
        self._store, self._files, self._lifetime = store, files, lifetime
        self._keep, self._keep_after_leaving = keep, keep_after_leaving
        self._ending = threading.Event()

    def start(self) -> None:
        """Do it every hour from now on, on a thread of its own."""
        threading.Thread(target=self._repeat, name="retention", daemon=True).start()

    def stop(self) -> None:
        """Do it no more."""
        self._ending.set()

    def run(self, now: datetime) -> None:
        """Delete what is too old. Raises `StoreError`."""
        store = self._store
        store.bin.purge_old()
        store.retention.purge_deleted(now)
        store.sign_ins.purge_old(now, self._lifetime)
        if self._keep:
            store.retention.purge_old(_before(now, self._keep))
        if self._keep_after_leaving:
            for person_id in store.retention.left(_before(now, self._keep_after_leaving)):
                store.ownership.remove(person_id, SYSTEM)
        store.ownership.remove_late(now)
        if self._files:  # last, when it is known which files are still in use
            self._files.sweep(store.attachments.ids() | store.deck_images.ids())

    def _repeat(self) -> None:
        while not self._ending.wait(EVERY_SECONDS):
            try:
                self.run(datetime.now(UTC))
            except StoreError as error:
                log.warning("Expired data was not deleted now. %s", error)
            except Exception:  # the next try may succeed
                log.exception("Expired data was not deleted now.")


def _before(now: datetime, kept: timedelta) -> datetime:
    """When something last changed that has been kept for long enough."""
    return now - min(kept, now - datetime.min.replace(tzinfo=UTC))
