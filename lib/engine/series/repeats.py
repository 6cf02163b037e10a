"""Asks the same question repeatedly: one reply after another, whether or not a page is open."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from lib.engine.live import LiveTape
from lib.engine.loop import Loop
from lib.engine.series import backoff

Send = Callable[[int], LiveTape | None]
"""Begins the reply with that number; `None` if it was begun before."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Series:
    future: "Future[None] | None" = None
    latest: str | None = None
    """The id of the reply that it began last."""
    is_stopped: bool = False


class Repeats:
    """The series in progress, one for each conversation of a person.

    They live in memory: replies that were begun are kept, and after a restart whoever still wants the rest
    asks again.
    """

    def __init__(
        self, loop: Loop, ended: Callable[[str], Awaitable[None]], cancel: Callable[[str, str], None]
    ) -> None:
        """`ended` waits until the reply with an id has ended, `cancel` stops a person's."""
        self._loop, self._ended, self._cancel = loop, ended, cancel
        self._series: dict[tuple[str, str], _Series] = {}
        """By person and conversation."""
        self._changed = threading.Condition()

    def start(
        self, person_id: str, conversation_id: str, count: int, send: Send, *, after: str | None = None
    ) -> None:
        """Call `send` with the numbers from 1 to `count`, each time after the previous reply has ended.

        `after` is the id of a reply that the first one waits for.
        """
        series, key = _Series(), (person_id, conversation_id)
        with self._changed:
            if key in self._series:
                return
            self._series[key] = series
            series.future = self._loop.submit(self._run(series, count, send, after))
        series.future.add_done_callback(lambda done: self._over(key, done))

    def is_running(self, person_id: str, conversation_id: str) -> bool:
        """Whether more replies will be asked for."""
        return (person_id, conversation_id) in self._series

    def latest(self, person_id: str, conversation_id: str) -> str | None:
        """The id of the reply that a series in progress began last; `None` before the first."""
        series = self._series.get((person_id, conversation_id))
        return series.latest if series else None

    def stop(self, person_id: str, conversation_id: str) -> None:
        """Ask for no more. A reply that is just beginning is stopped, a running one is left alone."""
        with self._changed:
            series = self._series.get((person_id, conversation_id))
        if series and series.future:
            # Both: `cancel` ends the wait, but not `_begin` on its thread.
            series.is_stopped = True
            series.future.cancel()

    def stop_all(self, person_id: str) -> None:
        """Stop all series of a person."""
        with self._changed:
            ids = [conversation_id for owner, conversation_id in self._series if owner == person_id]
        for conversation_id in ids:
            self.stop(person_id, conversation_id)

    def wait(self, timeout: float) -> None:
        """Wait until any series begins a reply or ends, `timeout` seconds at most."""
        with self._changed:
            self._changed.wait(timeout)

    async def _run(self, series: _Series, count: int, send: Send, after: str | None) -> None:
        if after:
            await self._ended(after)
        for number in range(1, count + 1):
            begin = partial(self._begin, series, number, send)
            if tape := await backoff.begin(begin, lambda: series.is_stopped):
                series.latest = tape.reply_id
                self._tell()
                await self._ended(tape.reply_id)
                await asyncio.sleep(backoff.wait_after([tape]))

    def _begin(self, series: _Series, number: int, send: Send) -> LiveTape | None:
        """Begin a reply, on its own thread, which goes on even if the series is stopped meanwhile."""
        if series.is_stopped:
            return None
        tape = send(number)
        if tape and series.is_stopped:
            self._cancel(tape.person_id, tape.reply_id)
        return tape

    def _over(self, key: tuple[str, str], done: "Future[None]") -> None:
        self._series.pop(key, None)
        self._tell()
        if not done.cancelled() and (error := done.exception()):
            log.warning("A series of repeats ended early: %s", error)

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()
