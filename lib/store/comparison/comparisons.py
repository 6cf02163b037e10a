"""Comparisons: conversations that stand side by side."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

from lib.domain.comparison.comparisons import Comparison
from lib.domain.conversation.conversations import Conversation
from lib.domain.people.audit import Action, Actor
from lib.i18n.translation import lazy
from lib.store.conversation.messages import cells as cells_of
from lib.store.database.database import Database
from lib.store.database.inserts import insert
from lib.store.database.schema import comparisons, conversations
from lib.store.people.audit import record
from lib.store.sharing.shares import forget

NOT_STORED = lazy("This comparison is not stored.")


@dataclass(frozen=True, slots=True)
class ComparisonSummary:
    """A comparison as a list shows it."""

    id: str
    title: str
    created_at: datetime
    cells: int


class Comparisons:
    """Reads and writes a person's comparisons; their cells are written like any conversation."""

    def __init__(self, database: Database, person_id: str, actor: Actor) -> None:
        self._database, self._person_id, self._actor = database, person_id, actor
        self._is_anywhere = comparisons.c.person_id == person_id
        self._is_own = is_own(person_id)

    def add(self, comparison: Comparison) -> None:
        """Store a comparison before its cells; if it is already stored, update only its title."""
        with self._database.write() as connection:
            new = insert(connection, comparisons).values(to_row(comparison, self._person_id))
            changed = {"title": comparison.title}
            connection.execute(
                new.on_conflict_do_update(index_elements=["id"], set_=changed, where=self._is_own)
            )

    def latest(self, limit: int) -> list[ComparisonSummary]:
        """The comparisons with at least one question, newest first, without the rows of deck runs."""
        columns = comparisons.c.id, comparisons.c.title, comparisons.c.created_at
        query = (
            select(*columns, func.count().label("cells"))
            .where(self._is_own, comparisons.c.deck_run_id.is_(None))
            .join(conversations, conversations.c.comparison_id == comparisons.c.id)
            .group_by(comparisons.c.id)
            .order_by(comparisons.c.created_at.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [ComparisonSummary(*row) for row in connection.execute(query)]

    def get(self, comparison_id: str) -> Comparison | None:
        """The comparison with all its cells; `None` if it is not stored."""
        query = select(comparisons).where(self._is_own, comparisons.c.id == comparison_id)
        with self._database.read(is_snapshot=True) as connection:
            row = connection.execute(query).one_or_none()
            return comparison_of(row, cells_of(connection, self._person_id, [comparison_id])) if row else None

    def of_run(self, deck_run_id: str, only: Collection[str] | None = None) -> list[Comparison]:
        """The rows of a deck run in order, with all their cells; `only` limits them to these ids."""
        query = select(comparisons).where(self._is_own, comparisons.c.deck_run_id == deck_run_id)
        if only is not None:
            query = query.where(comparisons.c.id.in_(only))
        with self._database.read(is_snapshot=True) as connection:
            rows = list(connection.execute(query.order_by(comparisons.c.position)))
            cells: dict[str | None, list[Conversation]] = {}
            for cell in cells_of(connection, self._person_id, [row.id for row in rows]):
                cells.setdefault(cell.comparison_id, []).append(cell)
        return [comparison_of(row, cells.get(row.id, [])) for row in rows]

    def updated_in_run(self, deck_run_id: str) -> dict[str, dict[str, datetime]]:
        """When each cell last changed, by row id and cell id; the rows in their order."""
        columns = comparisons.c.id, conversations.c.id.label("cell_id"), conversations.c.updated_at
        query = (
            select(*columns)
            .outerjoin(conversations, conversations.c.comparison_id == comparisons.c.id)
            .where(self._is_own, comparisons.c.deck_run_id == deck_run_id)
            .order_by(comparisons.c.position, conversations.c.position)
        )
        found: dict[str, dict[str, datetime]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                stamps = found.setdefault(row.id, {})
                if row.cell_id is not None:
                    stamps[row.cell_id] = row.updated_at
        return found

    def updated_at(self, comparison_id: str) -> dict[str, datetime]:
        """When each cell last changed, by cell id, in the order of the cells."""
        query = (
            select(conversations.c.id, conversations.c.updated_at)
            .join(comparisons, comparisons.c.id == conversations.c.comparison_id)
            .where(self._is_own, conversations.c.comparison_id == comparison_id)
            .order_by(conversations.c.position)
        )
        with self._database.read() as connection:
            return {row.id: row.updated_at for row in connection.execute(query)}

    def rename(self, comparison_id: str, title: str) -> None:
        """Give the comparison another title; nothing happens if it is not stored, or somebody else's."""
        chosen = update(comparisons).where(self._is_own, comparisons.c.id == comparison_id)
        with self._database.write() as connection:
            connection.execute(chosen.values(title=title))

    def delete(self, comparison_id: str) -> None:
        """Put the comparison into the bin; nobody else sees it any more."""
        chosen = update(comparisons).where(self._is_own, comparisons.c.id == comparison_id)
        with self._database.write() as connection:
            if connection.execute(chosen.values(deleted_at=datetime.now(UTC))).rowcount:
                forget(connection, self._person_id, [comparison_id])
                record(connection, self._actor, Action.DELETED, f"comparison {comparison_id}")

    def restore(self, comparison_id: str) -> None:
        """Take the comparison out of the bin."""
        chosen = update(comparisons).where(self._is_anywhere, comparisons.c.id == comparison_id)
        with self._database.write() as connection:
            connection.execute(chosen.values(deleted_at=None))


def is_own(person_id: str) -> ColumnElement[bool]:
    """Whether a row of the table is a person's, and not in the bin."""
    return (comparisons.c.person_id == person_id) & comparisons.c.deleted_at.is_(None)


def to_row(comparison: Comparison, person_id: str) -> dict[str, Any]:
    """A comparison as a row of its table."""
    return {
        "id": comparison.id,
        "person_id": person_id,
        "title": comparison.title,
        "created_at": comparison.created_at,
        "deck_run_id": comparison.deck_run_id,
        "position": comparison.position,
    }


def comparison_of(row: Row[Any], cells: list[Conversation]) -> Comparison:
    """A row of the table, with its cells, as a comparison."""
    return Comparison(row.id, row.title, row.created_at, cells, row.deck_run_id, row.position)
