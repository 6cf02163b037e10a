"""Asks the same question again and again: one reply after the other, whether or not a page is looking."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future

from lib.engine.live import LiveTape
from lib.engine.loop import Loop

Send = Callable[[int], LiveTape | None]
"""Begins a series' reply of that number; `None` when it was begun before."""

log = logging.getLogger(__name__)


class Repeats:
    """The series under way, one a conversation. They live in memory: replies that were begun are kept,
    and what a restart cuts off is asked for again by whoever still wants it."""

    def __init__(self, loop: Loop, ended: Callable[[str], Awaitable[None]]) -> None:
        """`ended` waits for the end of the reply with an id."""
        self._loop, self._ended = loop, ended
        self._series: dict[str, Future[None]] = {}
        self._latest: dict[str, str] = {}
        self._changed = threading.Condition()

    def start(self, conversation_id: str, count: int, send: Send, *, after: LiveTape | None = None) -> None:
        """Call `send` with the numbers from 1 to `count`, each time when the reply before it has ended."""
        with self._changed:
            if conversation_id in self._series:
                return
            series = self._loop.submit(self._run(conversation_id, count, send, after))
            self._series[conversation_id] = series
        series.add_done_callback(lambda done: self._over(conversation_id, done))

    def is_running(self, conversation_id: str) -> bool:
        """Whether more replies will be asked for."""
        return conversation_id in self._series

    def latest(self, conversation_id: str) -> str | None:
        """The reply that a series under way has begun last; `None` before the first."""
        return self._latest.get(conversation_id)

    def stop(self, conversation_id: str) -> None:
        """Ask for no more; the reply under way is left alone."""
        if series := self._series.get(conversation_id):
            series.cancel()

    def wait(self, timeout: float) -> None:
        """Wait until some series has begun a reply or ended, `timeout` seconds at most."""
        with self._changed:
            self._changed.wait(timeout)

    async def _run(self, conversation_id: str, count: int, send: Send, after: LiveTape | None) -> None:
        if after:
            await self._ended(after.reply_id)
        for number in range(1, count + 1):
            if tape := await asyncio.to_thread(send, number):
                self._latest[conversation_id] = tape.reply_id
                self._tell()
                await self._ended(tape.reply_id)

    def _over(self, conversation_id: str, series: "Future[None]") -> None:
        self._series.pop(conversation_id, None)
        self._latest.pop(conversation_id, None)
        self._tell()
        if not series.cancelled() and (error := series.exception()):
            log.warning("A series of repeats ended early: %s", error)

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()
