"""Replies that another process runs, followed through their journal in the store."""

import asyncio
import logging
import threading
import weakref

from lib.domain.reply.tape import Interrupted
from lib.engine.live import LiveTape
from lib.engine.loop import Loop
from lib.store import Store
from lib.store.database.errors import StoreError

LOOK_SECONDS = 0.5
"""How often the store is polled; the other process writes twice as often."""

log = logging.getLogger(__name__)


class RemoteTapes:
    """Tapes that another process journals; each is polled for as long as somebody holds it."""

    def __init__(self, loop: Loop, store: Store, owner: str) -> None:
        self._loop, self._store, self._owner = loop, store, owner
        self._tapes: weakref.WeakValueDictionary[str, LiveTape] = weakref.WeakValueDictionary()
        self._changing = threading.Lock()

    def tape(self, reply_id: str) -> LiveTape | None:
        """The tape of a reply that runs elsewhere, as far as it is stored. Raises `StoreError`."""
        with self._changing:
            if (known := self._tapes.get(reply_id)) and not known.is_closed:
                return known
            running = self._store.replies.running([reply_id])
            if not running or running[0].owner == self._owner:
                return None
            of = running[0]
            tape = LiveTape(reply_id, of.conversation_id, of.person_id, is_remote=True)
            tape.append(self._store.replies.tape(reply_id))
            self._tapes[reply_id] = tape
        # A weak reference: following ends when no page holds the tape any more.
        self._loop.submit(self._follow(weakref.ref(tape)))
        return tape

    async def _follow(self, wanted: "weakref.ref[LiveTape]") -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            tape = wanted()
            if tape is None or tape.is_closed:
                return
            try:
                await asyncio.to_thread(self._read_on, tape)
            except StoreError as error:
                log.info("Reading a reply of another process failed; it is tried again: %s", error)
            del tape  # only the pages that draw it may keep it alive

    def _read_on(self, tape: LiveTape) -> None:
        is_running = bool(self._store.replies.running([tape.reply_id]))  # first: then nothing is missed
        tape.append(self._store.replies.tape(tape.reply_id, start=len(tape.events)))
        if not is_running and not tape.is_closed:  # its conversation was deleted, or its end cannot be read
            tape.append([Interrupted(tape.events[-1].at_ms if tape.events else 0.0)])
