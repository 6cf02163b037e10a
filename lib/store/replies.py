"""Replies and their tapes: begun, journaled while they run, and closed once."""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.reply import tape as tape_json
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.reply import to_json as reply_to_json
from lib.domain.reply.tape import Event
from lib.store import ledger
from lib.store.conversation import attachments, search
from lib.store.conversation.messages import save, touch
from lib.store.database.database import Database
from lib.store.database.errors import StillRunningError, StoreError
from lib.store.database.inserts import is_refused_by
from lib.store.database.locks import lock
from lib.store.database.schema import conversations, journal, messages, replies, rounds
from lib.store.people import limits

TAPES_AT_ONCE = 200
"""How many tapes one statement reads: SQLite refuses conditions that are too deep."""

_WITH_CONVERSATIONS = replies.join(messages, messages.c.id == replies.c.id).join(
    conversations, conversations.c.id == messages.c.conversation_id
)
_RUNNING_IN = next(index for index in replies.indexes if index.name == "ix_replies_running_in")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """Who asked for a reply, and which process runs it."""

    reply_id: str
    person_id: str
    send_id: str
    session_id: str
    owner: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Events to append to a reply's journal: `seq` is the position of the first one in its tape."""

    reply_id: str
    seq: int
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Closing:
    """A reply that has ended: its fold and its ledger row."""

    reply: Reply
    person_id: str
    row: LedgerRow


@dataclass(frozen=True, slots=True)
class Running:
    """A reply whose tape is still open, and the process that runs it."""

    reply_id: str
    person_id: str
    session_id: str
    owner: str
    conversation_id: str
    created_at: datetime


class Replies:
    """Writes and reads the tapes of one database."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        """A day of the limits begins at midnight in `zone`."""
        self._database, self._zone = database, zone

    def begin(
        self, conversation: Conversation, added: Sequence[Message], begun: Begun, *, is_limited: bool = True
    ) -> datetime | None:
        """Store the question, if any, and the running reply, the last of `added`, in one transaction.

        Returns the time; `None` if a reply with this send id already exists: then nothing is stored. Nor is
        a question where another reply of the conversation runs, or anything where a limit is reached or the
        person may not sign in: raises `StillRunningError`, `LimitReached` and `NotPermittedError`, unless the
        reply runs already (`is_limited` is false).
        Raises `NotYoursError` if the conversation has gone to somebody else.
        """
        try:
            with self._database.write() as connection:
                now = save(connection, begun.person_id, conversation, added)
                # A question has its conversation to itself; another version of an answer comes beside others.
                is_alone = is_limited and len(added) > 1
                row = _begun(begun, conversation.model, running_in=conversation.id if is_alone else None)
                connection.execute(insert(replies), row)
                if is_alone and _runs_beside(connection, conversation.id, begun.reply_id):
                    raise StillRunningError()
                # Afterwards: a click that arrives twice is the same reply, not one too many.
                if is_limited:
                    person_id, reply_id = begun.person_id, begun.reply_id
                    lock(connection, f"limits of {person_id}")  # the next send sees this one
                    limits.check(connection, person_id, datetime.now(UTC), self._zone, but=reply_id)
                return now
        except StoreError as error:
            # The unique `send_id` decides. A query first would miss what another process stores in between.
            is_there_twice = isinstance(error.__cause__, IntegrityError)
            known = self._begun_with(begun.send_id) if is_there_twice else None
            if known is None:
                if is_refused_by(_RUNNING_IN, error.__cause__):
                    raise StillRunningError() from None
                raise
            reply_id, updated_at = known
            # This very reply: the commit succeeded though an error was raised, and the journal retries.
            return updated_at if reply_id == begun.reply_id else None

    def _begun_with(self, send_id: str) -> tuple[str, datetime] | None:
        """The reply that this send id began, and when its conversation last changed."""
        query = (
            select(replies.c.id, conversations.c.updated_at)
            .select_from(_WITH_CONVERSATIONS)
            .where(replies.c.send_id == send_id)
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
            return (row.id, row.updated_at) if row else None

    def journal(self, owner: str, entries: Sequence[Entry], closings: Sequence[Closing] = ()) -> set[str]:
        """Append to journals and close replies, all in one transaction.

        Events of a missing reply (its conversation was deleted) are dropped; its ledger row stays. Events of
        a reply that is already closed, or no longer belongs to `owner`, are dropped with its row: the reply
        stays as the process that took it over left it. Returns the ids of the replies that were to be closed
        and stayed so.
        """
        with self._database.write() as connection:
            # A send locks its conversation before it looks for replies there: in the same order here.
            if ended := {closing.row.conversation_id for closing in closings}:
                locked = select(conversations.c.id).where(conversations.c.id.in_(ended))
                connection.execute(locked.order_by(conversations.c.id).with_for_update(key_share=True))
            ids = {entry.reply_id for entry in entries} | {closing.row.reply_id for closing in closings}
            # Each write checks the owner: a process that was considered dead but goes on changes nothing.
            is_open = and_(replies.c.state == State.RUNNING, replies.c.owner == owner)
            known = select(replies.c.id, is_open).where(replies.c.id.in_(ids)).order_by(replies.c.id)
            open_: dict[str, bool] = dict(connection.execute(known.with_for_update()).all())
            rows = [_row(entry) for entry in entries if open_.get(entry.reply_id)]
            if rows:
                connection.execute(insert(journal), rows)
            for closing in closings:
                reply_id = closing.row.reply_id
                if open_.get(reply_id):
                    _close(connection, closing)
                if open_.get(reply_id, True):
                    ledger.book(connection, closing.person_id, closing.row)
        return {closing.row.reply_id for closing in closings if not open_.get(closing.row.reply_id, True)}

    def tape(self, reply_id: str, start: int = 0) -> list[Event]:
        """The journaled events of a reply in order, from position `start`. Unreadable ones are skipped."""
        with self._database.read() as connection:
            return [event for _, events in journaled(connection, reply_id, start) for event in events]

    def next_seq(self, reply_id: str) -> int:
        """The position after the last journaled event of a reply."""
        with self._database.read() as connection:
            rows = journaled(connection, reply_id)
        return max((seq + max(1, len(events)) for seq, events in rows if isinstance(seq, int)), default=0)

    def tapes(self, starts: Mapping[str, int]) -> dict[str, list[Event]]:
        """What is journaled of several replies, each from its position on; one without news is missing."""
        found: dict[str, list[Event]] = {}
        wanted = list(starts.items())
        with self._database.read() as connection:
            for at in range(0, len(wanted), TAPES_AT_ONCE):
                some = wanted[at : at + TAPES_AT_ONCE]
                fits = or_(*(and_(journal.c.reply_id == id_, journal.c.seq >= start) for id_, start in some))
                for reply_id, _, events in _journaled(connection, fits):
                    found.setdefault(reply_id, []).extend(events)
        return found

    def want_stop(self, person_id: str, reply_id: str) -> None:
        """Ask the process that runs a person's reply to stop it; do nothing if it does not run."""
        own = (
            select(messages.c.id)
            .join(conversations, conversations.c.id == messages.c.conversation_id)
            .where(conversations.c.person_id == person_id)
        )
        chosen = (replies.c.id == reply_id) & (replies.c.state == State.RUNNING) & replies.c.id.in_(own)
        with self._database.write() as connection:
            connection.execute(update(replies).where(chosen).values(is_stop_wanted=True))

    def wanted_stops(self, owner: str) -> list[str]:
        """The replies of a process that others want to stop."""
        chosen = (replies.c.state == State.RUNNING) & (replies.c.owner == owner)
        query = select(replies.c.id).where(chosen, replies.c.is_stop_wanted.is_(True))
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def running_in(self, person_id: str, conversation_id: str) -> list[str]:
        """The replies that some process runs in a person's conversation."""
        own = (conversations.c.person_id == person_id) & (conversations.c.id == conversation_id)
        query = (
            select(replies.c.id).select_from(_WITH_CONVERSATIONS).where(replies.c.state == State.RUNNING, own)
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def has_begun(self, person_id: str, send_ids: Collection[str]) -> bool:
        """Whether a reply in a person's conversations was begun with one of these send ids."""
        query = (
            select(replies.c.id)
            .select_from(_WITH_CONVERSATIONS)
            .where(replies.c.send_id.in_(send_ids), conversations.c.person_id == person_id)
        )
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def blind_round(self, reply_id: str, owner: str) -> list[str]:
        """The replies that are written in step with this one, while some process but `owner` writes them.

        They are the last ones of a comparison's cells, while its round is blind and open.
        """
        of = (
            select(conversations.c.comparison_id)
            .join(messages, messages.c.conversation_id == conversations.c.id)
            .where(messages.c.id == reply_id)
        )
        is_hidden = rounds.c.is_blind.is_(True) & rounds.c.revealed_at.is_(None)
        hidden = select(rounds.c.comparison_id).where(is_hidden, rounds.c.comparison_id.in_(of))
        last = (
            select(replies.c.id, replies.c.state, replies.c.owner)
            .join(conversations, conversations.c.leaf_id == replies.c.id)
            .where(conversations.c.comparison_id.in_(hidden))
        )
        with self._database.read() as connection:
            found = connection.execute(last).all()
        is_written = any(row.state == State.RUNNING and row.owner != owner for row in found)
        return [row.id for row in found] if is_written else []

    def running(self, ids: Collection[str] | None = None, *, is_ended_too: bool = False) -> list[Running]:
        """Replies that some process runs, or ran when it died; `ids` limits them to these.

        `is_ended_too`: and those that have ended.
        """
        query = select(
            replies.c.id,
            conversations.c.person_id,
            replies.c.session_id,
            replies.c.owner,
            messages.c.conversation_id,
            messages.c.created_at,
        ).select_from(_WITH_CONVERSATIONS)
        if not is_ended_too:
            query = query.where(replies.c.state == State.RUNNING)
        if ids is not None:
            query = query.where(replies.c.id.in_(ids))
        with self._database.read() as connection:
            return [Running(*row) for row in connection.execute(query)]


def journaled(connection: Connection, reply_id: str, start: int = 0) -> list[tuple[int, list[Event]]]:
    """The events of a reply from position `start`, row by row, each with its position."""
    wanted = and_(journal.c.reply_id == reply_id, journal.c.seq >= start)
    return [(seq, events) for _, seq, events in _journaled(connection, wanted)]


def _journaled(connection: Connection, wanted: ColumnElement[bool]) -> list[tuple[str, int, list[Event]]]:
    # As text: one row with malformed JSON must not cost the others.
    columns = journal.c.reply_id, journal.c.seq, cast(journal.c.events, Text)
    order = journal.c.reply_id, journal.c.seq
    rows = connection.execute(select(*columns).where(wanted).order_by(*order)).all()
    return [(reply_id, seq, _events(stored)) for reply_id, seq, stored in rows]


def _runs_beside(connection: Connection, conversation_id: str, reply_id: str) -> bool:
    """Whether another reply runs in a conversation. It is locked: nothing begins there meanwhile."""
    others = (
        select(replies.c.id)
        .join(messages, messages.c.id == replies.c.id)
        .where(messages.c.conversation_id == conversation_id)
        .where(replies.c.state == State.RUNNING, replies.c.id != reply_id)
    )
    return connection.execute(others.limit(1)).first() is not None


def _begun(begun: Begun, model: str | None, running_in: str | None) -> dict[str, Any]:
    return {
        "id": begun.reply_id,
        "send_id": begun.send_id,
        "session_id": begun.session_id,
        "owner": begun.owner,
        "state": State.RUNNING,
        "model_requested": model,
        "running_in": running_in,
    }


def _events(stored: str) -> list[Event]:
    try:
        return [tape_json.from_json(event) for event in json.loads(stored)]
    except Exception as error:  # somebody may have edited the row
        log.warning("A part of a tape cannot be read and is left out: %s.", type(error).__name__)
        return []


def _row(entry: Entry) -> dict[str, Any]:
    events = [tape_json.to_json(event) for event in entry.events]
    return {"reply_id": entry.reply_id, "seq": entry.seq, "events": events}


def _close(connection: Connection, closing: Closing) -> None:
    reply_id, reply = closing.row.reply_id, closing.reply
    connection.execute(
        update(replies).where(replies.c.id == reply_id).values(state=reply.state, folded=reply_to_json(reply))
    )
    connection.execute(update(messages).where(messages.c.id == reply_id).values(content=reply.text))
    attachments.save(connection, [(reply_id, reply.made)])
    search.index(connection, reply_id, closing.row.conversation_id, reply.text)
    touch(connection, closing.row.conversation_id, {})
