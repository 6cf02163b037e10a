"""Runs replies: send, follow, cancel, recover. It knows nothing of pages."""

import asyncio
import logging
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime

from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.models.connection import Connection
from lib.domain.models.models import Kind
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.reply import State
from lib.domain.reply.tape import CLOSING, Event, Failed, Interrupted, Stopped
from lib.engine import pictures, sending, transcription
from lib.engine.journal import Beginning, Journal
from lib.engine.live import LiveTape
from lib.engine.lookups.balances import Balances
from lib.engine.lookups.catalogue import Catalogue
from lib.engine.lookups.doctor import Doctor
from lib.engine.loop import Loop
from lib.engine.notifications import STORING, News
from lib.engine.playback.player import Player
from lib.engine.playback.synchronized import Paced
from lib.engine.recovery.remote_tapes import Elsewhere
from lib.engine.recovery.trouble import Trouble
from lib.engine.recovery.unsaved import as_they_stand
from lib.engine.recovery.watchdog import Watchdog
from lib.engine.run import Run
from lib.engine.sending import Accepted, SendIds, SendRefused, new_id
from lib.engine.series.deck_runs import DeckRuns
from lib.engine.series.repeats import Repeats
from lib.engine.titles import write_title
from lib.files.folder import Files
from lib.gateway.client import Gateway
from lib.gateway.errors.images import refuses_images
from lib.store import Store
from lib.store.database.database import StoreError
from lib.store.replies import Begun

BURST_SECONDS = 0.1
"""The longest pause between two reads of a stream. One read then takes several chunks, which is what lets
one process carry hundreds of streams."""
BURST_SECONDS_PER_STREAM = 0.0005
"""A few streams are read almost without delay; the pause grows with their number."""

LAST_WRITE_SECONDS = 10.0
"""How long a process that stops tries to store the last words."""

log = logging.getLogger(__name__)

__all__ = ["Engine", "SendRefused", "new_id"]


class Engine:
    """One per process. Its methods may be called from any thread."""

    def __init__(
        self,
        gateway: Gateway,
        store: Store | None,
        *,
        files: Files | None = None,
        has_auto_titles: bool = False,
        request_bytes: int = pictures.REQUEST_BYTES,
    ) -> None:
        """Without a store nothing is kept. With one, what dead processes left running is closed first, and
        whenever another process dies.

        `files` keeps the images; without it they are in memory. Requests with images are kept
        under `request_bytes`.
        """
        self._gateway, self._store = gateway, store
        self._files, self._request_bytes = files or Files(None), request_bytes
        self._refused_images: set[tuple[str, str]] = set()
        self._has_auto_titles = has_auto_titles
        self._owner = new_id()
        self._runs: dict[str, Run] = {}
        self._unkept: weakref.WeakValueDictionary[str, LiveTape] = weakref.WeakValueDictionary()
        """Closed tapes that no store gets, for as long as somebody keeps them."""
        self._changing = threading.Lock()
        self._sending = threading.Lock()
        self._send_ids = SendIds()
        self._is_stopping = False
        self.news = News()
        self._trouble = Trouble(lambda: self.news.tell(STORING))
        self._loop = Loop()
        self._elsewhere = Elsewhere(self._loop, store, self._owner) if store else None
        self._journal = Journal(store, self._owner, self._trouble, self._forget) if store else None
        self.catalogue = Catalogue(gateway, self._loop)
        self.repeats = Repeats(self._loop, self._ended_upstream, self.cancel)
        self.deck_runs = DeckRuns(
            self._loop,
            store,
            say=self.say,
            regenerate=self.regenerate,
            ended=self._ended_upstream,
            flush=self.flush,
            cancel=self.cancel,
            is_behind=self.is_behind,
        )
        self.doctor = Doctor(gateway, self._loop, store)
        self.balances = Balances(gateway, self._loop)
        self.paced = Paced(self._loop)
        self._watchdog = Watchdog(store, self._owner, self._trouble, self._let_go) if store else None

    @property
    def problem(self) -> str | None:
        """Why what is said now is not stored yet, in a sentence or two; `None` while all is well.

        `news` tells `STORING` when that changes.
        """
        return self._trouble.sentence

    @property
    def is_stopping(self) -> bool:
        """Whether it takes no more sends."""
        return self._is_stopping

    def is_behind(self, conversation_id: str) -> bool:
        """Whether something was sent in this conversation that the store has not taken yet."""
        return self._journal is not None and self._journal.is_behind(conversation_id)

    def unstored(self) -> list[Conversation]:
        """The conversations of which words are in memory only, as they stand now."""
        ids = self._journal.unwritten() if self._journal else []
        with self._changing:
            runs = [self._runs[reply_id] for reply_id in ids if reply_id in self._runs]
        return as_they_stand(runs)

    def say(
        self,
        conversation: Conversation,
        text: str,
        *,
        parent_id: str | None,
        connection: Connection,
        send_id: str,
        session_id: str,
        attachments: Sequence[Attachment] = (),
    ) -> Accepted | None:
        """Say something after message `parent_id`, and ask the conversation's model for an answer.

        `attachments` go with the text. An image model draws what the text says.
        Returns `None` when this send id was sent before: nothing happens then. Raises `SendRefused`.

        When the store cannot take it, it is answered all the same, and stored when that can be done.
        """
        asked = replace(sending.question(text, parent_id), attachments=tuple(attachments))
        return self._send(conversation, asked, asked.id, connection, send_id, session_id)

    def regenerate(
        self,
        conversation: Conversation,
        question_id: str | None,
        *,
        connection: Connection,
        send_id: str,
        session_id: str,
    ) -> Accepted | None:
        """Ask the conversation's model for another answer to a question; else as `say`.

        It may be asked while others to the same question run.
        """
        return self._send(conversation, None, question_id, connection, send_id, session_id)

    def continue_(
        self,
        conversation: Conversation,
        answer_id: str,
        *,
        connection: Connection,
        send_id: str,
        session_id: str,
    ) -> Accepted | None:
        """Ask for the rest of an answer that broke off; else as `say`."""
        return self._send(conversation, None, answer_id, connection, send_id, session_id)

    def refuses_images(self, connection: Connection, model: str | None) -> bool:
        """Whether this model has refused images since the process started."""
        return (connection.base_url, model) in self._refused_images

    def transcribe(
        self, connection: Connection, recording: bytes, *, model: str, session_id: str, conversation_id: str
    ) -> str:
        """What a WAV recording says; a call of its own in the ledger. Waits. Raises `ChatError`."""
        asked = transcription.transcribe(self._gateway, connection, recording, model)
        text, row, error = self._loop.submit(asked).result()
        if self._store:
            try:
                self._store.ledger.book(replace(row, session_id=session_id, conversation_id=conversation_id))
            except StoreError as trouble:
                log.error("A transcription is missing in the ledger: %s", trouble)
        if error:
            raise error
        return text

    def follow(self, reply_id: str) -> LiveTape | None:
        """The tape of a reply as people may see it, wherever it runs; `None` once the store has all of it.

        While a blind round is written that is a copy, which does not tell how fast the model is. A reply that
        no store gets can be followed for as long as its conversation is there.
        """
        run = self._runs.get(reply_id)
        here = self.paced.tape(reply_id) or (run.tape if run else self._unkept.get(reply_id))
        try:
            return here or (self._elsewhere.tape(reply_id) if self._elsewhere else None)
        except StoreError:
            return None

    def running(self, conversation_id: str | None = None) -> list[str]:
        """The ids of the replies that this process runs: in a conversation, or all of them."""
        return [tape.reply_id for tape in self._open_tapes(conversation_id)]

    def player(self, recorded: Mapping[str, Sequence[Event]], *, later: Collection[str] = ()) -> Player:
        """Plays whole tapes, by the ids of their replies; those in `later` after the others."""
        return Player(self._loop, recorded, later=later)

    def cancel(self, reply_id: str) -> None:
        """Stop a reply: its upstream connection closes, what it said so far stays."""
        if run := self._runs.get(reply_id):
            self._end(run, Stopped(run.at_ms))

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait until what has happened so far is in the store; says whether it is."""
        return self._journal.flush(timeout) if self._journal else True

    def drain(self, seconds: float, then: Callable[[], None]) -> None:
        """Take no more sends, and call `then` when no reply runs any more, after `seconds` at the latest."""
        self._is_stopping = True

        def wait() -> None:
            deadline = time.monotonic() + seconds
            for tape in self._open_tapes():
                tape.wait_closed(max(0.0, deadline - time.monotonic()))
            then()

        threading.Thread(target=wait, name="drain", daemon=True).start()

    def stop(self) -> None:
        """Take no more sends, close what still runs as interrupted, and end the threads."""
        self._is_stopping = True
        with self._changing:
            runs = list(self._runs.values())
        for run in runs:
            self._end(run, Interrupted(run.at_ms))
        if self._journal and self._watchdog:
            self._journal.stop(LAST_WRITE_SECONDS if self._watchdog.is_well else 0.0)
            self._watchdog.stop()
        self._loop.submit(self._gateway.close()).result(timeout=5)
        self._loop.stop()

    def _send(
        self,
        conversation: Conversation,
        asked: Message | None,
        parent_id: str | None,
        connection: Connection,
        send_id: str,
        session_id: str,
    ) -> Accepted | None:
        """Store what is asked, if that can be done, and begin the reply to message `parent_id`."""
        if self._is_stopping:
            raise SendRefused("The server is about to stop. Send this again in a moment.")
        if not conversation.model:
            raise SendRefused("Choose a model first.")
        with self._sending:  # a click may arrive twice, on two threads: the second one must see the first
            if send_id in self._send_ids:
                return None
            if asked and self.running(conversation.id):
                raise SendRefused("A reply is still running. Stop it, or wait for its end.")
            if asked and self._is_kept(conversation):
                asked = replace(asked, attachments=tuple(map(self._files.keep, asked.attachments)))
            reply = sending.running(conversation.model, parent_id)
            added = (asked, reply) if asked else (reply,)
            tape = LiveTape(reply.id, conversation.id)
            before = sending.titled(conversation, asked)
            updated_at = self._begin(tape, before, added, send_id, session_id)
            if updated_at is None:
                return None
            self._send_ids.add(send_id)
            now = sending.grown(before, added, updated_at)
            self._start(tape, now, connection, session_id)
            return Accepted(tape, added, now.title, updated_at, self._is_kept(conversation))

    def _begin(
        self,
        tape: LiveTape,
        conversation: Conversation,
        added: Sequence[Message],
        send_id: str,
        session_id: str,
    ) -> datetime | None:
        """Store the question and the running reply; says when the conversation has changed last.

        `None` when this send id was stored before. What is temporary has nothing to be stored.
        """
        if self._journal is None or not self._is_kept(conversation):
            return conversation.updated_at
        begun = Begun(tape.reply_id, send_id, session_id, self._owner)
        return self._journal.begin(tape, Beginning(conversation, added, begun))

    def _start(
        self, tape: LiveTape, conversation: Conversation, connection: Connection, session_id: str
    ) -> None:
        """Run the reply that a conversation's path ends with."""
        message = conversation.messages[tape.reply_id]
        run = Run(
            tape=tape,
            session_id=session_id,
            created_at=message.created_at,
            connection=connection,
            conversation=conversation,
            messages=conversation.path(message.parent_id),
            model=conversation.model or "",
            system_prompt=conversation.system_prompt,
            params=conversation.params,
            is_drawing=self.catalogue.kind(connection, conversation.model or "") is Kind.IMAGE,
            is_kept=self._is_kept(conversation),
        )
        with self._changing:
            self._runs[message.id] = run
        self.paced.join(run.tape)
        run.future = self._loop.submit(self._answer(run))
        run.future.add_done_callback(lambda future: self._ended(run, future))
        if run.tape.is_closed:  # stopped by somebody who saw it before it had a future to cancel
            run.future.cancel()
        self.news.tell(conversation.comparison_id)

    async def _ended_upstream(self, reply_id: str) -> None:
        run = self._runs.get(reply_id)
        if run and run.future:
            await asyncio.wait([asyncio.wrap_future(run.future)])

    async def _answer(self, run: Run) -> None:
        async for burst in self._bursts(run):
            if burst and isinstance(burst[-1], CLOSING):
                # What nobody has looked at yet is folded now, and what was sent may have to be weighed. With a
                # long reply that takes a while, and others stream on.
                await asyncio.to_thread(self._take, run, burst)
            else:
                self._take(run, burst)

    def _take(self, run: Run, burst: Sequence[Event]) -> None:
        if run.append(burst):
            self._book(run)
        elif self._journal and run.is_kept:
            self._journal.touch(run.tape)

    def _bursts(self, run: Run) -> AsyncIterator[Sequence[Event]]:
        if run.is_drawing:
            return pictures.drawn(self._gateway, run, self._files)
        if self.refuses_images(run.connection, run.model):
            run.messages = pictures.without_drawn(run.messages)
        return pictures.answered(
            self._gateway, run, self._files, request_bytes=self._request_bytes, pause=self._pause
        )

    def _pause(self) -> float:
        return min(BURST_SECONDS, BURST_SECONDS_PER_STREAM * len(self._runs))

    def _end(self, run: Run, closing: Stopped | Interrupted | Failed) -> None:
        """Close the tape first: what the cancelled stream still brings is too late then."""
        if run.append([closing]):
            self._book(run)
        if run.future:
            run.future.cancel()

    def _ended(self, run: Run, future: "Future[None]") -> None:
        """The stream is over. A tape still open means that our own code failed: say so, never hang."""
        if run.tape.is_closed or future.cancelled():
            return
        log.error("A reply ended without its closing event.", exc_info=future.exception())
        error = ChatError(
            Category.STREAM_INTERRUPTED, "The reply broke off inside this app.", "Try again.", retryable=True
        )
        self._end(run, Failed(run.at_ms, error))

    def _book(self, run: Run) -> None:
        """The tape is closed: hand it to the journal, or let it go when it is not kept."""
        self._learn(run)
        if not self._journal or not run.is_kept:
            self._unkept[run.tape.reply_id] = run.tape  # before it is forgotten: somebody may look in between
            self._forget(run.tape)
            return
        self._journal.close(run.tape, run.row())
        is_first_exchange = (
            len(run.messages) == 1 and not run.is_drawing and run.tape.reply().state is State.COMPLETED
        )
        if self._store and self._has_auto_titles and is_first_exchange:
            self._loop.submit(write_title(self._gateway, self._store, run))

    def _learn(self, run: Run) -> None:
        """Remember a model that refused the images it was sent."""
        error = run.tape.reply().error if any(message.image_tokens() for message in run.messages) else None
        if error and refuses_images(error):
            self._refused_images.add((run.connection.base_url, run.model))

    def _let_go(self) -> None:
        """Another process took this one for dead: interrupt what it has taken over."""
        if not self._store or not self._journal:
            return
        with self._changing:  # before the store is asked: what begins meanwhile is this process's own
            runs = [run for run in self._runs.values() if run.is_kept]
        owned = self._store.processes.owned(self._owner)
        for run in runs:
            if run.tape.reply_id not in owned and not self._journal.is_behind(run.conversation.id):
                self._end(run, Interrupted(run.at_ms))

    def _is_kept(self, conversation: Conversation) -> bool:
        return self._store is not None and not conversation.is_temporary

    def _open_tapes(self, conversation_id: str | None = None) -> list[LiveTape]:
        with self._changing:
            tapes = [run.tape for run in self._runs.values()]
        return [t for t in tapes if not t.is_closed and conversation_id in (None, t.conversation_id)]

    def _forget(self, tape: LiveTape) -> None:
        with self._changing:
            self._runs.pop(tape.reply_id, None)
