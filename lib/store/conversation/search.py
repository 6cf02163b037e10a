"""Search over all messages, with SQLite's FTS5."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text

from lib.store.database.database import Database
from lib.store.database.schema import UtcDateTime

SHORTEST_INDEXED = 3
"""The index holds trigrams; shorter words are searched for by a slow scan."""
SNIPPET_TOKENS = 64
"""The most trigrams that SQLite allows: about a line around the first hit."""
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
    """The text around the first hit, without markup."""


class Search:
    """Finds a person's messages outside the bin, best match first."""

    def __init__(self, database: Database, person_id: str) -> None:
        self._database, self._person_id = database, person_id

    def find(self, words: str, limit: int = 20) -> list[Hit]:
        """Messages that contain all the words, in any order and case; parts of words count."""
        wanted = words.split()[:MOST_WORDS]
        if not wanted:
            return []
        if all(len(word) >= SHORTEST_INDEXED for word in wanted):
            statement, values = _MATCH, {"match": " ".join(_quoted(word) for word in wanted)}
        else:
            statement = _hits(" AND ".join(f"s.content LIKE :w{at} ESCAPE '!'" for at in range(len(wanted))))
            values = {f"w{at}": _like(word) for at, word in enumerate(wanted)}
        with self._database.read() as connection:
            rows = connection.execute(statement, {**values, "limit": limit, "person": self._person_id})
            return [Hit(*row) for row in rows]


def index(connection: Connection, message_id: str, conversation_id: str, content: str) -> None:
    """Add a message to the index, unless it is empty."""
    if content:
        connection.execute(_INSERT, {"content": content, "id": message_id, "conversation": conversation_id})


def forget(connection: Connection, conversation_ids: Sequence[str]) -> None:
    """Remove the messages of conversations from the index."""
    connection.execute(_DELETE, {"ids": list(conversation_ids)})


_INSERT = text(
    "INSERT INTO message_search (content, message_id, conversation_id) VALUES (:content, :id, :conversation)"
)
# FTS5's table has no foreign keys: its rows do not disappear with their messages.
_DELETE = text("DELETE FROM message_search WHERE conversation_id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)


def _hits(
    condition: str, *, snippet: str = "substr(s.content, 1, 160)", order: str = "m.created_at DESC"
) -> Any:
    """The query for messages that match a condition on `s`, the search table."""
    query = (
        f"SELECT c.id, c.title, m.id, m.role, m.created_at AS created_at, {snippet} "  # noqa: S608 - ours alone
        "FROM message_search s JOIN messages m ON m.id = s.message_id "
        "JOIN conversations c ON c.id = m.conversation_id "
        "AND c.person_id = :person AND c.deleted_at IS NULL AND c.comparison_id IS NULL "
        f"WHERE {condition} ORDER BY {order} LIMIT :limit"
    )
    return text(query).columns(created_at=UtcDateTime)


_MATCH = _hits(
    "message_search MATCH :match",
    snippet=f"snippet(message_search, 0, '', '', '…', {SNIPPET_TOKENS})",
    order="s.rank",
)


def _quoted(word: str) -> str:
    """A word as an FTS5 string, in which nothing is an operator."""
    return '"' + word.replace('"', '""') + '"'


def _like(word: str) -> str:
    escaped = "".join("!" + letter if letter in "!%_" else letter for letter in word)
    return f"%{escaped}%"
