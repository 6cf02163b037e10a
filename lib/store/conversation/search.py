"""Search over all messages: SQLite's FTS5, PostgreSQL's trigrams (`pg_trgm`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text

from lib.domain.text.excerpt import excerpt
from lib.store.database.database import Database
from lib.store.database.schema import UtcDateTime

SHORTEST_INDEXED = 3
"""The index holds trigrams; shorter words are searched for by a slow scan."""
MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that contains the words."""

    conversation_id: str
    title: str
    message_id: str
    role: str
    created_at: datetime
    snippet: str
    """The text around the words, without markup."""


class Search:
    """Finds a person's messages outside the bin: best match first in SQLite, newest first in PostgreSQL."""

    def __init__(self, database: Database, person_id: str) -> None:
        self._database, self._person_id = database, person_id

    def find(self, words: str, limit: int = 20) -> list[Hit]:
        """Messages that contain all the words, in any order and case; parts of words count."""
        wanted = words.split()[:MOST_WORDS]
        if not wanted:
            return []
        with self._database.read() as connection:
            statement, values = (_in_postgresql if _is_postgresql(connection) else _in_sqlite)(wanted)
            rows = connection.execute(statement, {**values, "limit": limit, "person": self._person_id})
            return [_hit(row, wanted) for row in rows]


def _hit(row: Any, words: Sequence[str]) -> Hit:
    return Hit(row.id, row.title, row.message_id, row.role, row.created_at, excerpt(row.content, words))


def index(connection: Connection, message_id: str, conversation_id: str, content: str) -> None:
    """Add a message to the index, unless it is empty. PostgreSQL does that by itself."""
    if content and not _is_postgresql(connection):
        connection.execute(_INSERT, {"content": content, "id": message_id, "conversation": conversation_id})


def forget(connection: Connection, conversation_ids: Sequence[str]) -> None:
    """Remove the messages of conversations from the index. PostgreSQL does that by itself."""
    if not _is_postgresql(connection):
        connection.execute(_DELETE, {"ids": list(conversation_ids)})


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _in_sqlite(words: Sequence[str]) -> tuple[Any, dict[str, str]]:
    """The query for messages that contain the words, and its values."""
    if all(len(word) >= SHORTEST_INDEXED for word in words):
        return _MATCH, {"match": " ".join(_quoted(word) for word in words)}
    return _hits(_FTS, _all_of(words, "s.content LIKE")), _likes(words)


def _in_postgresql(words: Sequence[str]) -> tuple[Any, dict[str, str]]:
    """The same; without its index, it looks through the person's messages one by one."""
    return _hits("messages m", _all_of(words, "m.content ILIKE")), _likes(words)


def _all_of(words: Sequence[str], contains: str) -> str:
    return " AND ".join(f"{contains} :w{at} ESCAPE '!'" for at in range(len(words)))


def _likes(words: Sequence[str]) -> dict[str, str]:
    return {f"w{at}": _like(word) for at, word in enumerate(words)}


_INSERT = text(
    "INSERT INTO message_search (content, message_id, conversation_id) VALUES (:content, :id, :conversation)"
)
# FTS5's table has no foreign keys: its rows do not disappear with their messages.
_DELETE = text("DELETE FROM message_search WHERE conversation_id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)


_FTS = "message_search s JOIN messages m ON m.id = s.message_id"


def _hits(source: str, condition: str, *, order: str = "m.created_at DESC") -> Any:
    """The query for messages `m` of a source that match a condition."""
    query = (
        f"SELECT c.id, c.title, m.id AS message_id, m.role, m.created_at AS created_at, m.content "  # noqa: S608 - ours alone
        f"FROM {source} JOIN conversations c ON c.id = m.conversation_id "
        "AND c.person_id = :person AND c.deleted_at IS NULL AND c.comparison_id IS NULL "
        f"WHERE {condition} ORDER BY {order} LIMIT :limit"
    )
    return text(query).columns(created_at=UtcDateTime)


_MATCH = _hits(_FTS, "message_search MATCH :match", order="s.rank")


def _quoted(word: str) -> str:
    """A word as an FTS5 string, in which nothing is an operator."""
    return '"' + word.replace('"', '""') + '"'


def _like(word: str) -> str:
    escaped = "".join("!" + letter if letter in "!%_" else letter for letter in word)
    return f"%{escaped}%"
