"""Stops that other processes ask for: each reply has one process that can stop it."""

import asyncio
import logging
from collections.abc import Callable

from lib.engine.loop import Loop
from lib.engine.running_replies import RunningReplies
from lib.engine.running_reply import RunningReply
from lib.store import Store
from lib.store.database.errors import StoreError

LOOK_SECONDS = 0.25
"""How often the store is asked while replies run here."""

log = logging.getLogger(__name__)


class RemoteStops:
    """Ends the replies of this process that somebody stops elsewhere."""

    def __init__(
        self,
        loop: Loop,
        store: Store,
        owner: str,
        runs: RunningReplies,
        stop: Callable[[RunningReply], None],
    ) -> None:
        self._store, self._owner, self._runs, self._stop = store, owner, runs, stop
        loop.submit(self._watch())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not self._runs.open_tapes():
                continue
            try:
                wanted = await asyncio.to_thread(self._store.replies.wanted_stops, self._owner)
            except StoreError as error:
                log.info("Whether a reply is to stop could not be read; it is tried again: %s", error)
                continue
            for run in filter(None, map(self._runs.get, wanted)):
                self._stop(run)
