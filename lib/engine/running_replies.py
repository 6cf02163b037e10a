"""The replies that this process runs, from their send until the store has them."""

import threading
import weakref
from datetime import datetime

from lib.engine.live import LiveTape
from lib.engine.running_reply import RunningReply


class RunningReplies:
    """The running replies by their ids. May be used from any thread."""

    def __init__(self) -> None:
        self._runs: dict[str, RunningReply] = {}
        self._unkept: weakref.WeakValueDictionary[str, LiveTape] = weakref.WeakValueDictionary()
        """Closed tapes that are never stored: they stay for as long as somebody holds them."""
        self._changing = threading.Lock()

    def __len__(self) -> int:
        return len(self._runs)

    def add(self, run: RunningReply) -> None:
        """Register a reply that begins."""
        with self._changing:
            self._runs[run.tape.reply_id] = run

    def get(self, reply_id: str) -> RunningReply | None:
        """The run of a reply; `None` if it is over."""
        return self._runs.get(reply_id)

    def all(self) -> list[RunningReply]:
        """Running replies, and ended ones that wait to be stored, in the order of their sends."""
        with self._changing:
            return list(self._runs.values())

    def tape(self, reply_id: str) -> LiveTape | None:
        """The tape of a reply that runs here, or that ran here and is never stored."""
        run = self._runs.get(reply_id)
        return run.tape if run else self._unkept.get(reply_id)

    def open_tapes(self) -> list[LiveTape]:
        """The tapes that still grow."""
        return [run.tape for run in self.all() if not run.tape.is_closed]

    def open_of(self, person_id: str) -> dict[str, datetime]:
        """When a person's replies began whose tapes still grow, by reply id."""
        runs = [run for run in self.all() if run.tape.person_id == person_id and not run.tape.is_closed]
        return {run.tape.reply_id: run.created_at for run in runs}

    def forget(self, tape: LiveTape, *, is_stored: bool = True) -> None:
        """Drop a reply that is over. If it is not stored, its tape can be found while its chat keeps it."""
        if not is_stored:
            self._unkept[tape.reply_id] = tape  # first: a concurrent lookup finds it here or there
        with self._changing:
            self._runs.pop(tape.reply_id, None)
