"""The people of the installation, and their passwords' hashes."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from lib.domain.people.audit import Action, Actor
from lib.domain.people.people import GUEST, Person, Role
from lib.i18n.translation import lazy
from lib.store.database.database import Database
from lib.store.database.errors import StoreError
from lib.store.database.inserts import insert_new
from lib.store.database.locks import lock
from lib.store.database.schema import invitations, people, sign_ins
from lib.store.people.audit import record
from lib.store.people.permissions import NotPermittedError


class People:
    """Reads and writes people. Whatever changes what somebody may do ends their sign-ins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, person_id: str) -> Person | None:
        """The person with this id; `None` if there is none."""
        return self._one(people.c.id == person_id)

    def of_subject(self, issuer: str, subject: str) -> Person | None:
        """The person whom an issuer knows under this name; `None` if they were never here."""
        return self._one((people.c.issuer == issuer) & (people.c.subject == subject))

    def enabled(self, ids: Collection[str]) -> set[str]:
        """Those of the people who may sign in."""
        query = select(people.c.id).where(people.c.id.in_(ids), people.c.disabled_at.is_(None))
        with self._database.read() as connection:
            return set(connection.execute(query).scalars())

    def all(self) -> list[Person]:
        """Everybody, in the order in which they came."""
        with self._database.read() as connection:
            return [
                person_of(row) for row in connection.execute(select(people).order_by(people.c.created_at))
            ]

    def admins(self, *, issuer: str) -> int:
        """How many admins of an issuer can sign in."""
        is_one = (people.c.role == Role.ADMIN) & (people.c.issuer == issuer) & people.c.disabled_at.is_(None)
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(people).where(is_one)).scalar() or 0

    def add(self, person: Person, password_hash: str | None = None, *, by: Actor | None = None) -> Person:
        """Store somebody; whoever stored this subject first decides: return the stored person."""
        with self._database.write() as connection:
            return added(connection, person, password_hash, by or Actor(person.id))

    def password_hash(self, person_id: str) -> str | None:
        """The hash of somebody's password; `None` if they have none."""
        query = select(people.c.password_hash).where(people.c.id == person_id)
        with self._database.read() as connection:
            found: str | None = connection.execute(query).scalar()
        return found

    def set_password(self, person_id: str, password_hash: str, by: Actor, *, keep: str | None = None) -> None:
        """Change a password, and end all sign-ins but the one with the token hash `keep`."""
        with self._database.write() as connection:
            _change(connection, person_id, {"password_hash": password_hash}, keep)
            subject = select(people.c.subject).where(people.c.id == person_id).scalar_subquery()
            connection.execute(delete(invitations).where(invitations.c.email == subject))
            record(connection, by, Action.PASSWORD_CHANGED, f"person {person_id}")

    def rehash(self, person_id: str, password_hash: str) -> None:
        """Store a stronger hash of the same password."""
        with self._database.write() as connection:
            chosen = update(people).where(people.c.id == person_id)
            connection.execute(chosen.values(password_hash=password_hash))

    def describe(self, person_id: str, email: str, name: str) -> None:
        """Note an e-mail address and a name that have changed at the issuer."""
        with self._database.write() as connection:
            chosen = update(people).where(people.c.id == person_id)
            connection.execute(chosen.values(email=email, name=name))

    def set_role(self, person_id: str, role: Role, by: Actor, *, is_forced: bool = False) -> None:
        """Change what somebody may do; the last admin's role only if it `is_forced`."""
        with self._database.write() as connection:
            give_role(connection, person_id, role, by, is_forced=is_forced)

    def set_disabled(
        self, person_id: str, at: datetime | None, by: Actor, *, is_forced: bool = False
    ) -> None:
        """Keep somebody from signing in, the last admin only if it `is_forced`; `None` lets them in again."""
        with self._database.write() as connection:
            disable(connection, person_id, at, by, is_forced=is_forced)

    def check_leaving(self, person_id: str, by: Actor) -> None:
        """Raise `NotPermittedError` for the last admin, before anything is given up for a removal."""
        with self._database.read() as connection:
            keep_an_admin(connection, person_id, by)

    def _one(self, which: Any) -> Person | None:
        with self._database.read() as connection:
            row = connection.execute(select(people).where(which)).one_or_none()
        return person_of(row) if row else None


def keep_an_admin(connection: Connection, person_id: str, by: Actor) -> None:
    """Raise `NotPermittedError` if this is the last admin who can sign in. Guests do not count."""
    # Two admins who take one another's role at the same time must not both succeed.
    lock(connection, "admins")
    is_admin = (people.c.role == Role.ADMIN) & people.c.disabled_at.is_(None) & (people.c.issuer != GUEST)
    if list(connection.execute(select(people.c.id).where(is_admin).limit(2)).scalars()) == [person_id]:
        yours = lazy("You are the last admin. Make somebody else an admin first.")
        theirs = lazy("This is the last admin. Make somebody else an admin first.")
        raise NotPermittedError(yours if by.person_id == person_id else theirs)


def give_role(
    connection: Connection, person_id: str, role: Role, by: Actor, *, is_forced: bool = False
) -> None:
    """Change what somebody may do."""
    if role is not Role.ADMIN and not is_forced:
        keep_an_admin(connection, person_id, by)
    _change(connection, person_id, {"role": role})
    record(connection, by, Action.ROLE_CHANGED, f"person {person_id}", {"role": role})


def disable(
    connection: Connection, person_id: str, at: datetime | None, by: Actor, *, is_forced: bool = False
) -> None:
    """Keep somebody from signing in, or (`None`) let them in again."""
    if at and not is_forced:
        keep_an_admin(connection, person_id, by)
    _change(connection, person_id, {"disabled_at": at})
    record(connection, by, Action.DISABLED if at else Action.ENABLED, f"person {person_id}")


def is_known(connection: Connection, person: Person) -> bool:
    """Whether their issuer's subject is stored."""
    return connection.execute(_same(person)).first() is not None


def added(connection: Connection, person: Person, password_hash: str | None, by: Actor) -> Person:
    """Insert a person, unless their issuer's subject is already stored; return the stored one."""
    if known := connection.execute(_same(person)).one_or_none():
        return person_of(known)
    values = {
        "id": person.id,
        "issuer": person.issuer,
        "subject": person.subject,
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "created_at": person.created_at,
    }
    if not insert_new(connection, people, {**values, "password_hash": password_hash}):  # somebody was quicker
        return person_of(connection.execute(_same(person)).one())
    record(connection, by, Action.ADDED, f"person {person.id}", {"name": person.email or person.name})
    return replace(person, seen_at=None, disabled_at=None)


def _change(connection: Connection, person_id: str, values: dict[str, Any], keep: str | None = None) -> None:
    """Change a person's row, and end their sign-ins, in one transaction."""
    if not connection.execute(update(people).where(people.c.id == person_id).values(values)).rowcount:
        raise StoreError(lazy("There is no such person."))
    ended = delete(sign_ins).where(sign_ins.c.person_id == person_id)
    connection.execute(ended.where(sign_ins.c.token_hash != keep) if keep else ended)


def person_of(row: Row[Any]) -> Person:
    """The person in a row of the table."""
    return Person(
        id=row.id,
        issuer=row.issuer,
        subject=row.subject,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        created_at=row.created_at,
        seen_at=row.seen_at,
        disabled_at=row.disabled_at,
    )


def _same(person: Person) -> Select[Any]:
    return select(people).where(people.c.issuer == person.issuer, people.c.subject == person.subject)
