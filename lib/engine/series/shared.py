"""The series of all processes: each hears what its person wants, and outlives the process that began it."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from lib.domain.conversation.conversations import Conversation
from lib.domain.models.connection import Connection
from lib.engine.loop import Loop
from lib.store import Store
from lib.store.database.errors import StoreError
from lib.store.series import Kind, Series, Wish

LOOK_SECONDS = 0.5
"""How often a process that runs series asks what is wanted of them; how long an answer is believed."""

log = logging.getLogger(__name__)


class Runner(Protocol):
    """Runs the series of one kind in this process."""

    def take_up(self, series: Series, connection: Connection) -> bool:
        """Go on with a series that another process began; return `False` if that cannot be."""

    def hear(self, series: Series) -> None:
        """Do what the person wants of a series here."""

    def lose(self, person_id: str, id_: str) -> None:
        """Begin nothing more of a series here: another process goes on with it."""


class SharedSeries:
    """The series in the store, and those of them that run here. May be used from any thread.

    While the store cannot be used, each process keeps to what it runs itself.
    """

    def __init__(
        self, loop: Loop, store: Store, owner: str, connection: Callable[[], Connection] | None
    ) -> None:
        """`connection` returns the installation's; without it, nothing that others began is gone on with."""
        self._store, self._owner, self._connection = store, owner, connection
        self._runners: dict[Kind, Runner] = {}
        self._here: dict[tuple[str, str], Series] = {}
        """What this process runs, each with the last wish that it knows of."""
        self._known: dict[tuple[str, str], Series] = {}
        self._read_at = float("-inf")
        self._changing = threading.RLock()
        loop.submit(self._watch())

    def register(self, kind: Kind, runner: Runner) -> None:
        """Name who runs the series of a kind here."""
        self._runners[kind] = runner

    def begin(
        self,
        kind: Kind,
        person_id: str,
        id_: str,
        connection: Connection,
        session_id: str,
        content: Mapping[str, Any],
    ) -> bool:
        """Record a series that begins here; return `False` if another process runs it."""
        has_own_key = self._connection is None or connection != self._connection()
        new = Series(person_id, id_, kind, self._owner, session_id, has_own_key, content)
        try:
            is_new = self._store.series.begin(new)
        except StoreError:
            is_new = True  # nobody else can begin it, either
        if is_new:
            with self._changing:
                self._here[person_id, id_] = new
        return is_new

    def begun(self, person_id: str, id_: str, reply_id: str) -> None:
        """Tell the others of the latest reply of a series that runs here."""
        self._write(lambda: self._store.series.begun(person_id, id_, self._owner, reply_id))

    def end(self, person_id: str, id_: str, *, is_given_back: bool = False) -> None:
        """Forget a series that has ended here, or leave the rest of it to others."""
        with self._changing:
            self._here.pop((person_id, id_), None)
        leave = self._store.series.give_back if is_given_back else self._store.series.end
        self._write(lambda: leave(person_id, id_, self._owner))

    def want(self, person_id: str, id_: str, wish: Wish) -> None:
        """Tell whoever runs a series what the person wants of it."""
        self._write(lambda: self._store.series.want(person_id, id_, wish))
        with self._changing:
            self._read_at = float("-inf")

    def elsewhere(self, person_id: str, id_: str) -> Series | None:
        """A series that another process runs, as it was half a second ago at most."""
        found = self._all().get((person_id, id_))
        return found if found and found.owner not in ("", self._owner) else None

    def elsewhere_of(self, person_id: str) -> list[Series]:
        """The series of a person that other processes run."""
        others = (each for each in self._all().values() if each.owner != self._owner)
        return [each for each in others if each.person_id == person_id]

    def conversation(self, series: Series) -> Conversation | None:
        """The conversation of a series, as it is stored. Raises `StoreError`."""
        return self._store.of(series.person_id).conversations.get(series.id)

    def go_on(self) -> None:
        """Go on with the series that others have left to this process. Raises `StoreError`."""
        if not self._connection:
            return
        for series in self._store.series.claim(self._owner):
            key = series.person_id, series.id
            with self._changing:
                if key in self._here:
                    continue
                self._here[key] = series
            runner, is_wanted = self._runners[series.kind], series.wish is Wish.GO_ON
            if not (is_wanted and not series.has_own_key and runner.take_up(series, self._connection())):
                self.end(*key)

    def _all(self) -> Mapping[tuple[str, str], Series]:
        with self._changing:
            if time.monotonic() - self._read_at >= LOOK_SECONDS:
                self._read_at = time.monotonic()
                self._write(self._read)
            return self._known

    def _read(self) -> None:
        self._known = {(each.person_id, each.id): each for each in self._store.series.all()}

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._here:
                await asyncio.to_thread(self._look)

    def _look(self) -> None:
        with self._changing:
            here = dict(self._here)
            try:
                stored = {(each.person_id, each.id): each for each in self._store.series.all()}
            except StoreError as error:
                log.info("What is wanted of series could not be read; it is tried again: %s", error)
                return
        for key, known in here.items():
            found, runner = stored.get(key), self._runners[known.kind]
            if found is None:
                continue  # it could not be stored, or has just ended
            if found.owner != self._owner:
                with self._changing:
                    self._here.pop(key, None)
                runner.lose(*key)
            elif found.wish is not known.wish:
                with self._changing:
                    self._here[key] = found
                runner.hear(found)

    def _write(self, act: Callable[[], None]) -> None:
        try:
            act()
        except StoreError as error:
            log.info("What runs here could not be shared with other processes: %s", error)
