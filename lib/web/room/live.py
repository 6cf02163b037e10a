"""A room with followers: one task waits for changes, renders them once, and sends them to everybody.

Only the whole state has words of ours in it: it is made once for each language.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool

from lib.app import App
from lib.i18n import locale
from lib.store.comparison.rooms import Room
from lib.store.database.errors import StoreError
from lib.web.limits import FairPlaces
from lib.web.room import words
from lib.web.room.follower import Follower
from lib.web.room.view import RoomView, Seen, Snapshot

MOST_FOLLOWERS = 500
"""Devices that can follow one room at once."""
FRAME_SECONDS = 0.15
"""The shortest time between two frames: about seven per second are enough to read along."""
COST_SHARE, LONGEST_REST_SECONDS = 4, 0.5
"""After a frame that took long to render, pause that many times as long: others need the processor too."""
LOOK_SECONDS = 1.0
"""The longest time between two looks into the store: another process may have changed something, or the owner
may not open rooms any more."""
SILENCE_SECONDS = 5.0
"""After so long without news a message says that nothing is new, so that no proxy on the way times out."""

log = logging.getLogger(__name__)


class LiveRoom:
    """A followed room. It lives in the web server's event loop, from its first follower to its last."""

    def __init__(self, app: App, room: Room) -> None:
        self.room = room
        self.followers: FairPlaces[Follower] = FairPlaces(MOST_FOLLOWERS)
        self.is_over = False
        """Whether following has ended: the room has closed, or the task has failed."""
        self.is_closed = False
        self._app = app
        self._view = RoomView(app.engine, room.person_id)
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._is_nudged, self._is_dirty = False, True
        self._looked_at = self._told_at = 0.0
        self._counted = 0
        """How many follow here, as other processes know it."""
        self._leaving: dict[str, Callable[[], None]] = {}
        """The functions that stop listening to a reply's tape, by reply id."""
        self._shown: Snapshot | None = None
        """The state after the last sent frame: the view may be ahead of it."""
        self._states: dict[str, bytes] = {}
        """The same as a message, by language."""
        self._known: Seen = Seen(None)

    async def run(self) -> None:
        """Follow the comparison until the room closes or this task is cancelled."""
        # Before the first look: a change in between causes another look.
        stop = self._app.engine.notifications.listen(self.room.comparison_id, self._news)
        try:
            while not self.is_over:
                await self._cycle()
        except StoreError as error:
            log.error("A room broke off: %s", error)
        finally:
            stop()
            self.end()
            await run_in_threadpool(self._count, 0)

    def end(self) -> None:
        """Disconnect everybody."""
        self.is_over = True
        for leave in self._leaving.values():
            leave()
        self._leaving.clear()
        self._woken.set()
        for follower in self.followers:
            follower.wake()

    def stop(self) -> None:
        """Call `end` from any thread."""
        with suppress(RuntimeError):
            # `RuntimeError`: the loop has already stopped.
            self._loop.call_soon_threadsafe(self.end)

    def join(self, address: str) -> Follower:
        """Add a follower; it gets the whole state first. Raises `Refused` if the room is full."""
        follower = Follower()
        if leaves := self.followers.take(address, follower):
            leaves.go()
        if self._shown:
            follower.wake()
        return follower

    def state(self) -> bytes:
        """Return the whole state as one message, made once for each language of those who need it."""
        language = locale.current().language
        if language not in self._states and self._shown:
            self._states[language] = message("state", words.state(self._shown))
        return self._states.get(language, b"")

    async def _cycle(self) -> None:
        """Wait for changes, send them, and rest until the next frame is due."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS if not self._is_dirty else 0):
                await self._woken.wait()
        # Before the look: a change during the look wakes the task again.
        self._woken.clear()
        self._is_nudged = False
        if self.is_over:
            return
        started = self._loop.time()
        if self._is_dirty or started - self._looked_at >= LOOK_SECONDS:
            self._looked_at = started
            await self._look()
        await self._show_frame(is_silent=started - self._told_at >= SILENCE_SECONDS)
        # Rendering holds the interpreter lock, which all streaming replies need too.
        cost = self._loop.time() - started
        await asyncio.sleep(max(FRAME_SECONDS, min(LONGEST_REST_SECONDS, COST_SHARE * cost)))

    async def _look(self) -> None:
        """Read the store, and send everybody what is new."""
        self._is_dirty = False
        # In a thread: SQLite may wait for its lock, and this loop serves every page and phone.
        seen = await run_in_threadpool(self._read)
        await run_in_threadpool(self._count, len(self.followers))
        if seen.comparison is None:
            self.is_over = self.is_closed = True
            return
        had_voters, is_first = self._known.voters, self._known.comparison is None
        self._known = seen
        if await run_in_threadpool(self._update, seen) or is_first:
            self._tell_all()
        elif seen.voters != had_voters:
            self._tell("votes", {"voters": seen.voters})
        self._is_dirty |= self._view.is_incomplete
        self._listen()

    def _update(self, seen: Seen) -> bool:
        """Update the view; return whether it has changed. Runs in its own thread."""
        is_changed = self._view.update(seen)
        if is_changed:
            self._view.changes()
        return is_changed

    def _count(self, devices: int) -> None:
        """Tell the other processes how many follow here. Runs in its own thread."""
        if devices != self._counted:
            with suppress(StoreError):  # the count is one short until the next look
                process_id = self._app.engine.process_id
                self._app.store.open_rooms.count(self.room.token, process_id, devices)
                self._counted = devices

    def _read(self) -> Seen:
        """Read the store. Runs in its own thread."""
        id_, own = self.room.comparison_id, self._app.store.of(self.room.person_id)
        if not self._app.store.open_rooms.get(self.room.token, datetime.now(UTC)):
            return Seen(None)
        comparison = self._known.comparison
        # One without a question has no cells that could have changed, but its title may.
        is_asked = comparison is not None and bool(comparison.cells)
        if comparison is None or not is_asked or own.comparisons.updated_at(id_) != comparison.updated_at:
            comparison = own.comparisons.get(id_)
        shown = own.votes.latest(id_)
        if not shown:
            return Seen(comparison)
        voters = own.votes.voters(shown.id)
        if shown.is_open:
            return Seen(comparison, shown, voters)
        for cell in comparison.cells if comparison else ():
            # Revealed, perhaps in another process: nothing needs to be held back here.
            self._app.engine.synchronized.hurry(self.room.person_id, cell.id)
        prices = self._app.engine.catalogue.prices(self._app.connection, wait_seconds=0)
        return Seen(comparison, shown, voters, own.votes.tally(shown.id), prices)

    def _listen(self) -> None:
        """Listen to the tapes of the shown answers, and to no others."""
        tapes = {answer.reply_id: answer.tape for answer in self._view.answers if not answer.is_over}
        for reply_id in [id_ for id_ in self._leaving if id_ not in tapes]:
            self._leaving.pop(reply_id)()
        for reply_id, tape in tapes.items():
            if tape and reply_id not in self._leaving:
                self._leaving[reply_id] = tape.listen(self._nudge)
                self._nudge()  # it may have grown already

    async def _show_frame(self, *, is_silent: bool) -> None:
        changes = await run_in_threadpool(self._view.changes)  # highlighting long code takes a while
        if self._view.take_anew():
            self._tell_all()
        elif changes:
            self._tell("frame", changes)
        elif is_silent:
            self._give(b": still here\n\n")

    def _tell_all(self) -> None:
        """Send the whole state to everybody."""
        self._keep_state()
        for follower in self.followers:
            follower.restart()

    def _tell(self, event: str, data: Any) -> None:
        self._keep_state()
        self._give(message(event, data))

    def _keep_state(self) -> None:
        self._shown, self._states = self._view.snapshot(), {}

    def _give(self, data: bytes) -> None:
        self._told_at = self._loop.time()
        for follower in self.followers:
            follower.give(data)

    def _news(self) -> None:
        """React to a change of the comparison. Called from any thread."""
        self._is_dirty = True
        self._nudge()

    def _nudge(self) -> None:
        """Wake the task once for any number of events. Called from any thread."""
        if not self._is_nudged:
            self._is_nudged = True
            with suppress(RuntimeError):  # the server has stopped in the meantime
                self._loop.call_soon_threadsafe(self._woken.set)


def message(event: str, data: Any) -> bytes:
    """Return a server-sent event. Half a surrogate pair, which has no UTF-8, becomes a question mark."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event}\ndata: {text}\n\n".encode("utf-8", "replace")
