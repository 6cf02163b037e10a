"""Replies that another process runs, followed through their journal in the store."""

import asyncio
import logging
import threading
import weakref
from collections.abc import Sequence

from lib.domain.reply.tape import Interrupted
from lib.engine.live import LiveTape
from lib.engine.loop import Loop
from lib.engine.recovery.bell import Bell
from lib.store import Store
from lib.store.database.errors import StoreError

LOOK_SECONDS = 0.25
"""How often the store is asked; the other process writes as often."""
PAUSE_SECONDS = 0.05
"""How long it is left alone, however many bells ring."""

log = logging.getLogger(__name__)


class RemoteTapes:
    """Tapes that other processes journal: all that somebody holds are read on with one query.

    The query after `LOOK_SECONDS` is what is right; the bell, where there is one, is what is quick.
    """

    def __init__(self, loop: Loop, store: Store, owner: str) -> None:
        self._store, self._owner, self._bell = store, owner, Bell(store)
        # Weak references: following ends when no page holds the tape any more.
        self._tapes: weakref.WeakValueDictionary[str, LiveTape] = weakref.WeakValueDictionary()
        self._changing = threading.Lock()
        loop.submit(self._follow())

    def open_count(self) -> int:
        """How many somebody here follows."""
        return len(self._open())

    def tape(self, reply_id: str, *, is_ended_too: bool = False) -> LiveTape | None:
        """The tape of a reply that runs elsewhere, or ended there, as far as it is stored.

        Raises `StoreError`.
        """
        with self._changing:
            if (known := self._tapes.get(reply_id)) and not known.is_closed:
                return known
            found = self._store.replies.running([reply_id], is_ended_too=is_ended_too)
            if not found or found[0].owner == self._owner:
                return None
            of = found[0]
            tape = LiveTape(reply_id, of.conversation_id, of.person_id, is_remote=True)
            tape.append(self._store.replies.tape(reply_id))
            self._tapes[reply_id] = tape
            return tape

    def stop(self) -> None:
        """Listen to the bell no more; the loop has ended the rest."""
        self._bell.close()

    async def _follow(self) -> None:
        rung = self._bell.listen()
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            await rung(LOOK_SECONDS - PAUSE_SECONDS)
            if not self._tapes:
                continue  # mostly: nobody here follows another process
            try:
                await asyncio.to_thread(self._read_on)
            except StoreError as error:
                log.info("Reading replies of other processes failed; it is tried again: %s", error)
            except Exception:
                log.exception("Reading replies of other processes failed; it is tried again.")

    def _read_on(self) -> None:
        if tapes := self._open():
            _read_on(self._store, tapes)

    def _open(self) -> list[LiveTape]:
        with self._changing:
            return [tape for tape in self._tapes.values() if not tape.is_closed]


def _read_on(store: Store, tapes: Sequence[LiveTape]) -> None:
    ids = [tape.reply_id for tape in tapes]
    running = {each.reply_id for each in store.replies.running(ids)}  # first: then nothing is missed
    found = store.replies.tapes({tape.reply_id: len(tape.events) for tape in tapes})
    for tape in tapes:
        tape.append(found.get(tape.reply_id, []))
        if tape.reply_id not in running and not tape.is_closed:
            # Its conversation was deleted, or its end cannot be read.
            tape.append([Interrupted(tape.events[-1].at_ms if tape.events else 0.0)])
