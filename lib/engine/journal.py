"""Writes tapes to the store from one thread, in batches."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.reply.ledger import LedgerRow
from lib.engine.live import LiveTape
from lib.engine.recovery.storage_problems import StorageProblems
from lib.i18n.translation import Lazy, lazy
from lib.store import Store
from lib.store.database.errors import NotYoursError, StillRunningError, StoreError
from lib.store.people.permissions import NotPermittedError
from lib.store.replies import Begun, Closing, Entry

BATCH_SECONDS = 0.25
"""How long received text may be in memory only."""
RETRY_SECONDS = 1.0
"""How long to wait after a failed write."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A send: the conversation before it, and the messages that it added."""

    conversation: Conversation
    added: Sequence[Message]
    begun: Begun


@dataclass(slots=True)
class _Track:
    """A tape on its way into the store."""

    tape: LiveTape
    beginning: Beginning | None = None
    """The send, if it must be stored first."""
    written: int = 0
    row: LedgerRow | None = None
    """Set when the tape has closed."""

    def is_written(self, length: int) -> bool:
        """Whether the send, the first `length` events and the close, if any, are all in the store."""
        return not self.beginning and self.written >= length and not self.row


class Journal:
    """One writer for all tapes of the process: every `BATCH_SECONDS`, and at once when a tape closes."""

    def __init__(
        self,
        store: Store,
        owner: str,
        problems: StorageProblems,
        on_stored: Callable[[LiveTape], None],
        *,
        on_replaced: Callable[[LiveTape], None] | None = None,
        on_written: Callable[[float], None] | None = None,
    ) -> None:
        """`on_stored` is called on the journal's thread when a closed tape is in the store, `on_replaced`
        thereafter if what is there is another process's end of the reply. `on_written` is called after each
        write, with the seconds that it took."""
        self._on_replaced, self._on_written = on_replaced, on_written
        self._store, self._owner, self._storage_problems, self._on_stored = store, owner, problems, on_stored
        self._tracks: dict[str, _Track] = {}
        self._dirty: set[str] = set()
        self._changed = threading.Condition()
        self._is_urgent = self._is_ending = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def begin(self, tape: LiveTape, beginning: Beginning) -> datetime | None:
        """Store a send before its reply runs; return when the conversation last changed.

        Return `None` if this send id was stored before. A failed write is retried until it succeeds, and no
        limit counts meanwhile. Raises `LimitReached`, `NotPermittedError`, `NotYoursError` and
        `StillRunningError`.
        """
        if not self.is_behind():  # to keep the order of the sends, and not to wait for a lock each time
            try:
                return self._store.replies.begin(beginning.conversation, beginning.added, beginning.begun)
            except (NotPermittedError, NotYoursError, StillRunningError):
                raise
            except StoreError as error:
                self._storage_problems.tell("journal", error.sentence)
        with self._changed:
            self._tracks[tape.reply_id] = _Track(tape, beginning)
            self._dirty.add(tape.reply_id)
            self._changed.notify_all()
        return beginning.conversation.updated_at

    def is_behind(self) -> bool:
        """Whether a send waits to be stored."""
        return bool(self.behind())

    def behind(self) -> list[LiveTape]:
        """The tapes whose sends wait to be stored."""
        with self._changed:
            return [track.tape for track in self._tracks.values() if track.beginning]

    def unstored(self) -> list[str]:
        """The ids of the replies whose current state is not stored, in the order of their sends."""
        with self._changed:
            tracks = list(self._tracks.items())
        return [id_ for id_, track in tracks if not track.is_written(len(track.tape.events))]

    def touch(self, tape: LiveTape) -> None:
        """Write the tape's new events with the next batch; a closed tape is left to `close`."""
        with self._changed:
            if tape.is_closed:
                return  # it may be stored already: a new track would write it again
            self._tracks.setdefault(tape.reply_id, _Track(tape))
            if not self._dirty:
                self._changed.notify_all()  # only for the first, which starts the batch's time
            self._dirty.add(tape.reply_id)

    def close(self, tape: LiveTape, row: LedgerRow) -> None:
        """Write the rest of an ended tape, its fold and its ledger row without delay."""
        with self._changed:
            self._tracks.setdefault(tape.reply_id, _Track(tape)).row = row
            self._dirty.add(tape.reply_id)
            self._hurry()

    def flush(self, timeout: float) -> bool:
        """Wait until everything handed over before is written; return whether it is."""
        with self._changed:
            self._hurry()
            # Their lengths now: a reply that keeps streaming would make this wait forever.
            lengths = {key: len(self._tracks[key].tape.events) for key in self._dirty}
            return self._changed.wait_for(lambda: self._has_written(lengths), timeout)

    def stop(self, timeout: float) -> None:
        """Write what is left, if that takes no longer than `timeout` seconds, and end the thread."""
        self.flush(timeout)
        with self._changed:
            self._is_ending = True
            self._hurry()
        self._thread.join(timeout)

    def _has_written(self, lengths: dict[str, int]) -> bool:
        tracks = ((self._tracks.get(key), length) for key, length in lengths.items())
        return all(track is None or track.is_written(length) for track, length in tracks)

    def _hurry(self) -> None:
        self._is_urgent = True
        self._changed.notify_all()

    def _run(self) -> None:
        while not self._is_ending:
            tracks = self._wait_for_work()
            try:
                self._write(tracks)
                self._storage_problems.tell("journal", None)
            except StoreError as error:
                self._wait_after(error.sentence)
            except Exception:  # whatever it is, the other tapes must still be written
                log.exception("The journal is tried again.")
                self._wait_after(lazy("The journal cannot be written."))

    def _wait_after(self, problem: str | Lazy) -> None:
        self._storage_problems.tell("journal", problem)
        time.sleep(RETRY_SECONDS)

    def _wait_for_work(self) -> list[_Track]:
        with self._changed:
            self._changed.wait_for(lambda: self._dirty or self._is_urgent)
            if self._dirty:
                self._changed.wait_for(lambda: self._is_urgent, BATCH_SECONDS)
            self._is_urgent = False
            # Tracks stay dirty until they are written (`_settle`): a failed
            # write is retried with all of them.
            return [self._tracks[reply_id] for reply_id in self._dirty]

    def _write(self, tracks: list[_Track]) -> None:
        self._store_beginnings()
        # Closed ones first: a tape that closes after this line is written here as an open one.
        closings = {track.tape.reply_id: track.row for track in tracks if track.row}
        lengths = {track.tape.reply_id: len(track.tape.events) for track in tracks}
        entries = [
            Entry(track.tape.reply_id, track.written, track.tape.events[track.written : length])
            for track in tracks
            if (length := lengths[track.tape.reply_id]) > track.written
        ]
        ended = [(self._tracks[key].tape, row) for key, row in closings.items()]
        replies = [Closing(tape.reply(), tape.person_id, row) for tape, row in ended]
        replaced: set[str] = set()
        if entries or replies:
            began = time.monotonic()
            replaced = self._store.replies.journal(self._owner, entries, replies)
            if self._on_written:
                self._on_written(time.monotonic() - began)
            with suppress(StoreError):  # who follows looks by himself, only later
                self._store.notify()
        self._settle(lengths, set(closings))
        # Last: from here on, pages read this reply from the store, so the store must have all of it.
        for track in tracks:
            if track.tape.reply_id in closings:
                self._on_stored(track.tape)
                if self._on_replaced and track.tape.reply_id in replaced:
                    self._on_replaced(track.tape)

    def _store_beginnings(self) -> None:
        with self._changed:
            waiting = [track for track in self._tracks.values() if track.beginning]
        for track in waiting:
            if late := track.beginning:
                # Its reply runs already: a limit would come too late. What has gone to somebody else in the
                # meantime is not stored at all.
                with suppress(NotYoursError):
                    self._store.replies.begin(late.conversation, late.added, late.begun, is_limited=False)
                track.beginning = None

    def _settle(self, lengths: dict[str, int], closed: set[str]) -> None:
        """Mark what was written as clean, unless more events have come in the meantime."""
        with self._changed:
            for reply_id, length in lengths.items():
                track = self._tracks[reply_id]
                track.written = length
                if reply_id in closed:
                    del self._tracks[reply_id]
                if reply_id in closed or (track.row is None and length == len(track.tape.events)):
                    self._dirty.discard(reply_id)
            self._changed.notify_all()
