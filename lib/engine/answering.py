"""Appends what models stream to the tapes of running replies, and closes each tape when its reply ends."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future

from structlog.contextvars import bind_contextvars, bound_contextvars

from lib.domain.models.connection import Connection
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.tape import CLOSING, Event, Failed, Interrupted, Stopped
from lib.domain.text.sentences import sentence
from lib.engine import pictures
from lib.engine.journal import Journal
from lib.engine.loop import Loop
from lib.engine.running_replies import RunningReplies
from lib.engine.running_reply import RunningReply
from lib.files.folder import Files
from lib.gateway.client import Gateway
from lib.gateway.errors.images import refuses_images

BURST_SECONDS = 0.1
"""The longest pause between two reads of a stream. A read after a pause takes several chunks at once, so one
process can carry hundreds of streams."""
# `benchmarks` starts at most 200 streams in one process; they reach `BURST_SECONDS`.
BURST_SECONDS_PER_STREAM = 0.0005
"""A few streams are read almost without delay; the pause grows with their number."""

log = logging.getLogger(__name__)


class Answering:
    """Runs replies on the engine's loop. Its methods may be called from any thread."""

    def __init__(
        self,
        gateway: Gateway,
        loop: Loop,
        runs: RunningReplies,
        journal: Journal | None,
        *,
        files: Files,
        request_bytes: int,
        on_ended: Callable[[RunningReply], None],
    ) -> None:
        """`on_ended` is called after the tape of a reply has closed."""
        self._gateway, self._loop, self._runs, self._journal = gateway, loop, runs, journal
        self._files, self._request_bytes, self._on_ended = files, request_bytes, on_ended
        self._refused_images: set[tuple[str, str]] = set()

    def start(self, run: RunningReply) -> None:
        """Ask the model."""
        run.future = self._loop.submit(self._answer(run))
        run.future.add_done_callback(lambda future: self._stream_ended(run, future))
        if run.tape.is_closed:  # stopped from elsewhere before it had a future to cancel
            run.future.cancel()

    def end(self, run: RunningReply, closing: Stopped | Interrupted | Failed) -> None:
        """Close the tape, then cancel the stream: events that still arrive come too late."""
        if run.append([closing]):
            self._book(run)
        if run.future:
            run.future.cancel()

    async def ended(self, reply_id: str) -> None:
        """Wait until a reply's connection to the gateway is closed."""
        run = self._runs.get(reply_id)
        if run and run.future:
            # Not `await future`: that would raise the reply's error here,
            # and cancelling the waiter would cancel the reply.
            await asyncio.wait([asyncio.wrap_future(run.future)])

    def refuses_images(self, connection: Connection, model: str | None) -> bool:
        """Whether this model has refused images since the process started."""
        return (connection.base_url, model) in self._refused_images

    async def _answer(self, run: RunningReply) -> None:
        bind_contextvars(reply_id=run.tape.reply_id)  # of this task, for the log
        async for burst in self._bursts(run):
            if burst and isinstance(burst[-1], CLOSING):
                # The closing burst folds all events that nobody has read yet, and may estimate the prompt.
                # For a long reply this takes a while, and all other replies stream on this thread.
                await asyncio.to_thread(self._take, run, burst)
            else:
                self._take(run, burst)

    def _take(self, run: RunningReply, burst: Sequence[Event]) -> None:
        if run.append(burst):
            self._book(run)
        elif self._journal and run.is_kept:
            self._journal.touch(run.tape)

    def _bursts(self, run: RunningReply) -> AsyncIterator[Sequence[Event]]:
        if run.is_image_model:
            return pictures.generated(self._gateway, run, self._files)
        if self.refuses_images(run.connection, run.model):
            run.messages = pictures.without_drawn(run.messages)
        return pictures.answered(
            self._gateway, run, self._files, request_bytes=self._request_bytes, pause=self._pause
        )

    def _pause(self) -> float:
        return min(BURST_SECONDS, BURST_SECONDS_PER_STREAM * len(self._runs))

    def _stream_ended(self, run: RunningReply, future: "Future[None]") -> None:
        """Close a tape that its ended stream left open: our own code failed, and followers must not hang."""
        # A cancelled future: either the tape was closed first (`end`), or the loop is stopping.
        if run.tape.is_closed or future.cancelled():
            return
        with bound_contextvars(reply_id=run.tape.reply_id):
            log.error("A reply ended without its closing event.", exc_info=future.exception())
        cause, advice = sentence("broke_off_here"), sentence("again")
        error = ChatError(Category.STREAM_INTERRUPTED, cause=cause, advice=advice, retryable=True)
        self.end(run, Failed(run.at_ms, error))

    def _book(self, run: RunningReply) -> None:
        """Hand the closed tape to the journal, or forget the run if the reply is not kept."""
        self._learn(run)
        if self._journal and run.is_kept:
            self._journal.close(run.tape, run.row())
        else:
            self._runs.forget(run.tape, is_stored=False)
        self._on_ended(run)

    def _learn(self, run: RunningReply) -> None:
        """Remember a model that refused the images it was sent."""
        error = run.tape.reply().error if any(message.image_tokens() for message in run.messages) else None
        if error and refuses_images(error):
            self._refused_images.add((run.connection.base_url, run.model))
