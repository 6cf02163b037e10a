"""What is too old to be kept, and who has left."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select

from lib.domain.people.audit import SYSTEM, Action
from lib.store.conversation import messages
from lib.store.database.database import Database
from lib.store.database.schema import comparisons, conversations, deck_runs, people
from lib.store.people.audit import record
from lib.store.sharing.shares import forget_all

RESTORABLE = timedelta(hours=1)
"""How long a deleted comparison or deck run can be restored: pages offer it for seconds, no bin lists it."""


class Retention:
    """Deletes everybody's old chats, comparisons and deck runs; finds who has left."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def purge_old(self, before: datetime) -> int:
        """Delete permanently what last changed before a time, with the links to it; return how many.

        Pinned chats stay, and so do decks and recordings, which were made to last.
        """
        with self._database.write() as connection:
            chats = list(connection.execute(_CHATS.where(conversations.c.updated_at < before)).scalars())
            runs = [row.id for row in connection.execute(_old(_RUNS, deck_runs.c.created_at, before))]
            rows = [
                row.id for row in connection.execute(_old(_COMPARISONS, comparisons.c.created_at, before))
            ]
            count = len(chats) + len(runs) + len(rows)
            messages.purge(connection, chats)
            _delete_comparisons(connection, comparisons.c.deck_run_id.in_(runs))
            _delete_comparisons(connection, comparisons.c.id.in_(rows))
            connection.execute(delete(deck_runs).where(deck_runs.c.id.in_(runs)))
            forget_all(connection, runs)
            if count:
                detail = {"count": str(count), "before": before.isoformat(timespec="minutes")}
                record(connection, SYSTEM, Action.DELETED, "what is too old", detail)
        return count

    def purge_deleted(self, now: datetime) -> None:
        """Delete permanently the comparisons and deck runs that were put into the bin a while ago."""
        before = now - RESTORABLE
        with self._database.write() as connection:
            old = select(deck_runs.c.id).where(deck_runs.c.deleted_at < before)
            runs = list(connection.execute(old).scalars())
            _delete_comparisons(connection, comparisons.c.deck_run_id.in_(runs))
            _delete_comparisons(connection, comparisons.c.deleted_at < before)
            connection.execute(delete(deck_runs).where(deck_runs.c.id.in_(runs)))

    def left(self, before: datetime) -> list[str]:
        """The ids of the people who were disabled before a time."""
        with self._database.read() as connection:
            return list(
                connection.execute(select(people.c.id).where(people.c.disabled_at < before)).scalars()
            )


def _delete_comparisons(connection: Connection, chosen: ColumnElement[bool]) -> None:
    ids = list(connection.execute(select(comparisons.c.id).where(chosen)).scalars())
    cells = select(conversations.c.id).where(conversations.c.comparison_id.in_(ids))
    messages.purge(connection, list(connection.execute(cells).scalars()))
    forget_all(connection, ids)
    connection.execute(delete(comparisons).where(chosen))


def _old(
    query: Select[tuple[str]], created_at: ColumnElement[datetime], before: datetime
) -> Select[tuple[str]]:
    """Limit the query to what has no cell that changed since, and began before."""
    return query.having(func.coalesce(func.max(conversations.c.updated_at), created_at) < before)


_CHATS = select(conversations.c.id).where(
    conversations.c.comparison_id.is_(None), conversations.c.is_pinned.is_(False)
)
_COMPARISONS = (
    select(comparisons.c.id)
    .outerjoin(conversations, conversations.c.comparison_id == comparisons.c.id)
    .where(comparisons.c.deck_run_id.is_(None))
    .group_by(comparisons.c.id)
)
_RUNS = (
    select(deck_runs.c.id)
    .outerjoin(comparisons, comparisons.c.deck_run_id == deck_runs.c.id)
    .outerjoin(conversations, conversations.c.comparison_id == comparisons.c.id)
    .group_by(deck_runs.c.id)
)
