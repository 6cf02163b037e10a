"""The attachments of messages, and the files that replies made."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select

from lib.domain.conversation import attachments as attachments_json
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.text.validation import validated
from lib.store.database.database import Database
from lib.store.database.schema import attachments, messages


class Attachments:
    """Reads the attachments of all messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ids(self) -> set[str]:
        """The ids of all images and sounds that some message holds, including conversations in the bin."""
        has_file = attachments.c.kind != AttachmentKind.DOCUMENT
        with self._database.read() as connection:
            return set(connection.execute(select(attachments.c.id).where(has_file).distinct()).scalars())


def save(connection: Connection, held: Iterable[tuple[str, Sequence[Attachment]]]) -> None:
    """Insert attachments by the ids of their messages; without any, no statement is sent."""
    rows = [
        _row(message_id, position, attachment)
        for message_id, attached in held
        for position, attachment in enumerate(attached)
    ]
    if rows:
        connection.execute(insert(attachments), rows)


def of_conversation(connection: Connection, conversation_id: str) -> dict[str, tuple[Attachment, ...]]:
    """The attachments of a conversation's messages, by message id."""
    return _by_message(connection.execute(_OF_CONVERSATION, {"conversation_id": conversation_id}))


def of_conversations(connection: Connection, chosen: Select[tuple[str]]) -> dict[str, tuple[Attachment, ...]]:
    """The attachments of the messages of the conversations with the chosen ids, by message id."""
    return _by_message(connection.execute(_ALL.where(messages.c.conversation_id.in_(chosen))))


def _by_message(rows: Iterable[Row[Any]]) -> dict[str, tuple[Attachment, ...]]:
    found: dict[str, tuple[Attachment, ...]] = {}
    for row in rows:
        found[row.message_id] = (*found.get(row.message_id, ()), _attachment(row))
    return found


_ALL = (
    select(attachments)
    .join(messages, messages.c.id == attachments.c.message_id)
    .order_by(attachments.c.message_id, attachments.c.position)
)
_OF_CONVERSATION = _ALL.where(messages.c.conversation_id == bindparam("conversation_id"))


def _attachment(row: Row[Any]) -> Attachment:
    fields = dict(row._mapping)
    note = fields.pop("note")
    # A row of version 0.0 holds the notes in words.
    notes = json.loads(note) if note.startswith("[{") else list(filter(None, [note]))
    return validated(Attachment, {**fields, "notes": notes})


def _row(message_id: str, position: int, attachment: Attachment) -> dict[str, Any]:
    columns = attachments_json.to_json(attachment)
    # The bytes are in a file, named by the id.
    del columns["data"]
    notes = columns.pop("notes")
    columns["note"] = json.dumps(notes) if notes else ""
    return {"message_id": message_id, "position": position, **columns}
