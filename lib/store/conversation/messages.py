"""A conversation's messages, in the transaction of whoever reads or writes them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Params
from lib.domain.reply import reply as replies_json
from lib.domain.reply.reply import Reply
from lib.store.conversation import attachments, search
from lib.store.database.errors import NotYoursError
from lib.store.database.inserts import insert_new
from lib.store.database.schema import conversations, messages, replies
from lib.store.sharing.shares import forget_all

PURGED_AT_ONCE = 10_000
"""How many conversations one statement may name: SQLite refuses too many."""


def get(connection: Connection, row: Row[Any]) -> Conversation:
    """The whole tree of a conversation, from its row."""
    found = connection.execute(_OF_ONE, {"conversation_id": row.id})
    attached = attachments.of_conversation(connection, row.id)
    return _conversation(row, [_message(each, attached.get(each.id, ())) for each in found])


def cells(connection: Connection, person_id: str, comparison_ids: Sequence[str]) -> list[Conversation]:
    """All cells of a person's comparisons, in order, in few statements however many there are."""
    chosen = (conversations.c.person_id == person_id) & conversations.c.comparison_id.in_(comparison_ids)
    ids = select(conversations.c.id).where(chosen)
    said: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(_ALL.where(messages.c.conversation_id.in_(ids))):
        said.setdefault(row.conversation_id, []).append(row)
    attached = attachments.of_conversations(connection, ids)
    rows = connection.execute(select(conversations).where(chosen).order_by(conversations.c.position))
    return [
        _conversation(row, [_message(each, attached.get(each.id, ())) for each in said.get(row.id, ())])
        for row in rows
    ]


def purge(connection: Connection, ids: Sequence[str]) -> None:
    """Delete conversations permanently, with their search entries, and what others see of them."""
    for start in range(0, len(ids), PURGED_AT_ONCE):
        some = ids[start : start + PURGED_AT_ONCE]
        search.forget(connection, some)
        forget_all(connection, some)
        connection.execute(delete(conversations).where(conversations.c.id.in_(some)))


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

    `conversation` is in its state before the send. Few statements: hundreds of sends may queue here.
    Raises `NotYoursError` for a conversation of somebody else.
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
    change = update(conversations).where(chosen).values(values)
    is_known = bool(conversation.messages) and connection.execute(change).rowcount > 0
    if not is_known:
        first = {"title": conversation.title, "created_at": conversation.created_at}
        first |= {"comparison_id": conversation.comparison_id, "position": conversation.position}
        row = {"id": conversation.id, "person_id": person_id, **first, **values}
        is_known = not insert_new(connection, conversations, row)
        # Another tab was faster with the first question, unless the chat has gone to somebody else.
        if is_known and not connection.execute(change).rowcount:
            raise NotYoursError()
    insert_all(
        connection, conversation.id, added, seq=_next_seq(connection, conversation.id) if is_known else 1
    )
    updated_at: datetime = values["updated_at"]
    return updated_at


def insert_all(connection: Connection, conversation_id: str, added: Sequence[Message], *, seq: int) -> None:
    """Insert messages after one another, with their search entries and attachments."""
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


def _next_seq(connection: Connection, conversation_id: str) -> int:
    last = select(func.max(messages.c.seq)).where(messages.c.conversation_id == conversation_id)
    return (connection.execute(last).scalar_one() or 0) + 1


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


_ALL = (
    select(messages, replies.c.id.label("reply_id"), replies.c.model_requested, replies.c.folded)
    .select_from(messages.outerjoin(replies, replies.c.id == messages.c.id))
    .order_by(messages.c.seq)
)
_OF_ONE = _ALL.where(messages.c.conversation_id == bindparam("conversation_id"))
