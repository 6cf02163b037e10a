"""Asks the same question repeatedly: one reply after another, whether or not a page is open."""

import asyncio
import logging
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from functools import partial

from lib.domain.conversation.conversations import Conversation
from lib.domain.models.connection import Connection
from lib.engine.live import LiveTape
from lib.engine.loop import Loop
from lib.engine.sending import Accepted
from lib.engine.series import backoff
from lib.engine.series.shared import SharedSeries
from lib.store.series import Kind, Series, Wish

Send = Callable[[int], LiveTape | None]
"""Begins the reply with that number; `None` if it was begun before."""
Regenerate = Callable[..., Accepted | None]
"""The engine's."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """What is asked how often: a process that goes on with a series needs no more."""

    question_id: str | None
    count: int
    send_id: str
    """The beginning of the id of each send."""


log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Series:
    future: "Future[None] | None" = None
    latest: str | None = None
    """The id of the reply that it began last."""
    is_stopped: bool = False


class Repeats:
    """The series in progress, one for each conversation of a person.

    Replies that were begun are kept. If a process ends, another one goes on with its series; where there is
    none, whoever still wants the rest asks again.
    """

    def __init__(
        self,
        loop: Loop,
        ended: Callable[[str], Awaitable[None]],
        cancel: Callable[[str, str], None],
        *,
        regenerate: Regenerate,
        shared: SharedSeries | None,
        is_leaving: Callable[[], bool],
    ) -> None:
        """`ended` waits until the reply with an id has ended, `cancel` stops a person's; `is_leaving` tells
        whether this process is about to stop."""
        self._loop, self._ended, self._cancel = loop, ended, cancel
        self._regenerate, self._shared, self._is_leaving = regenerate, shared, is_leaving
        if shared:
            shared.register(Kind.REPEATS, self)
        self._series: dict[tuple[str, str], _Series] = {}
        """By person and conversation."""
        self._changed = threading.Condition()

    def ask(
        self,
        person_id: str,
        conversation: Conversation,
        asked: Repeated,
        connection: Connection,
        *,
        session_id: str,
        after: str | None = None,
    ) -> None:
        """Ask a question as often as wanted, each time after the previous reply has ended.

        `after` is the id of a reply that the first one waits for.
        """
        id_, content = conversation.id, asdict(asked)
        if (person_id, id_) in self._series:
            return
        kind = Kind.REPEATS
        if self._shared and not self._shared.begin(kind, person_id, id_, connection, session_id, content):
            return
        send = self._sending(person_id, conversation, asked, connection, session_id)
        self.start(person_id, id_, asked.count, send, after=after)

    def take_up(self, series: Series, connection: Connection) -> bool:
        """Go on with a series that another process began; return `False` if its chat is gone."""
        found = self._shared.conversation(series) if self._shared else None
        if found is None:
            return False
        asked = Repeated(**series.content)
        # From the first number on: an id that was sent before asks nothing.
        send = self._sending(series.person_id, found, asked, connection, series.session_id)
        self.start(series.person_id, series.id, asked.count, send)
        return True

    def hear(self, series: Series) -> None:
        """Do what the person wants of a series here."""
        if series.wish is Wish.STOP:
            self.stop(series.person_id, series.id)

    def lose(self, person_id: str, id_: str) -> None:
        """Ask for no more here."""
        with self._changed:
            series = self._series.get((person_id, id_))
        if series and series.future:
            # Both: `cancel` ends the wait, but not `_begin` on its thread.
            series.is_stopped = True
            series.future.cancel()

    def _sending(
        self,
        person_id: str,
        conversation: Conversation,
        asked: Repeated,
        connection: Connection,
        session_id: str,
    ) -> Send:
        """Return what begins a reply: from a copy, as it runs on the engine's threads."""
        copy = replace(conversation, messages=dict(conversation.messages))

        def send(number: int) -> LiveTape | None:
            accepted = self._regenerate(
                person_id,
                copy,
                asked.question_id,
                connection=connection,
                send_id=f"{asked.send_id}/{number}",
                session_id=session_id,
            )
            return accepted.tape if accepted else None

        return send

    def start(
        self, person_id: str, conversation_id: str, count: int, send: Send, *, after: str | None = None
    ) -> None:
        """Call `send` with the numbers from 1 to `count`, each time after the previous reply has ended."""
        series, key = _Series(), (person_id, conversation_id)
        with self._changed:
            if key in self._series:
                return
            self._series[key] = series
            series.future = self._loop.submit(self._work(series, key, count, send, after))
        series.future.add_done_callback(lambda done: self._over(key, done))

    def is_running(self, person_id: str, conversation_id: str) -> bool:
        """Whether more replies will be asked for, by whatever process."""
        if (person_id, conversation_id) in self._series:
            return True
        return bool(self._shared and self._shared.elsewhere(person_id, conversation_id))

    def latest(self, person_id: str, conversation_id: str) -> str | None:
        """The id of the reply that a series in progress began last; `None` before the first."""
        if series := self._series.get((person_id, conversation_id)):
            return series.latest
        elsewhere = self._shared.elsewhere(person_id, conversation_id) if self._shared else None
        return elsewhere.latest if elsewhere else None

    def stop(self, person_id: str, conversation_id: str) -> None:
        """Ask for no more. A reply that is just beginning is stopped, a running one is left alone."""
        is_here = (person_id, conversation_id) in self._series
        self.lose(person_id, conversation_id)
        if self._shared and is_here:
            self._shared.end(person_id, conversation_id)
        elif self._shared:
            self._shared.want(person_id, conversation_id, Wish.STOP)

    def stop_all(self, person_id: str) -> None:
        """Stop all series of a person, in whatever process."""
        with self._changed:
            ids = {conversation_id for owner, conversation_id in self._series if owner == person_id}
        if self._shared:
            ids |= {each.id for each in self._shared.elsewhere_of(person_id) if each.kind is Kind.REPEATS}
        for conversation_id in ids:
            self.stop(person_id, conversation_id)

    def wait(self, timeout: float) -> None:
        """Wait until any series begins a reply or ends, `timeout` seconds at most."""
        with self._changed:
            self._changed.wait(timeout)

    async def _work(
        self, series: _Series, key: tuple[str, str], count: int, send: Send, after: str | None
    ) -> None:
        """Run to the end. If it is cancelled without a stop, the process ends, and another one goes on."""
        is_given_back = False
        try:
            await self._run(series, key, count, send, after)
        except Exception:
            is_given_back = self._is_leaving()
            raise
        finally:
            if self._shared and not isinstance(sys.exception(), asyncio.CancelledError):
                end = partial(self._shared.end, *key, is_given_back=is_given_back)
                await asyncio.to_thread(end)

    async def _run(
        self, series: _Series, key: tuple[str, str], count: int, send: Send, after: str | None
    ) -> None:
        if after:
            await self._ended(after)
        for number in range(1, count + 1):
            begin = partial(self._begin, series, number, send)
            if tape := await backoff.begin(begin, lambda: series.is_stopped):
                series.latest = tape.reply_id
                self._tell()
                if self._shared:
                    await asyncio.to_thread(self._shared.begun, *key, tape.reply_id)
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
