"""Conversations and their messages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true, update

from lib.domain.conversation.conversations import Conversation
from lib.domain.people.audit import Action, Actor
from lib.store.conversation import imports, messages
from lib.store.database.database import Database
from lib.store.database.schema import conversations
from lib.store.people.audit import record
from lib.store.sharing.shares import forget

KEPT_IN_BIN = timedelta(days=30)
"""How long a deleted conversation can be restored."""


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

    def __init__(self, database: Database, person_id: str, actor: Actor) -> None:
        self._database, self._person_id, self._actor = database, person_id, actor
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
        return self._get(conversation_id, conversations.c.deleted_at.is_(None))

    def all(self, *, has_deleted: bool = False) -> Iterator[Conversation]:
        """Every chat with its whole tree, oldest first, loaded one at a time; by default without the bin."""
        is_kept = true() if has_deleted else conversations.c.deleted_at.is_(None)
        kept = select(conversations.c.id).where(self._is_own, is_kept, _IS_CHAT)
        with self._database.read() as connection:
            # Only the ids: a read that stays open while a file is written would keep
            # SQLite from truncating its log.
            ids = list(connection.execute(kept.order_by(conversations.c.created_at)).scalars())
        for conversation_id in ids:
            if found := self._get(conversation_id, is_kept):
                yield found

    def take(self, imported: Iterable[Conversation]) -> int:
        """Add conversations from files, except those already stored; return how many were added."""
        added = 0
        for batch in imports.batches(imported):
            with self._database.write() as connection:
                taken = sum(imports.take(connection, self._person_id, each) for each in batch)
                if taken:
                    record(connection, self._actor, Action.IMPORTED, "conversations", {"count": str(taken)})
                added += taken
        return added

    def updated_at(self, conversation_id: str) -> datetime | None:
        """When the conversation last changed."""
        query = select(conversations.c.updated_at).where(self._is_own, conversations.c.id == conversation_id)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one_or_none()

    def summary(self, conversation_id: str) -> Summary | None:
        """A conversation as a list shows it, if it is not in the bin."""
        kept = _SUMMARIES.where(
            self._is_own, conversations.c.id == conversation_id, conversations.c.deleted_at.is_(None)
        )
        with self._database.read() as connection:
            row = connection.execute(kept).one_or_none()
        return Summary(*row) if row else None

    def rename(self, conversation_id: str, title: str) -> None:
        self._change(conversation_id, {"title": title})

    def retitle(self, conversation_id: str, old: str, new: str) -> None:
        """Replace the title `old`, unless a person has renamed the conversation in the meantime."""
        self._change(conversation_id, {"title": new}, conversations.c.title == old)

    def show(self, conversation_id: str, leaf_id: str) -> None:
        """Remember which path of the tree is shown."""
        self._change(conversation_id, {"leaf_id": leaf_id})

    def pin(self, conversation_id: str, is_pinned: bool) -> None:
        """Pin the conversation to the top of the list, or unpin it."""
        self._change(conversation_id, {"is_pinned": is_pinned})

    def delete(self, conversation_id: str) -> None:
        """Put the conversation into the bin; nobody else sees it any more."""
        now = datetime.now(UTC)
        chosen = update(conversations).where(self._is_own, conversations.c.id == conversation_id)
        with self._database.write() as connection:
            if connection.execute(chosen.values(deleted_at=now, updated_at=now)).rowcount:
                forget(connection, self._person_id, [conversation_id])
                record(connection, self._actor, Action.DELETED, f"conversation {conversation_id}")

    def restore(self, conversation_id: str, updated_at: datetime | None = None) -> None:
        """Take the conversation out of the bin; it last changed now, or when it had before it was deleted."""
        self._change(conversation_id, {"deleted_at": None, "updated_at": updated_at or datetime.now(UTC)})

    def purge(self, conversation_id: str) -> None:
        """Delete the conversation permanently, with its messages, tapes and search entries."""
        query = select(conversations.c.id).where(self._is_own, conversations.c.id == conversation_id)
        with self._database.write() as connection:
            if found := list(connection.execute(query).scalars()):
                messages.purge(connection, found)
                what = f"conversation {conversation_id}"
                record(connection, self._actor, Action.DELETED, what, {"how": "permanently"})

    def _get(self, conversation_id: str, is_kept: ColumnElement[bool]) -> Conversation | None:
        query = select(conversations).where(self._is_own, conversations.c.id == conversation_id, is_kept)
        with self._database.read(is_snapshot=True) as connection:
            row = connection.execute(query).one_or_none()
            return messages.get(connection, row) if row else None

    def _change(self, conversation_id: str, values: Mapping[str, Any], *if_: ColumnElement[bool]) -> None:
        """Change what is no message: other tabs see a newer version, which keeps its place in the list."""
        is_it = and_(self._is_own, conversations.c.id == conversation_id, *if_)
        when = select(conversations.c.updated_at).where(is_it).with_for_update()
        with self._database.write() as connection:
            was = connection.execute(when).scalar_one_or_none()
            if was is not None:
                changed = {"updated_at": was + timedelta(microseconds=1), **values}
                connection.execute(update(conversations).where(is_it).values(changed))


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
            messages.purge(connection, ids)
            return len(ids)


_IS_CHAT = conversations.c.comparison_id.is_(None)
_SUMMARIES = select(
    conversations.c.id,
    conversations.c.title,
    conversations.c.updated_at,
    conversations.c.is_pinned,
    conversations.c.deleted_at,
)
