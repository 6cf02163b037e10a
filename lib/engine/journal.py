"""Writes tapes to the store from one thread, in batches."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from lib.chat.ledger import LedgerRow
from lib.engine.live import LiveTape
from lib.store import Store
from lib.store.database import StoreError
from lib.store.replies import Closing, Entry

BATCH_SECONDS = 0.25
"""How long received text may be in memory only."""
RETRY_SECONDS = 1.0
"""How long to wait after a write that failed."""
HEARTBEAT_SECONDS = 5.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Track:
    """A tape on its way into the store."""

    tape: LiveTape
    written: int = 0
    row: LedgerRow | None = None
    """Set when the tape has closed."""


class Journal:
    """One writer for all tapes of the process: a batch every `BATCH_SECONDS`, at once when a tape closes."""

    def __init__(self, store: Store, owner: str, on_stored: Callable[[LiveTape], None]) -> None:
        """`on_stored` is called, on the journal's thread, when a closed tape is in the store."""
        self._store, self._owner, self._on_stored = store, owner, on_stored
        self._tracks: dict[str, _Track] = {}
        self._dirty: set[str] = set()
        self._changed = threading.Condition()
        self._is_urgent = self._is_ending = False
        self.problem: str | None = None
        """Why the last write failed, in one sentence; `None` when it did not."""
        self._beat_at = time.monotonic()
        store.replies.beat(owner)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def touch(self, tape: LiveTape) -> None:
        """The tape has new events: they will be written with the next batch. A closed one is `close`'s."""
        with self._changed:
            if tape.is_closed:
                return  # perhaps it is stored already: a new track would write it once more
            self._tracks.setdefault(tape.reply_id, _Track(tape))
            if not self._dirty:
                self._changed.notify_all()  # only then: the batch's time has begun for all that follow
            self._dirty.add(tape.reply_id)

    def close(self, tape: LiveTape, row: LedgerRow) -> None:
        """The tape has ended: write the rest of it, its fold and its ledger row without delay."""
        with self._changed:
            self._tracks.setdefault(tape.reply_id, _Track(tape)).row = row
            self._dirty.add(tape.reply_id)
            self._hurry()

    def flush(self, timeout: float) -> bool:
        """Wait until all that was handed over before is written; says whether it is."""
        with self._changed:
            self._hurry()
            lengths = {key: len(self._tracks[key].tape.events) for key in self._dirty}
            return self._changed.wait_for(lambda: self._has_written(lengths), timeout)

    def stop(self, timeout: float = 10.0) -> None:
        """Write what is left and end the thread."""
        self.flush(timeout)
        with self._changed:
            self._is_ending = True
            self._hurry()
        self._thread.join(timeout)

    def _has_written(self, lengths: dict[str, int]) -> bool:
        tracks = ((self._tracks.get(key), length) for key, length in lengths.items())
        return all(track is None or (track.written >= length and not track.row) for track, length in tracks)

    def _hurry(self) -> None:
        self._is_urgent = True
        self._changed.notify_all()

    def _run(self) -> None:
        while not self._is_ending:
            tracks = self._wait_for_work()
            try:
                self._write(tracks)
                self.problem = None
            except StoreError as error:
                self._wait_after(error, str(error))
            except Exception as error:  # whatever it is, the tapes of all others must still be written
                self._wait_after(error, "The journal cannot be written.")

    def _wait_after(self, error: Exception, problem: str) -> None:
        log.error("The journal is tried again: %s", problem, exc_info=error)
        self.problem = problem
        time.sleep(RETRY_SECONDS)

    def _wait_for_work(self) -> list[_Track]:
        with self._changed:
            self._changed.wait_for(lambda: self._dirty or self._is_urgent, HEARTBEAT_SECONDS)
            if self._dirty:
                self._changed.wait_for(lambda: self._is_urgent, BATCH_SECONDS)
            self._is_urgent = False
            return [self._tracks[reply_id] for reply_id in self._dirty]

    def _write(self, tracks: list[_Track]) -> None:
        # Closed ones first: a tape that closes after this line is still written to here as an open one.
        closings = {track.tape.reply_id: track.row for track in tracks if track.row}
        lengths = {track.tape.reply_id: len(track.tape.events) for track in tracks}
        entries = [
            Entry(track.tape.reply_id, track.written, track.tape.events[track.written : length])
            for track in tracks
            if (length := lengths[track.tape.reply_id]) > track.written
        ]
        replies = [Closing(self._tracks[key].tape.reply(), row) for key, row in closings.items()]
        if entries or replies:
            self._store.replies.journal(entries, replies)
        self._settle(lengths, set(closings))
        for track in tracks:
            if track.tape.reply_id in closings:
                self._on_stored(track.tape)
        self._beat()  # last: when it fails, what was written must not be written again

    def _beat(self) -> None:
        if time.monotonic() - self._beat_at >= HEARTBEAT_SECONDS:
            self._store.replies.beat(self._owner)
            self._beat_at = time.monotonic()

    def _settle(self, lengths: dict[str, int], closed: set[str]) -> None:
        """What was written is clean, unless more came meanwhile."""
        with self._changed:
            for reply_id, length in lengths.items():
                track = self._tracks[reply_id]
                track.written = length
                if reply_id in closed:
                    del self._tracks[reply_id]
                if reply_id in closed or (track.row is None and length == len(track.tape.events)):
                    self._dirty.discard(reply_id)
            self._changed.notify_all()
