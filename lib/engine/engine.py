"""Runs replies: send, follow, cancel, recover. It knows nothing of pages."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.connection import Connection
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.tape import Event, Interrupted, Stopped
from lib.domain.reply.timeline import longest_gap_ms
from lib.domain.text.sentences import sentence
from lib.engine import booking, pictures, transcription
from lib.engine.answering import Answering
from lib.engine.following import Following
from lib.engine.journal import Journal
from lib.engine.live import LiveTape
from lib.engine.lookups.balances import Balances
from lib.engine.lookups.catalogue import Catalogue
from lib.engine.lookups.doctor import Doctor
from lib.engine.loop import Loop
from lib.engine.notifications import STOPPING, STORING, Notifications
from lib.engine.observer import Observer
from lib.engine.playback.player import Player
from lib.engine.playback.synchronized import SynchronizedTapes
from lib.engine.recovery import ownership
from lib.engine.recovery.remote_stops import RemoteStops
from lib.engine.recovery.remote_tapes import RemoteTapes
from lib.engine.recovery.storage_problems import StorageProblems
from lib.engine.recovery.unstored import unstored_conversations
from lib.engine.recovery.watchdog import Watchdog
from lib.engine.running_replies import RunningReplies
from lib.engine.running_reply import RunningReply
from lib.engine.sending import Accepted, Sending, SendRefused, new_id, question
from lib.engine.series.deck_runs import DeckRuns
from lib.engine.series.repeats import Repeats
from lib.engine.series.shared import SharedSeries
from lib.engine.titles import is_first_exchange, write_title
from lib.files.folder import Files
from lib.gateway.client import Gateway
from lib.i18n.translation import Lazy
from lib.store import Store
from lib.store.database.errors import StoreError

LAST_WRITE_SECONDS = 10.0
"""How long a stopping process tries to write the last events."""

log = logging.getLogger(__name__)


class Engine:
    """One per process. Its methods may be called from any thread.

    Who asks comes first: whatever belongs to somebody else is as if it were not there.
    """

    def __init__(
        self,
        gateway: Gateway,
        store: Store | None,
        *,
        files: Files | None = None,
        has_auto_titles: bool = False,
        request_bytes: int = pictures.REQUEST_BYTES,
        connection: Callable[[], Connection] | None = None,
    ) -> None:
        """Without a store, nothing is kept. With a store, replies that dead processes left running are closed
        at the start and whenever another process dies.

        `files` keeps the images; without it they stay in memory. Requests with images stay under
        `request_bytes`. `connection` returns the installation's: with it, what another process has begun is
        gone on with.
        """
        self._gateway, self._store = gateway, store
        files = files or Files(None)
        self._has_auto_titles = has_auto_titles
        self._owner = new_id()
        self._runs = RunningReplies()
        self.notifications = Notifications()
        self._problems = StorageProblems(lambda: self.notifications.tell(STORING))
        self._loop = Loop()
        self._remote = RemoteTapes(self._loop, store, self._owner) if store else None
        self.synchronized = SynchronizedTapes(self._loop)
        self._following = Following(
            self._runs, self.synchronized, self._remote, store, self._owner, self.notifications
        )
        self._observer: Observer | None = None
        self.is_stopping = False
        """Whether the process is about to stop: what can begin elsewhere begins elsewhere."""
        self._journal = (
            Journal(
                store,
                self._owner,
                self._problems,
                self._runs.forget,
                on_replaced=self._following.note_replaced,
                on_written=self._written,
            )
            if store
            else None
        )
        self._answering = Answering(
            gateway,
            self._loop,
            self._runs,
            self._journal,
            files=files,
            request_bytes=request_bytes,
            on_ended=self._after,
        )
        if store:
            RemoteStops(self._loop, store, self._owner, self._runs, self._stop)
        self._may_use: Callable[[str, str], bool] = store.settings.may_use if store else lambda *_: True
        self._sending = Sending(
            self._runs,
            self._journal,
            store,
            self._owner,
            keep=files.keep,
            start=self._start,
            may_use=self._may_use,
        )
        self.catalogue = Catalogue(gateway, self._loop)
        self._shared = SharedSeries(self._loop, store, self._owner, connection) if store else None
        self.repeats = Repeats(
            self._loop,
            self._answering.ended,
            self.cancel,
            shared=self._shared,
            regenerate=self.regenerate,
            is_leaving=lambda: self.is_stopping,
        )
        self.deck_runs = DeckRuns(
            self._loop,
            store,
            shared=self._shared,
            is_leaving=lambda: self.is_stopping,
            say=self.say,
            regenerate=self.regenerate,
            ended=self._answering.ended,
            flush=self.flush,
            cancel=self.cancel,
            is_behind=self.is_behind,
        )
        self.doctor = Doctor(
            gateway, self._loop, store, check_limits=self.check_limits, may_use=self._may_use
        )
        self.balances = Balances(gateway, self._loop)
        # Last: its threads may call `_let_go` at once, which needs everything above.
        self._watchdog = (
            Watchdog(store, self._owner, self._problems, self._let_go, self._go_on, self._got)
            if store
            else None
        )

    @property
    def process_id(self) -> str:
        """Which of the processes that share the store this is."""
        return self._owner

    @property
    def problem(self) -> str | Lazy | None:
        """Why new messages are not stored at the moment, in a sentence or two; `None` if all is well.

        `notifications` announce a change under the topic `STORING`.
        """
        return self._problems.sentence

    @property
    def has_lease(self) -> bool:
        """Whether no other process can take this one for dead, and its replies over."""
        return self._watchdog is None or self._watchdog.has_lease

    @property
    def running_count(self) -> int:
        """How many replies this process runs."""
        return len(self._runs.open_tapes())

    @property
    def followed_elsewhere_count(self) -> int:
        """How many replies of other processes this one follows."""
        return self._remote.open_count() if self._remote else 0

    def observe(self, observer: Observer) -> None:
        """Have somebody measure what happens from now on."""
        self._observer = observer

    def is_behind(self, person_id: str, conversation_id: str) -> bool:
        """Whether something that a person sent in this conversation is not stored yet."""
        behind = self._journal.behind() if self._journal else []
        return any((tape.person_id, tape.conversation_id) == (person_id, conversation_id) for tape in behind)

    def unstored(self, person_id: str) -> list[Conversation]:
        """A person's conversations with words that are only in memory, in their current state."""
        return unstored_conversations([run for run in self._unstored() if run.tape.person_id == person_id])

    def all_unstored(self) -> list[Conversation]:
        """Everybody's conversations with words that are only in memory, in their current state."""
        return unstored_conversations(self._unstored())

    def say(
        self,
        person_id: str,
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

        `attachments` go with the text. An image model draws what the text describes.
        Returns `None` if this send id was sent before; nothing happens then. Raises `SendRefused`, also where
        one of the person's limits is reached, and while another reply of the conversation runs, whichever
        process runs it.

        If the store cannot take the message, the model still answers; the message is stored once possible.
        """
        asked = question(text, parent_id, tuple(attachments))
        return self._sending.send(person_id, conversation, asked, asked.id, connection, send_id, session_id)

    def regenerate(
        self,
        person_id: str,
        conversation: Conversation,
        question_id: str | None,
        *,
        connection: Connection,
        send_id: str,
        session_id: str,
    ) -> Accepted | None:
        """Ask the conversation's model for another answer to a question; otherwise like `say`.

        May be called while other replies of the conversation run.
        """
        return self._sending.send(person_id, conversation, None, question_id, connection, send_id, session_id)

    def continue_(
        self,
        person_id: str,
        conversation: Conversation,
        answer_id: str,
        *,
        connection: Connection,
        send_id: str,
        session_id: str,
    ) -> Accepted | None:
        """Ask for the rest of an answer that broke off; otherwise like `regenerate`."""
        return self._sending.send(person_id, conversation, None, answer_id, connection, send_id, session_id)

    def has_begun(self, person_id: str, send_ids: Collection[str]) -> bool:
        """Whether a reply of this person was begun with one of these send ids, in any process.

        Without a usable store, only this process's latest sends are known.
        """
        return self._sending.has_begun(person_id, send_ids)

    def check_limits(self, person_id: str, sends: int) -> None:
        """Raise `SendRefused` if a person may not send so many messages now, or any at all."""
        self._sending.check_limits(person_id, sends)

    def refuses_images(self, connection: Connection, model: str | None) -> bool:
        """Whether this model has refused images since the process started."""
        return self._answering.refuses_images(connection, model)

    def transcribe(
        self,
        person_id: str,
        connection: Connection,
        recording: bytes,
        *,
        model: str,
        session_id: str,
        conversation_id: str,
    ) -> str:
        """Return the text of a WAV recording. Blocks. The call gets a ledger row. Raises `ChatError`."""
        if not self._may_use(person_id, model):
            raise ChatError(
                Category.PERMISSION_DENIED, cause=sentence("model_not_available"), advice=sentence("none")
            )
        try:
            self.check_limits(person_id, 1)
        except SendRefused as refused:
            raise ChatError(Category.RATE_LIMITED, str(refused), advice=sentence("none")) from None
        asked = transcription.transcribe(self._gateway, connection, recording, model)
        text, row, error = self._loop.submit(asked).result()
        booking.book(
            self._store, person_id, replace(row, session_id=session_id, conversation_id=conversation_id)
        )
        if error:
            raise error
        return text

    def follow(self, person_id: str, reply_id: str) -> LiveTape | None:
        """Return the tape to show for a person's reply, whichever process runs it.

        `None` once the reply is stored.

        While a blind round streams, wherever, this is a copy that hides how fast the model is. A reply that
        is never stored can be followed for as long as its conversation exists.
        """
        return self._following.tape(person_id, reply_id)

    def is_replaced(self, person_id: str, reply_id: str) -> bool:
        """Whether another process has just closed a person's reply otherwise than it was seen to end here.

        `notifications` announce it under the topic `REPLACED`.
        """
        return self._following.is_replaced(person_id, reply_id)

    def running(self, person_id: str, conversation_id: str) -> list[str]:
        """The ids of the replies that this process runs in a person's conversation."""
        return self._following.running(person_id, conversation_id)

    def running_anywhere(self, person_id: str, conversation_id: str) -> list[str]:
        """The ids of the replies that run in a person's conversation, in whichever process."""
        return self._following.running_anywhere(person_id, conversation_id)

    def player(self, recorded: Mapping[str, Sequence[Event]], *, later: Collection[str] = ()) -> Player:
        """Return a player for whole tapes, by reply id; the tapes in `later` start after the others."""
        return Player(self._loop, recorded, later=later)

    def cancel(self, person_id: str, reply_id: str) -> None:
        """Stop a person's reply: close its upstream connection and keep what it has said so far."""
        run = self._runs.get(reply_id)
        if run is None:
            self._cancel_elsewhere(person_id, reply_id)
        elif run.tape.person_id == person_id:
            self._stop(run)

    def cancel_all(self, person_id: str) -> None:
        """Stop whatever runs for a person here, and start nothing more of it."""
        self.deck_runs.stop_all(person_id)
        self.repeats.stop_all(person_id)
        for tape in self._runs.open_tapes():
            if tape.person_id == person_id:
                self.cancel(person_id, tape.reply_id)

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait until everything so far is in the store; return whether it is."""
        return self._journal.flush(timeout) if self._journal else True

    def announce_stop(self) -> None:
        """Let other processes have what begins from now on; sends are taken until `drain`."""
        self.is_stopping = True
        self.notifications.tell(STOPPING)

    def drain(self, seconds: float, then: Callable[[], None]) -> None:
        """Take no more sends; call `then` when no reply runs any more, after `seconds` at the latest."""
        self.is_stopping = self._sending.is_closed = True

        def wait() -> None:
            self.notifications.tell(STOPPING)
            deadline = time.monotonic() + seconds
            for tape in self._runs.open_tapes():
                tape.wait_closed(max(0.0, deadline - time.monotonic()))
            then()

        # On its own thread: a signal handler may call this, and the main thread must keep serving pages.
        threading.Thread(target=wait, name="drain", daemon=True).start()

    def stop(self) -> None:
        """Take no more sends, close running replies as interrupted, and end the threads."""
        self.is_stopping = self._sending.is_closed = True
        for run in self._runs.all():
            self._answering.end(run, Interrupted(run.at_ms))
        # The watchdog stops after the last write: while it beats, no other process takes these
        # replies over. A missing database file accepts no writes, so do not wait for it.
        if self._journal and self._watchdog:
            self._journal.stop(LAST_WRITE_SECONDS if self._watchdog.is_well else 0.0)
            self._watchdog.stop()
        # On the loop: aiohttp's connections belong to it.
        self._loop.stop(self._gateway.close)
        if self._remote:
            self._remote.stop()

    def _unstored(self) -> list[RunningReply]:
        ids = self._journal.unstored() if self._journal else []
        return [run for reply_id in ids if (run := self._runs.get(reply_id))]

    def _stop(self, run: RunningReply) -> None:
        self._answering.end(run, Stopped(run.at_ms))

    def _cancel_elsewhere(self, person_id: str, reply_id: str) -> None:
        """Ask the process that runs the reply, if it runs, to stop it."""
        try:
            if self._store:
                self._store.replies.want_stop(person_id, reply_id)
        except StoreError as error:
            log.warning("A reply of another process could not be stopped: %s", error)

    def _start(self, run: RunningReply) -> None:
        """Run the reply of an accepted send."""
        run.is_image_model = self.catalogue.kind(run.connection, run.model).is_image_model
        self._runs.add(run)
        # Before the first event: in a blind round nobody may see the raw tape grow.
        self.synchronized.join(run.tape)
        self._answering.start(run)
        self.notifications.tell(run.conversation.comparison_id)

    def _after(self, run: RunningReply) -> None:
        """Do what follows a reply's end."""
        if self._observer:
            self._observer.reply_ended(run.row(), longest_gap_ms(run.tape.events))
        if not self._store:
            return
        if not run.is_kept:
            booking.book_temporary(self._store, run)
        elif self._has_auto_titles and is_first_exchange(run):
            self._loop.submit(write_title(self._gateway, self._store, run))

    def _got(self, count: int) -> None:
        if self._observer:
            self._observer.replies_taken_over(count)

    def _written(self, seconds: float) -> None:
        if self._observer:
            self._observer.journal_written(seconds)

    def _go_on(self) -> None:
        """Go on with the series that a dead or leaving process has left to this one."""
        if self._shared and not self.is_stopping:
            self._shared.go_on()

    def _let_go(self) -> None:
        """Interrupt the replies that are this process's no more."""
        if self._store and self._journal:
            for run in ownership.lost(self._runs, self._journal, self._store, self._owner):
                self._answering.end(run, Interrupted(run.at_ms))
