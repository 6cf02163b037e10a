"""Replies and their tapes: begun, journaled while they run, closed once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from lib.chat import tape as tape_json
from lib.chat.conversations import Conversation
from lib.chat.ledger import LedgerRow
from lib.chat.messages import Message
from lib.chat.reply import Reply, State
from lib.chat.reply import to_json as reply_to_json
from lib.chat.tape import Event
from lib.store import attachments, conversations, ledger, search
from lib.store.database import Database, StoreError
from lib.store.schema import journal, messages, processes, replies


@dataclass(frozen=True, slots=True)
class Begun:
    """Who asked for a reply, and which process runs it."""

    reply_id: str
    send_id: str
    session_id: str
    owner: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Events to append to a reply's journal: `seq` is the position of the first of them in its tape."""

    reply_id: str
    seq: int
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Closing:
    """A reply that has ended: its fold and its row in the ledger."""

    reply: Reply
    row: LedgerRow


@dataclass(frozen=True, slots=True)
class Running:
    """A reply whose tape is still open, and when its process was last alive (`None`: never said)."""

    reply_id: str
    session_id: str
    owner: str
    heartbeat_at: datetime | None
    conversation_id: str
    created_at: datetime


class Replies:
    """Writes and reads the tapes of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, conversation: Conversation, added: Sequence[Message], begun: Begun) -> datetime | None:
        """Store the question (if there is one) and the running reply, the last of `added`, at once.

        Returns when; `None` when a reply with this send id exists already: then nothing is stored.
        """
        try:
            with self._database.write() as connection:
                now = conversations.save(connection, conversation, added)
                connection.execute(insert(replies), _begun(begun, conversation.model))
                return now
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError) and self._was_sent(begun.send_id):
                return None
            raise

    def _was_sent(self, send_id: str) -> bool:
        with self._database.read() as connection:
            return (
                connection.execute(select(replies.c.id).where(replies.c.send_id == send_id)).first()
                is not None
            )

    def journal(self, entries: Sequence[Entry], closings: Sequence[Closing] = ()) -> None:
        """Append to journals and close replies, all in one transaction.

        What belongs to a reply that is no longer there (its conversation was deleted meanwhile) is dropped;
        its row in the ledger is kept. A reply that another process has closed stays as that one left it.
        """
        with self._database.write() as connection:
            ids = {entry.reply_id for entry in entries} | {closing.row.reply_id for closing in closings}
            known = select(replies.c.id, replies.c.state).where(replies.c.id.in_(ids))
            states = dict(connection.execute(known).all())
            rows = [_row(entry) for entry in entries if states.get(entry.reply_id) == State.RUNNING]
            if rows:
                connection.execute(insert(journal), rows)
            for closing in closings:
                state = states.get(closing.row.reply_id)
                if state == State.RUNNING:
                    _close(connection, closing)
                if state in (State.RUNNING, None):
                    ledger.book(connection, closing.row)

    def tape(self, reply_id: str) -> list[Event]:
        """The journaled events of a reply, in order."""
        query = select(journal.c.events).where(journal.c.reply_id == reply_id).order_by(journal.c.seq)
        with self._database.read() as connection:
            rows = connection.execute(query).scalars()
            return [tape_json.from_json(event) for events in rows for event in events]

    def beat(self, owner: str) -> None:
        """Say that this process is alive."""
        now = datetime.now(UTC)
        with self._database.write() as connection:
            changed = connection.execute(
                update(processes).where(processes.c.id == owner).values(heartbeat_at=now)
            )
            if not changed.rowcount:
                connection.execute(insert(processes).values(id=owner, heartbeat_at=now))

    def running(self) -> list[Running]:
        """The replies that some process is running, or was when it died."""
        query = (
            select(
                replies.c.id,
                replies.c.session_id,
                replies.c.owner,
                processes.c.heartbeat_at,
                messages.c.conversation_id,
                messages.c.created_at,
            )
            .join(messages, messages.c.id == replies.c.id)
            .outerjoin(processes, processes.c.id == replies.c.owner)
            .where(replies.c.state == State.RUNNING)
        )
        with self._database.read() as connection:
            return [Running(*row) for row in connection.execute(query)]


def _begun(begun: Begun, model: str | None) -> dict[str, Any]:
    return {
        "id": begun.reply_id,
        "send_id": begun.send_id,
        "session_id": begun.session_id,
        "owner": begun.owner,
        "state": State.RUNNING,
        "model_requested": model,
    }


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
    conversations.touch(connection, closing.row.conversation_id, {})
