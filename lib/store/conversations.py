"""Conversations and their messages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import Conversation, with_ids
from lib.domain.conversation.messages import Message, Params
from lib.domain.reply import reply as replies_json
from lib.domain.reply.reply import Reply
from lib.store import attachments, search
from lib.store.database.database import Database
from lib.store.database.schema import conversations, messages, replies

KEPT_IN_BIN = timedelta(days=30)
"""How long a deleted conversation can be restored."""
MESSAGES_AT_ONCE = 200
"""Imported messages per transaction: other writers wait some 50 ms for it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation as a list shows it."""

    id: str
    title: str
    updated_at: datetime
    is_pinned: bool = False
    deleted_at: datetime | None = None


class Conversations:
    """Reads and writes a person's conversations.

    Reading a missing id, or somebody else's, returns `None`; writing to it does nothing.
    """

    def __init__(self, database: Database, person_id: str) -> None:
        self._database, self._person_id = database, person_id
        self._is_own = conversations.c.person_id == person_id

    def latest(self, limit: int) -> list[Summary]:
        """The chats outside the bin: pinned ones first, then those last changed."""
        kept = _SUMMARIES.where(self._is_own, conversations.c.deleted_at.is_(None), _IS_CHAT)
        order = conversations.c.is_pinned.desc(), conversations.c.updated_at.desc()
        with self._database.read() as connection:
            return [Summary(*row) for row in connection.execute(kept.order_by(*order).limit(limit))]

    def bin(self) -> list[Summary]:
        """The deleted chats that can be restored, last deleted first."""
        deleted = _SUMMARIES.where(self._is_own, conversations.c.deleted_at.is_not(None), _IS_CHAT)
        with self._database.read() as connection:
            rows = connection.execute(deleted.order_by(conversations.c.deleted_at.desc()))
            return [Summary(*row) for row in rows]

    def get(self, conversation_id: str) -> Conversation | None:
        """The whole tree, if it is not in the bin. A reply that has not ended is included, still empty."""
        query = select(conversations).where(self._is_own, conversations.c.id == conversation_id)
        with self._database.read(is_snapshot=True) as connection:
            row = connection.execute(query.where(conversations.c.deleted_at.is_(None))).one_or_none()
            if row is None:
                return None
            found = connection.execute(_MESSAGES, {"conversation_id": conversation_id})
            attached = attachments.of_conversation(connection, conversation_id)
            return _conversation(row, [_message(each, attached.get(each.id, ())) for each in found])

    def all(self) -> Iterator[Conversation]:
        """Every chat outside the bin with its whole tree, oldest first, loaded one at a time."""
        is_kept = self._is_own, conversations.c.deleted_at.is_(None), _IS_CHAT
        kept = select(conversations.c.id).where(*is_kept)
        with self._database.read() as connection:
            # Only the ids: a read that stays open while a file is written would keep
            # SQLite from truncating its log.
            ids = list(connection.execute(kept.order_by(conversations.c.created_at)).scalars())
        for conversation_id in ids:
            if found := self.get(conversation_id):
                yield found

    def take(self, imported: Iterable[Conversation]) -> int:
        """Add conversations from files, except those already stored; return how many were added."""
        added = 0
        for batch in _batches(imported):
            with self._database.write() as connection:
                added += sum(_take(connection, self._person_id, each) for each in batch)
        return added

    def updated_at(self, conversation_id: str) -> datetime | None:
        """When the conversation last changed."""
        query = select(conversations.c.updated_at).where(self._is_own, conversations.c.id == conversation_id)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one_or_none()

    def rename(self, conversation_id: str, title: str) -> None:
        self._change(conversation_id, {"title": title})

    def retitle(self, conversation_id: str, old: str, new: str) -> None:
        """Replace the title `old`, unless a person has renamed the conversation in the meantime."""
        title = select(conversations.c.title).where(self._is_own, conversations.c.id == conversation_id)
        with self._database.write() as connection:
            if connection.execute(title).scalar_one_or_none() == old:
                touch(connection, conversation_id, {"title": new})

    def show(self, conversation_id: str, leaf_id: str) -> None:
        """Remember which path of the tree is shown."""
        self._change(conversation_id, {"leaf_id": leaf_id})

    def pin(self, conversation_id: str, is_pinned: bool) -> None:
        """Pin the conversation to the top of the list, or unpin it."""
        self._change(conversation_id, {"is_pinned": is_pinned})

    def delete(self, conversation_id: str) -> None:
        """Put the conversation into the bin."""
        self._change(conversation_id, {"deleted_at": datetime.now(UTC)})

    def restore(self, conversation_id: str) -> None:
        """Take the conversation out of the bin."""
        self._change(conversation_id, {"deleted_at": None})

    def purge(self, conversation_id: str) -> None:
        """Delete the conversation permanently, with its messages, tapes and search entries."""
        query = select(conversations.c.id).where(self._is_own, conversations.c.id == conversation_id)
        with self._database.write() as connection:
            purge(connection, list(connection.execute(query).scalars()))

    def _change(self, conversation_id: str, values: Mapping[str, Any]) -> None:
        changed = update(conversations).where(self._is_own, conversations.c.id == conversation_id)
        with self._database.write() as connection:
            connection.execute(changed.values(updated_at=datetime.now(UTC), **values))


class Bin:
    """What everybody has deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def purge_old(self) -> int:
        """Delete permanently what was in it for longer than `KEPT_IN_BIN`; return how many conversations."""
        before = datetime.now(UTC) - KEPT_IN_BIN
        with self._database.write() as connection:
            old = select(conversations.c.id).where(conversations.c.deleted_at < before)
            ids = list(connection.execute(old).scalars())
            purge(connection, ids)
            return len(ids)


def cells(connection: Connection, person_id: str, comparison_ids: Sequence[str]) -> list[Conversation]:
    """All cells of a person's comparisons, in order, in few statements however many there are."""
    chosen = (conversations.c.person_id == person_id) & conversations.c.comparison_id.in_(comparison_ids)
    ids = select(conversations.c.id).where(chosen)
    said: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(_ALL_MESSAGES.where(messages.c.conversation_id.in_(ids))):
        said.setdefault(row.conversation_id, []).append(row)
    attached = attachments.of_conversations(connection, ids)
    rows = connection.execute(select(conversations).where(chosen).order_by(conversations.c.position))
    return [
        _conversation(row, [_message(each, attached.get(each.id, ())) for each in said.get(row.id, ())])
        for row in rows
    ]


def purge(connection: Connection, ids: Sequence[str]) -> None:
    """Delete conversations permanently, with their search entries."""
    search.forget(connection, ids)
    connection.execute(delete(conversations).where(conversations.c.id.in_(ids)))


def touch(connection: Connection, conversation_id: str, values: Mapping[str, Any]) -> datetime:
    """Update a conversation's row; return the time of the change."""
    now = datetime.now(UTC)
    connection.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(updated_at=now, **values)
    )
    return now


def save(
    connection: Connection, person_id: str, conversation: Conversation, added: Sequence[Message]
) -> datetime:
    """Insert the messages, make the last one the leaf, and insert or update the conversation's row.

    A conversation of somebody else is refused by the database, like every id that is there twice.

    `conversation` is in its state before the send. Few statements: hundreds of sends may queue here.
    """
    values: dict[str, Any] = {
        "model": conversation.model,
        "system_prompt": conversation.system_prompt,
        "params": conversation.params.body(),
        "leaf_id": added[-1].id,
        "updated_at": datetime.now(UTC),
    }
    chosen = (conversations.c.id == conversation.id) & (conversations.c.person_id == person_id)
    # For a new chat, no statement is needed to find that out.
    is_known = bool(conversation.messages) and (
        connection.execute(update(conversations).where(chosen).values(values)).rowcount > 0
    )
    if not is_known:
        values |= {"title": conversation.title, "created_at": conversation.created_at}
        values |= {"comparison_id": conversation.comparison_id, "position": conversation.position}
        connection.execute(insert(conversations).values(id=conversation.id, person_id=person_id, **values))
    _insert_messages(
        connection, conversation.id, added, seq=_next_seq(connection, conversation.id) if is_known else 1
    )
    updated_at: datetime = values["updated_at"]
    return updated_at


def _batches(imported: Iterable[Conversation]) -> Iterator[list[Conversation]]:
    """Group conversations for one transaction each: about `MESSAGES_AT_ONCE` messages."""
    batch: list[Conversation] = []
    size = 0
    for conversation in imported:
        batch.append(conversation)
        size += 1 + len(conversation.messages)
        if size >= MESSAGES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _holders(connection: Connection, conversation: Conversation) -> set[str]:
    """Who has a conversation with this id, or with one of these messages."""
    owner = select(conversations.c.person_id)
    found = set(connection.execute(owner.where(conversations.c.id == conversation.id)).scalars())
    of_message = owner.join(messages, messages.c.conversation_id == conversations.c.id)
    ids = list(conversation.messages)
    # SQLite before 3.32 accepts 999 values per statement.
    for at in range(0, len(ids), 500):
        wanted = of_message.where(messages.c.id.in_(ids[at : at + 500])).distinct()
        found |= set(connection.execute(wanted).scalars())
    return found


def _take(connection: Connection, person_id: str, conversation: Conversation) -> bool:
    """Insert an imported conversation, unless the person has it; return whether it was inserted.

    Its replies keep their folds; their tapes stay where they were recorded. If somebody else has it, this
    person gets a copy with ids that are the same whenever the file is imported again.
    """
    holders = _holders(connection, conversation)
    if holders - {person_id}:
        conversation = with_ids(
            conversation, lambda id_: sha256(f"{person_id}/{id_}".encode()).hexdigest()[:32]
        )
        holders |= _holders(connection, conversation)
    if person_id in holders:
        return False
    connection.execute(
        insert(conversations).values(
            id=conversation.id,
            person_id=person_id,
            title=conversation.title,
            created_at=conversation.created_at,
            updated_at=conversation.updated_at,
            model=conversation.model,
            system_prompt=conversation.system_prompt,
            params=conversation.params.body(),
            leaf_id=conversation.leaf_id,
            is_pinned=conversation.is_pinned,
        )
    )
    imported = list(conversation.messages.values())
    if imported:
        _insert_messages(connection, conversation.id, imported, seq=1)
    rows = [
        {
            "id": message.id,
            "send_id": f"import/{message.id}",
            "session_id": "import",
            "state": message.reply.state,
            "owner": "import",
            "model_requested": message.reply.model_requested,
            "folded": replies_json.to_json(message.reply),
        }
        for message in imported
        if message.reply
    ]
    if rows:
        connection.execute(insert(replies), rows)
    return True


def _next_seq(connection: Connection, conversation_id: str) -> int:
    last = select(func.max(messages.c.seq)).where(messages.c.conversation_id == conversation_id)
    return (connection.execute(last).scalar_one() or 0) + 1


def _insert_messages(
    connection: Connection, conversation_id: str, added: Sequence[Message], *, seq: int
) -> None:
    for message in added:
        search.index(connection, message.id, conversation_id, message.content)
    connection.execute(
        insert(messages),
        [
            {
                "id": message.id,
                "conversation_id": conversation_id,
                "parent_id": message.parent_id,
                "role": message.role,
                "content": message.content,
                "created_at": message.created_at,
                "seq": seq + offset,
            }
            for offset, message in enumerate(added)
        ],
    )
    # What a reply made is in its fold; this copy shows which files are in use.
    held = [(each.id, each.reply.made if each.reply else each.attachments) for each in added]
    attachments.save(connection, held)


_IS_CHAT = conversations.c.comparison_id.is_(None)
_SUMMARIES = select(
    conversations.c.id,
    conversations.c.title,
    conversations.c.updated_at,
    conversations.c.is_pinned,
    conversations.c.deleted_at,
)

_ALL_MESSAGES = (
    select(messages, replies.c.id.label("reply_id"), replies.c.model_requested, replies.c.folded)
    .select_from(messages.outerjoin(replies, replies.c.id == messages.c.id))
    .order_by(messages.c.seq)
)
_MESSAGES = _ALL_MESSAGES.where(messages.c.conversation_id == bindparam("conversation_id"))


def _message(row: Row[Any], attached: tuple[Attachment, ...]) -> Message:
    if row.reply_id is None:
        return Message(row.id, row.parent_id, row.role, row.content, row.created_at, attachments=attached)
    folded = row.folded
    reply = replies_json.from_json(folded) if folded else Reply(model_requested=row.model_requested)
    return Message(row.id, row.parent_id, row.role, row.content, row.created_at, reply)


def _conversation(row: Row[Any], found: Sequence[Message]) -> Conversation:
    return Conversation(
        id=row.id,
        title=row.title,
        created_at=row.created_at,
        updated_at=row.updated_at,
        model=row.model,
        system_prompt=row.system_prompt,
        params=Params.from_body(row.params),
        leaf_id=row.leaf_id,
        is_pinned=row.is_pinned,
        comparison_id=row.comparison_id,
        position=row.position,
        messages={message.id: message for message in found},
    )
