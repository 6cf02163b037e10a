"""A send: what it adds to a conversation, what is stored, and the reply that it starts."""

import contextlib
import secrets
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from cachetools import FIFOCache

from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import Conversation, title_of
from lib.domain.conversation.messages import Message
from lib.domain.models.connection import Connection
from lib.domain.people.limits import SOON_SECONDS, LimitReached
from lib.domain.reply.reply import Reply
from lib.engine.journal import Beginning, Journal
from lib.engine.live import LiveTape
from lib.engine.running_replies import RunningReplies
from lib.engine.running_reply import RunningReply
from lib.i18n.translation import Lazy, lazy
from lib.store import Store
from lib.store.database.errors import NotYoursError, StillRunningError, StoreError
from lib.store.people.permissions import NotPermittedError
from lib.store.replies import Begun

SETTLING_SECONDS = 1.0
"""How long a send that others are in the way of waits until those that have just ended are stored as such."""
KNOWN_SEND_IDS = 10_000
"""How many send ids are known without asking the store, which knows those of kept replies for good."""
NOT_FOR_YOU = lazy("This model is not available to you. Choose another one.")

Result = TypeVar("Result")


class SendRefused(Exception):
    """A send that the engine refuses. The message is one sentence for the sender."""

    def __init__(self, sentence: str | Lazy, retry_after: float | None = None) -> None:
        """`retry_after`: the seconds after which it may be accepted; `None` if waiting is of no use."""
        super().__init__(sentence)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Accepted:
    """A send that the engine accepted. The caller adds it to its conversation with `put_into`."""

    tape: LiveTape
    """The tape of the new reply."""
    added: tuple[Message, ...]
    """The question, if one was asked, and the running reply."""
    title: str
    updated_at: datetime
    is_kept: bool
    """Whether it is stored."""

    def put_into(self, conversation: Conversation) -> None:
        """Add the messages to the conversation, and show it up to the running reply."""
        conversation.title, conversation.updated_at = self.title, self.updated_at
        conversation.add(self.added)
        if not self.is_kept:
            self.tape.keep_for(conversation)


def new_id() -> str:
    """A fresh id for a conversation, a message, a session or a send: 128 random bits in hex."""
    return secrets.token_hex(16)


def question(text: str, parent_id: str | None, attachments: tuple[Attachment, ...]) -> Message:
    """A person's message after the message `parent_id`."""
    return Message(new_id(), parent_id, "user", text, datetime.now(UTC), attachments=attachments)


class Sending:
    """Accepts sends, one at a time."""

    def __init__(
        self,
        runs: RunningReplies,
        journal: Journal | None,
        store: Store | None,
        owner: str,
        *,
        keep: Callable[[Attachment], Attachment],
        start: Callable[[RunningReply], None],
        may_use: Callable[[str, str], bool],
    ) -> None:
        """`keep` puts the images of stored messages into files, `start` asks the model.

        `may_use` tells whether somebody may use a model.
        """
        self._may_use = may_use
        self._runs, self._journal, self._store, self._owner = runs, journal, store, owner
        self._keep, self._start = keep, start
        self._one_at_a_time = threading.Lock()
        self._known: FIFOCache[str, str] = FIFOCache(KNOWN_SEND_IDS)
        """Who sent, by the ids of the latest sends: a click may arrive twice, and must be one send."""
        self.is_closed = False
        """Whether new sends are refused: the server is about to stop."""

    def send(
        self,
        person_id: str,
        conversation: Conversation,
        asked: Message | None,
        parent_id: str | None,
        connection: Connection,
        send_id: str,
        session_id: str,
    ) -> Accepted | None:
        """Store the question if possible, and begin the reply to the message `parent_id`.

        Return `None` if this send id was sent before. Raises `SendRefused`.
        """
        if self.is_closed:
            raise SendRefused(lazy("The server is about to stop. Send this again in a moment."))
        if not conversation.model:
            raise SendRefused(lazy("Choose a model first."))
        if not self._may_use(person_id, conversation.model):
            raise SendRefused(NOT_FOR_YOU)
        with self._one_at_a_time:  # the second of two clicks with one id must see the first
            if send_id in self._known:
                return None
            if asked and any(tape.conversation_id == conversation.id for tape in self._runs.open_tapes()):
                raise _still_running(StillRunningError())
            return self._accept(person_id, conversation, asked, parent_id, connection, send_id, session_id)

    def has_begun(self, person_id: str, send_ids: Collection[str]) -> bool:
        """Whether a reply of this person was begun with one of these ids, as far as is known."""
        if any(self._known.get(each) == person_id for each in send_ids):
            return True
        with contextlib.suppress(StoreError):
            return self._store is not None and self._store.replies.has_begun(person_id, send_ids)
        return False

    def check_limits(self, person_id: str, sends: int) -> None:
        """Raise `SendRefused` if a person may not send so many messages now, or any at all.

        Without a usable store there is no limit: nobody knows there what was used. What runs here counts even
        if it is not stored: temporary chats, and chats that were deleted meanwhile.
        """
        if store := self._store:
            open_of = self._runs.open_of
            with contextlib.suppress(StoreError):
                self._limited(
                    lambda: store.limits.check(person_id, datetime.now(UTC), sends, open_of(person_id))
                )

    def _limited(self, act: Callable[[], Result]) -> Result:
        """Do what a limit, another reply, an owner or an admin may forbid. Raises `SendRefused`."""
        try:
            try:
                return act()
            except (LimitReached, StillRunningError):
                if self._journal:
                    self._journal.flush(SETTLING_SECONDS)
            return act()
        except LimitReached as reached:
            raise SendRefused(reached.args[0], reached.retry_after) from None
        except StillRunningError as error:
            raise _still_running(error) from None
        except (NotPermittedError, NotYoursError) as error:
            raise SendRefused(error.args[0]) from None

    def _accept(
        self,
        person_id: str,
        conversation: Conversation,
        asked: Message | None,
        parent_id: str | None,
        connection: Connection,
        send_id: str,
        session_id: str,
    ) -> Accepted | None:
        journal = None if conversation.is_temporary else self._journal
        if asked and journal:
            # Files before rows: what is stored never names a missing file.
            asked = replace(asked, attachments=tuple(map(self._keep, asked.attachments)))
        reply = Reply(model_requested=conversation.model)
        answer = Message(new_id(), parent_id, "assistant", "", datetime.now(UTC), reply)
        added = (asked, answer) if asked else (answer,)
        tape = LiveTape(answer.id, conversation.id, person_id)
        before = _titled(conversation, asked)
        begun = Begun(answer.id, person_id, send_id, session_id, self._owner)
        updated_at = self._begin(journal, tape, Beginning(before, added, begun))
        if updated_at is None:
            return None
        # Only now: an id whose send raised may be sent again.
        self._known[send_id] = person_id
        accepted = Accepted(tape, added, before.title, updated_at, is_kept=journal is not None)
        self._start(_run(accepted, before, connection, session_id))
        return accepted

    def _begin(self, journal: Journal | None, tape: LiveTape, beginning: Beginning) -> datetime | None:
        """Store the send, unless the chat is temporary; return when the conversation last changed."""
        # The transaction of a kept send sees only what is stored.
        if not journal or self._runs.open_of(tape.person_id):
            self.check_limits(tape.person_id, 1)
        if journal:
            return self._limited(lambda: journal.begin(tape, beginning))
        return beginning.conversation.updated_at


def _still_running(error: StillRunningError) -> SendRefused:
    return SendRefused(error.sentence, SOON_SECONDS)


def _titled(conversation: Conversation, asked: Message | None) -> Conversation:
    """A copy of the conversation, since a page may still use the original; its first question names it."""
    title = title_of(asked) if asked and not conversation.messages else conversation.title
    return replace(conversation, title=title, messages=dict(conversation.messages))


def _run(accepted: Accepted, before: Conversation, connection: Connection, session_id: str) -> RunningReply:
    """Everything needed to run the reply that a send starts in the conversation `before` it."""
    answer, messages = accepted.added[-1], {message.id: message for message in accepted.added}
    conversation = replace(
        before,
        updated_at=accepted.updated_at,
        messages={**before.messages, **messages},
        leaf_id=answer.id,
    )
    return RunningReply(
        tape=accepted.tape,
        session_id=session_id,
        created_at=answer.created_at,
        connection=connection,
        conversation=conversation,
        messages=conversation.path(answer.parent_id),
        model=conversation.model or "",
        system_prompt=conversation.system_prompt,
        params=conversation.params,
        is_kept=accepted.is_kept,
    )
