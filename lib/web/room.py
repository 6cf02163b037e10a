"""One room that is followed: a task that waits for news, renders them once, and hands them to everybody."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool

from lib.app import App
from lib.store.database.errors import StoreError
from lib.store.rooms import Room
from lib.web.limits import Seats
from lib.web.room_view import RoomView, Seen

MOST_FOLLOWERS = 500
"""Devices that may follow one room at once."""
FRAME_SECONDS = 0.15
"""The shortest time between two frames: about seven a second are enough to read along."""
COST_SHARE, LONGEST_REST_SECONDS = 4, 0.5
"""After a frame that took long to render comes a pause that many times as long: others work too."""
SILENCE_SECONDS = 15.0
"""The longest time without a word, so that no proxy on the way gives up."""
MOST_WAITING = 100
"""Messages that may wait for a slow follower. With more it is sent the whole state instead."""

log = logging.getLogger(__name__)


class Follower:
    """One device. It takes messages at its own speed and holds up nobody."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._is_there = asyncio.Event()
        self._needs_state = True
        self.is_gone = False
        """Whether its place was given to another."""

    def give(self, message: bytes) -> None:
        """One more message; when too many wait they are dropped, for the whole state."""
        if self._needs_state:
            return
        self._waiting.append(message)
        if len(self._waiting) > MOST_WAITING:
            self.restart()
        self._is_there.set()

    def restart(self) -> None:
        """Send the whole state next."""
        # Those who are slow get the whole state: so no event needs an id, as `Last-Event-ID` would.
        self._waiting.clear()
        self._needs_state = True
        self._is_there.set()

    def wake(self) -> None:
        self._is_there.set()

    def go(self) -> None:
        """End it: its place is another's now."""
        self.is_gone = True
        self._is_there.set()

    async def take(self, state: Callable[[], bytes]) -> bytes:
        """Wait for messages; all that wait, or the whole state. Nothing when it was only woken."""
        await self._is_there.wait()
        self._is_there.clear()
        if self._needs_state:
            self._needs_state = False
            return state()
        messages = b"".join(self._waiting)
        self._waiting.clear()
        return messages


class LiveRoom:
    """Lives in the web server's event loop, from its first follower to its last."""

    def __init__(self, app: App, room: Room) -> None:
        self.room = room
        self.followers: Seats[Follower] = Seats(MOST_FOLLOWERS)
        self.is_over = False
        """Whether it is followed no more: closed, or broken off."""
        self.is_closed = False
        self._app = app
        self._view = RoomView(app.engine)
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._is_nudged, self._is_dirty = False, True
        self._leaving: dict[str, Callable[[], None]] = {}
        """What ends listening to a reply's tape, by its id."""
        self._shown: dict[str, Any] = {}
        """The whole state as all have it who were sent every frame: the view may be ahead of it."""
        self._state: bytes | None = None
        self._known: Seen = Seen(None)

    async def run(self) -> None:
        """Follow the comparison until the room closes or this task is cancelled."""
        # Before the first look: what changes in between is looked at once more.
        stop = self._app.engine.notifications.listen(self.room.comparison_id, self._news)
        try:
            while not self.is_over:
                await self._round()
        except StoreError as error:
            log.error("A room broke off: %s", error)
        finally:
            stop()
            self.end()

    def end(self) -> None:
        """Let everybody go."""
        self.is_over = True
        for leave in self._leaving.values():
            leave()
        self._leaving.clear()
        self._woken.set()
        for follower in self.followers:
            follower.wake()

    def stop(self) -> None:
        """As `end`, from any thread."""
        with suppress(RuntimeError):
            # `RuntimeError`: the loop has ended already.
            self._loop.call_soon_threadsafe(self.end)

    def join(self, address: str) -> Follower:
        """One more follower; it is sent the whole state first. Raises `Refused` when the room is full."""
        follower = Follower()
        if leaves := self.followers.take(address, follower):
            leaves.go()
        if self._shown:
            follower.wake()
        return follower

    def state(self) -> bytes:
        """The whole state as one message, made once for all who need it."""
        if self._state is None:
            self._state = message("state", self._shown)
        return self._state

    async def _round(self) -> None:
        """Wait for news, show them, and rest until the next frame is due."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SILENCE_SECONDS if not self._is_dirty else 0):
                await self._woken.wait()
        was_woken = self._is_nudged or self._is_dirty
        # Before it looks: what comes while it looks wakes it again.
        self._woken.clear()
        self._is_nudged = False
        if self.is_over:
            return
        started = self._loop.time()
        if self._is_dirty or not was_woken:  # in silence too: another process may have changed something
            await self._look()
        await self._show_frame(is_silent=not was_woken)
        # Rendering holds the interpreter, which all streaming replies need too.
        cost = self._loop.time() - started
        await asyncio.sleep(max(FRAME_SECONDS, min(LONGEST_REST_SECONDS, COST_SHARE * cost)))

    async def _look(self) -> None:
        """Read what the store knows, and tell everybody what is new in it."""
        self._is_dirty = False
        # On a thread: SQLite may wait for its lock, and this loop carries every page and phone.
        seen = await run_in_threadpool(self._read)
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
        """Bring the view up to date; says whether it is another one. Runs on a thread of its own."""
        is_changed = self._view.update(seen)
        if is_changed:
            self._view.frame()
        return is_changed

    def _read(self) -> Seen:
        """What the store knows now. Runs on a thread of its own."""
        store, id_ = self._app.store, self.room.comparison_id
        if not store.rooms.get(self.room.token, datetime.now(UTC)):
            return Seen(None)
        comparison = self._known.comparison
        if comparison is None or store.comparisons.updated_at(id_) != comparison.updated_at:
            comparison = store.comparisons.get(id_)
        shown = store.votes.latest(id_)
        if not shown:
            return Seen(comparison)
        tally = None if shown.is_open else store.votes.tally(shown.id)
        return Seen(comparison, shown, store.votes.voters(shown.id), tally)

    def _listen(self) -> None:
        """Be woken by the tapes of the answers that are shown, and by no others."""
        tapes = {answer.reply_id: answer.tape for answer in self._view.answers if not answer.is_over}
        for reply_id in [id_ for id_ in self._leaving if id_ not in tapes]:
            self._leaving.pop(reply_id)()
        for reply_id, tape in tapes.items():
            if tape and reply_id not in self._leaving:
                self._leaving[reply_id] = tape.listen(self._nudge)
                self._nudge()  # it may have grown before

    async def _show_frame(self, *, is_silent: bool) -> None:
        frame = await run_in_threadpool(self._view.frame)  # long code takes a while to be coloured
        if self._view.take_anew():
            self._tell_all()
        elif frame:
            self._tell("frame", frame)
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
        self._shown, self._state = self._view.state(), None

    def _give(self, data: bytes) -> None:
        for follower in self.followers:
            follower.give(data)

    def _news(self) -> None:
        """Something about the comparison has changed. Called from any thread."""
        self._is_dirty = True
        self._nudge()

    def _nudge(self) -> None:
        """Wake the task, once for any number of events. Called from any thread."""
        if not self._is_nudged:
            self._is_nudged = True
            with suppress(RuntimeError):  # the server has ended meanwhile
                self._loop.call_soon_threadsafe(self._woken.set)


def message(event: str, data: Any) -> bytes:
    """A server-sent event. What JSON cannot carry as UTF-8, half a character, becomes a question mark."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event}\ndata: {text}\n\n".encode("utf-8", "replace")
