"""How much is stored, for admins: numbers, no texts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, true

from lib.store.administration.admins import ForAdmins
from lib.store.database.schema import comparisons, conversations, decks, people, processes, recordings


@dataclass(frozen=True, slots=True)
class Stored:
    """How much somebody has stored."""

    owner: str
    """Their e-mail address or name; the id if neither is known."""
    conversations: int
    comparisons: int
    decks: int
    recordings: int

    @property
    def total(self) -> int:
        return self.conversations + self.comparisons + self.decks + self.recordings


class AdminUsage(ForAdmins):
    """Counts what is stored, and the processes that run."""

    def stored(self) -> list[Stored]:
        """What each person has stored, most first. Chats in the bin count; cells do not."""
        tables = (
            (conversations, conversations.c.comparison_id.is_(None)),
            (comparisons, true()),
            (decks, true()),
            (recordings, recordings.c.deleted_at.is_(None)),
        )
        counts: list[dict[str, int]] = []
        with self._read() as connection:
            names = {row.id: row.email or row.name for row in connection.execute(select(people))}
            for table, fits in tables:
                query = select(table.c.person_id, func.count()).where(fits).group_by(table.c.person_id)
                counts.append({row[0]: row[1] for row in connection.execute(query)})
        ids = set[str]().union(*counts)
        found = [Stored(names.get(id_, id_), *(count.get(id_, 0) for count in counts)) for id_ in ids]
        return sorted(found, key=lambda each: (-each.total, each.owner))

    def database_bytes(self) -> int:
        """The size of the database with its log; 0 if it is in memory."""
        with self._read():
            return self._database.size() or 0

    def processes(self) -> dict[str, datetime]:
        """When each process that runs replies was last known to be alive."""
        query = select(processes.c.id, processes.c.heartbeat_at)
        with self._read() as connection:
            return {row.id: row.heartbeat_at for row in connection.execute(query)}
