"""Comparisons: which conversations stand side by side."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Update, delete, func, insert, select, update

from lib.chat.comparisons import Comparison
from lib.store.conversations import Conversations, purge
from lib.store.database import Database
from lib.store.schema import comparisons, conversations


@dataclass(frozen=True, slots=True)
class ComparisonSummary:
    """A comparison as a list shows it."""

    id: str
    title: str
    created_at: datetime
    cells: int


class Comparisons:
    """Reads and writes comparisons; their cells are written as any conversation is."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._conversations = Conversations(database)

    def add(self, comparison: Comparison) -> None:
        """Store a comparison, before its cells; one that is here already gets its title only."""
        values = {
            "id": comparison.id,
            "title": comparison.title,
            "created_at": comparison.created_at,
            "deck_run_id": comparison.deck_run_id,
            "position": comparison.position,
        }
        known = select(comparisons.c.id).where(comparisons.c.id == comparison.id)
        with self._database.write() as connection:
            if not connection.execute(known).first():
                connection.execute(insert(comparisons).values(values))
            else:
                connection.execute(_titled(comparison))

    def latest(self, limit: int) -> list[ComparisonSummary]:
        """The comparisons in which something was asked, the newest first; not the rows of deck runs."""
        columns = comparisons.c.id, comparisons.c.title, comparisons.c.created_at
        query = (
            select(*columns, func.count().label("cells"))
            .where(comparisons.c.deck_run_id.is_(None))
            .join(conversations, conversations.c.comparison_id == comparisons.c.id)
            .group_by(comparisons.c.id)
            .order_by(comparisons.c.created_at.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [ComparisonSummary(*row) for row in connection.execute(query)]

    def get(self, comparison_id: str) -> Comparison | None:
        """The comparison with its cells, whole; `None` when it is not here."""
        query = select(comparisons).where(comparisons.c.id == comparison_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        found = [self._conversations.get(cell_id) for cell_id in self.updated_at(comparison_id)]
        cells = [cell for cell in found if cell]
        return Comparison(row.id, row.title, row.created_at, cells, row.deck_run_id, row.position)

    def updated_at(self, comparison_id: str) -> dict[str, datetime]:
        """When each cell last changed, by its id, in the order of the cells."""
        query = (
            select(conversations.c.id, conversations.c.updated_at)
            .where(conversations.c.comparison_id == comparison_id)
            .order_by(conversations.c.position)
        )
        with self._database.read() as connection:
            return {row.id: row.updated_at for row in connection.execute(query)}

    def delete(self, comparison_id: str) -> None:
        """Remove the comparison for good, with its cells."""
        cells = list(self.updated_at(comparison_id))
        with self._database.write() as connection:
            purge(connection, cells)
            connection.execute(delete(comparisons).where(comparisons.c.id == comparison_id))


def _titled(comparison: Comparison) -> Update:
    return update(comparisons).where(comparisons.c.id == comparison.id).values(title=comparison.title)
