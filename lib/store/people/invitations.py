"""Links under which somebody chooses the password of an account, once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from lib.domain.people.audit import COMMAND_LINE, SYSTEM, Action, Actor
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

    id: str
    """The hash of its token: it opens nothing."""
    email: str
    """Empty for the first admin's, who says it with the password."""
    role: Role
    expires_at: datetime


class Invitations:
    """Makes and uses invitations. `now` is the time: an invitation may have expired.

    It also ends when whoever made it is no admin any more, when its account gets a password in another way,
    and, if it is for the first admin, when there is one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, email: str, role: Role, now: datetime, by: Actor) -> str:
        """Invite somebody; return the token of the link, which is stored nowhere."""
        with self._database.write() as connection:
            return invited(connection, email, role, now, by)

    def get(self, token: str, now: datetime) -> Invitation | None:
        """The invitation with this token; `None` if it was used, has ended or never existed."""
        with self._database.read() as connection:
            row = connection.execute(select(invitations).where(_is_open(now), _is(token))).one_or_none()
        return _invitation(row) if row else None

    def use(self, token: str, person: Person, password_hash: str, now: datetime, by: Actor) -> Person | None:
        """Give the account its password, make it if there is none, and end its sign-ins.

        `person` is who is made then; whom the first admin's makes must be new. Return the account's person;
        `None` as for `get`.
        """
        with self._database.write() as connection:
            # Locked: of two who use it at the same time, the second finds it used.
            query = select(invitations.c.email).where(_is_open(now), _is(token)).with_for_update()
            email = connection.execute(query).scalar()
            if email is None or (not email and people_store.is_known(connection, person)):
                return None
            connection.execute(update(invitations).where(_is(token)).values(used_at=now))
            found = people_store.added(connection, person, password_hash, by)
            end_for(connection, found.subject, now)
            chosen = people.c.id == found.id
            connection.execute(update(people).where(chosen).values(password_hash=password_hash))
            connection.execute(sign_ins.delete().where(sign_ins.c.person_id == found.id))
            record(connection, by, Action.PASSWORD_CHANGED, f"person {found.id}")
            return found


def invited(connection: Connection, email: str, role: Role, now: datetime, by: Actor) -> str:
    """Store an invitation, which ends earlier ones for the same address; return the token of its link."""
    if email:
        end_for(connection, email, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"email": email, "role": role, "created_at": now, "expires_at": now + VALID_FOR}
    values |= {"token_hash": hash_of(token), "invited_by": by.person_id}
    connection.execute(insert(invitations).values(values))
    record(connection, by, Action.INVITED, email or "the first admin", {"role": role})
    return token


def open_ones(connection: Connection, now: datetime) -> list[Invitation]:
    """The invitations that can still be used, newest first."""
    query = select(invitations).where(_is_open(now)).order_by(invitations.c.created_at.desc())
    return [_invitation(row) for row in connection.execute(query)]


def revoke(connection: Connection, invitation_id: str, now: datetime, by: Actor) -> None:
    """End an invitation, if it is open."""
    chosen = update(invitations).where(_is_open(now), invitations.c.token_hash == invitation_id)
    done = chosen.values(used_at=now).returning(invitations.c.email)
    if (email := connection.execute(done).scalar()) is not None:
        record(connection, by, Action.INVITATION_REVOKED, email or "the first admin")


def end_for(connection: Connection, email: str, now: datetime) -> None:
    """End the open invitations for an account."""
    theirs = (invitations.c.email == email) & invitations.c.used_at.is_(None)
    connection.execute(update(invitations).where(theirs).values(used_at=now))


def _is(token: str) -> ColumnElement[bool]:
    return invitations.c.token_hash == hash_of(token)


def _is_open(now: datetime) -> ColumnElement[bool]:
    is_admin = (people.c.role == Role.ADMIN) & people.c.disabled_at.is_(None)
    inviter = select(people.c.id).where(is_admin, people.c.id == invitations.c.invited_by)
    is_from_admin = (
        invitations.c.invited_by.in_([SYSTEM.person_id, COMMAND_LINE.person_id]) | inviter.exists()
    )
    account = people.alias()
    first = select(account.c.id).where(
        account.c.role == Role.ADMIN, account.c.disabled_at.is_(None), account.c.password_hash.is_not(None)
    )
    is_fresh = invitations.c.used_at.is_(None) & (invitations.c.expires_at > now)
    return is_fresh & is_from_admin & ((invitations.c.email != "") | ~first.exists())


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(row.token_hash, row.email, Role(row.role), row.expires_at)
