"""Conversations that come from files."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from sqlalchemy import Connection, insert, select

from lib.domain.conversation.conversations import Conversation, with_ids
from lib.domain.reply import reply as replies_json
from lib.store.conversation.messages import insert_all
from lib.store.database.schema import conversations, messages, replies

MESSAGES_AT_ONCE = 200
"""Imported messages per transaction: other writers wait some 50 ms for it."""


def batches(imported: Iterable[Conversation]) -> Iterator[list[Conversation]]:
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


def take(connection: Connection, person_id: str, conversation: Conversation) -> bool:
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
        insert_all(connection, conversation.id, imported, seq=1)
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
