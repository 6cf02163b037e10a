"""Finds the tape of a reply, whichever process runs it, for the person to whom it belongs."""

from cachetools import TTLCache

from lib.engine.live import LiveTape
from lib.engine.notifications import REPLACED, Notifications
from lib.engine.playback.synchronized import SynchronizedTapes
from lib.engine.recovery.remote_tapes import RemoteTapes
from lib.engine.running_replies import RunningReplies
from lib.store import Store
from lib.store.database.errors import StoreError

MOST_REPLACED, REPLACED_SECONDS = 1000, 60.0
"""How many replies are known to be replaced, and for how long: pages are drawn anew at once."""


class Following:
    """May be used from any thread."""

    def __init__(
        self,
        runs: RunningReplies,
        synchronized: SynchronizedTapes,
        remote: RemoteTapes | None,
        store: Store | None,
        owner: str,
        notifications: Notifications,
    ) -> None:
        """`remote` has the tapes of other processes; without it, or without a store, there are none."""
        self._runs, self._synchronized, self._remote = runs, synchronized, remote
        self._store, self._owner, self._notifications = store, owner, notifications
        # Only the journal's thread writes to it.
        self._replaced: TTLCache[tuple[str, str], bool] = TTLCache(MOST_REPLACED, REPLACED_SECONDS)

    def tape(self, person_id: str, reply_id: str) -> LiveTape | None:
        """As `Engine.follow`."""
        # The synchronized copy first: the raw tape would reveal how fast the model is.
        here = self._synchronized.tape(reply_id) or self._runs.tape(reply_id)
        try:
            found = here or self._elsewhere(reply_id)
        except StoreError:
            return None
        return found if found and found.person_id == person_id else None

    def _elsewhere(self, reply_id: str) -> LiveTape | None:
        """The tape of a reply that another process runs. Raises `StoreError`."""
        if not self._remote or not self._store:
            return None
        if round_ := self._store.replies.blind_round(reply_id, self._owner):
            tapes = [self._runs.tape(each) or self._remote.tape(each, is_ended_too=True) for each in round_]
            self._synchronized.follow([tape for tape in tapes if tape])
            return self._synchronized.tape(reply_id)
        return self._remote.tape(reply_id)

    def running(self, person_id: str, conversation_id: str) -> list[str]:
        """As `Engine.running`."""
        open_ = [tape for tape in self._runs.open_tapes() if tape.person_id == person_id]
        return [tape.reply_id for tape in open_ if tape.conversation_id == conversation_id]

    def running_anywhere(self, person_id: str, conversation_id: str) -> list[str]:
        """As `Engine.running_anywhere`."""
        here = self.running(person_id, conversation_id)
        try:
            found = self._store.replies.running_in(person_id, conversation_id) if self._store else []
        except StoreError:
            return here
        ended = {run.tape.reply_id for run in self._runs.all() if run.tape.is_closed}
        return [*here, *(each for each in found if each not in ended and each not in here)]

    def note_replaced(self, tape: LiveTape) -> None:
        """Tell those who followed a tape here that another process has closed its reply otherwise."""
        self._replaced[tape.person_id, tape.reply_id] = True
        self._notifications.tell(REPLACED)

    def is_replaced(self, person_id: str, reply_id: str) -> bool:
        """As `Engine.is_replaced`."""
        return (person_id, reply_id) in self._replaced
