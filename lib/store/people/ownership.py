"""Everything of one person: given to another one, or deleted for good."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, false, select, update

from lib.domain.people.audit import Action, Actor
from lib.domain.people.limits import Scope
from lib.domain.people.people import LOCAL
from lib.i18n.translation import lazy
from lib.store.conversation import messages
from lib.store.database.database import Database
from lib.store.database.errors import StoreError
from lib.store.database.schema import (
    audit,
    conversations,
    grants,
    invitations,
    limits,
    metadata,
    people,
    sign_ins,
)
from lib.store.people.audit import record
from lib.store.people.people import keep_an_admin

OWNED = tuple(
    table
    for table in metadata.sorted_tables
    # A sign-in is not a thing that somebody has, and what somebody did stays written down.
    if "person_id" in table.c and table not in (sign_ins, audit)
)
"""The tables whose rows belong to somebody. What hangs on these rows goes with them."""
PERSON = "person "
"""How a row of the audit log names somebody, before the id."""
WATCHED = timedelta(days=2)
"""How long after a removal something may still come in: from a reply that another process runs."""


class Ownership:
    """Changes the owner of everything that somebody has."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hand_over(self, person_id: str, to: str, by: Actor) -> None:
        """Give everything of one person to another, who keeps their own where both have the same.

        Raises `StoreError` if there is nobody to take it.
        """
        if person_id == to:
            raise StoreError(lazy("This is one and the same person."))
        with self._database.write() as connection:
            if not connection.execute(select(people.c.id).where(people.c.id == to)).first():
                raise StoreError(lazy("There is no such person."))
            for table in OWNED:
                connection.execute(delete(table).where(table.c.person_id == person_id, _has_same(table, to)))
                moved = update(table).where(table.c.person_id == person_id)
                connection.execute(moved.values(person_id=to))
            record(connection, by, Action.HANDED_OVER, f"{PERSON}{person_id}", {"to": f"{PERSON}{to}"})

    def remove(self, person_id: str, by: Actor, *, is_forced: bool = False) -> None:
        """Delete a person with everything of theirs, and end their sign-ins. Rows of the audit log stay.

        Raises `StoreError` if there is no such person, or it is the last admin and not `is_forced`.
        """
        with self._database.write() as connection:
            row = connection.execute(select(people).where(people.c.id == person_id)).one_or_none()
            if row is None:
                raise StoreError(lazy("There is no such person."))
            if not is_forced:
                keep_an_admin(connection, person_id, by)
            _delete(connection, person_id)
            is_theirs = (limits.c.scope == Scope.PERSON) & (limits.c.scope_id == person_id)
            connection.execute(delete(limits).where(is_theirs))
            connection.execute(delete(grants).where(grants.c.audience == person_id))
            if row.email:
                connection.execute(delete(invitations).where(invitations.c.email == row.email))
            connection.execute(delete(people).where(people.c.id == person_id))  # and their sign-ins
            record(connection, by, Action.DELETED, f"{PERSON}{person_id}", {"how": "with everything"})

    def remove_late(self, now: datetime) -> None:
        """Delete what has come in for people who were removed shortly before."""
        removed = select(audit.c.about).where(
            audit.c.action == Action.DELETED, audit.c.at > now - WATCHED, audit.c.about.startswith(PERSON)
        )
        with self._database.write() as connection:
            ids = {about.removeprefix(PERSON) for about in connection.execute(removed).scalars()}
            known = select(people.c.id).where(people.c.id.in_(ids))
            for person_id in ids.difference(connection.execute(known).scalars(), (LOCAL,)):
                _delete(connection, person_id)


def _has_same(table: Table, person_id: str) -> ColumnElement[bool]:
    """Whether somebody has the same as a row: possible only where the owner is a part of the key."""
    other, key = table.alias(), table.primary_key.columns
    if "person_id" not in key:
        return false()
    same = [other.c[column.name] == column for column in key if column.name != "person_id"]
    return exists().where(and_(other.c.person_id == person_id, *same))


def _delete(connection: Connection, person_id: str) -> None:
    own = select(conversations.c.id).where(conversations.c.person_id == person_id)
    messages.purge(connection, list(connection.execute(own).scalars()))  # the index has no foreign keys
    for table in OWNED:
        connection.execute(delete(table).where(table.c.person_id == person_id))
