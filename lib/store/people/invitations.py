"""Links under which somebody chooses the password of an account, once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from lib.domain.people.audit import Action, Actor
from lib.domain.people.people import Person, Role
from lib.store.database.database import Database
from lib.store.database.schema import invitations, people, sign_ins
from lib.store.people import people as people_store
from lib.store.people.audit import record
from lib.store.people.sign_ins import TOKEN_BYTES, hash_of

VALID_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An account whose password is still to be chosen."""

    email: str
    """Empty for the first admin's, who says it with the password."""
    role: Role
    expires_at: datetime


class Invitations:
    """Makes and uses invitations. `now` is the time: an invitation may have expired."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, email: str, role: Role, now: datetime, by: Actor) -> str:
        """Invite somebody; return the token of the link, which is stored nowhere."""
        with self._database.write() as connection:
            return invited(connection, email, role, now, by)

    def get(self, token: str, now: datetime) -> Invitation | None:
        """The invitation with this token; `None` if it was used, has expired or never existed."""
        with self._database.read() as connection:
            row = connection.execute(select(invitations).where(_is_open(token, now))).one_or_none()
        return _invitation(row) if row else None

    def use(self, token: str, person: Person, password_hash: str, now: datetime, by: Actor) -> Person | None:
        """Give the account its password, make it if there is none, and end its sign-ins.

        `person` is who is made then. Return the account's person; `None` as for `get`.
        """
        with self._database.write() as connection:
            used = update(invitations).where(_is_open(token, now)).values(used_at=now)
            if not connection.execute(used).rowcount:
                return None
            found = people_store.added(connection, person, password_hash, by)
            chosen = people.c.id == found.id
            connection.execute(update(people).where(chosen).values(password_hash=password_hash))
            connection.execute(sign_ins.delete().where(sign_ins.c.person_id == found.id))
            record(connection, by, Action.PASSWORD_CHANGED, f"person {found.id}")
            return found


def invited(connection: Connection, email: str, role: Role, now: datetime, by: Actor) -> str:
    """Store an invitation; return the token of its link."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"email": email, "role": role, "created_at": now, "expires_at": now + VALID_FOR}
    connection.execute(insert(invitations).values(token_hash=hash_of(token), **values))
    record(connection, by, Action.INVITED, email or "the first admin", {"role": role})
    return token


def _is_open(token: str, now: datetime) -> ColumnElement[bool]:
    is_valid = invitations.c.used_at.is_(None) & (invitations.c.expires_at > now)
    return (invitations.c.token_hash == hash_of(token)) & is_valid


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(row.email, Role(row.role), row.expires_at)
