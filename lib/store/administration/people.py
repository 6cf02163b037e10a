"""The people of the installation, for admins."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, cast, func, select

from lib.domain.people.people import Lifetime, Person, Role
from lib.store.administration.admins import ForAdmins
from lib.store.database.schema import ledger, people, sign_ins
from lib.store.database.schema.base import Count
from lib.store.people import invitations
from lib.store.people.people import disable, give_role, person_of
from lib.store.people.sign_ins import SignIn, sign_out_everywhere, sign_out_one, signed_in


@dataclass(frozen=True, slots=True)
class PersonUsage:
    """Somebody, and how much they use the installation."""

    person: Person
    replies: int
    """How often they asked a model for an answer."""
    tokens: int
    """In all these calls, as far as they were counted."""
    sign_ins: int
    """In how many browsers they are signed in, or were lately."""


class AdminPeople(ForAdmins):
    """Finds people, and changes what they may do."""

    def find(self, words: str = "", limit: int = 200) -> list[PersonUsage]:
        """Those whose e-mail address or name contains all words, last seen first."""
        fits = [
            func.lower(people.c.email + " " + people.c.name).contains(word, autoescape=True)
            for word in words.lower().split()
        ]
        newest = func.coalesce(people.c.seen_at, people.c.created_at).desc()
        with self._read() as connection:
            rows = connection.execute(select(people).where(*fits).order_by(newest).limit(limit)).all()
            return _with_usage(connection, rows)

    def sign_ins(self, person_id: str, now: datetime, lifetime: Lifetime) -> list[SignIn]:
        """Where somebody is signed in, last seen first."""
        with self._read() as connection:
            return signed_in(connection, person_id, now, lifetime)

    def invite(self, email: str, role: Role, now: datetime) -> str:
        """Invite somebody, or let them choose a new password; return the token of the link."""
        with self._write() as connection:
            return invitations.invited(connection, email, role, now, self._actor)

    def set_role(self, person_id: str, role: Role) -> None:
        """Change what somebody may do; it ends their sign-ins."""
        with self._write() as connection:
            give_role(connection, person_id, role, self._actor)

    def set_disabled(self, person_id: str, at: datetime | None) -> None:
        """Keep somebody from signing in, or (`None`) let them in again."""
        with self._write() as connection:
            disable(connection, person_id, at, self._actor)

    def sign_out(self, person_id: str) -> None:
        """Sign somebody out everywhere."""
        with self._write() as connection:
            sign_out_everywhere(connection, person_id, self._actor)

    def end_sign_in(self, person_id: str, token_hash: str) -> None:
        """Sign somebody out in one browser."""
        with self._write() as connection:
            sign_out_one(connection, person_id, token_hash, self._actor)


def _with_usage(connection: Connection, rows: list[Row[Any]] | Any) -> list[PersonUsage]:
    found = [person_of(row) for row in rows]
    ids = [each.id for each in found]
    calls = (
        select(
            ledger.c.person_id,
            func.count().filter(ledger.c.purpose == "reply").label("replies"),
            cast(func.coalesce(func.sum(ledger.c.total_tokens), 0), Count).label("tokens"),
        )
        .where(ledger.c.person_id.in_(ids))
        .group_by(ledger.c.person_id)
    )
    places = (
        select(sign_ins.c.person_id, func.count())
        .where(sign_ins.c.person_id.in_(ids))
        .group_by(sign_ins.c.person_id)
    )
    used = {row.person_id: row for row in connection.execute(calls)}
    signed = {row[0]: row[1] for row in connection.execute(places)}
    return [
        PersonUsage(
            each,
            used[each.id].replies if each.id in used else 0,
            used[each.id].tokens if each.id in used else 0,
            signed.get(each.id, 0),
        )
        for each in found
    ]
