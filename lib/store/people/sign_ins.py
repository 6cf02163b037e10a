"""Browsers in which somebody is signed in."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from lib.domain.people.audit import Action, Actor
from lib.domain.people.people import Lifetime
from lib.store.database.database import Database
from lib.store.database.schema import people, sign_ins
from lib.store.people.audit import record

TOKEN_BYTES = 32
"""256 random bits: nobody can guess a token."""
SEEN_EVERY = timedelta(minutes=1)
"""How exact the time of the last use is, at most: each request would otherwise write."""
LONGEST_BROWSER = 200


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser in which somebody is signed in."""

    token_hash: str
    """Its name here. The token itself is only in the browser's cookie."""
    person_id: str
    created_at: datetime
    seen_at: datetime
    """When it was last used, to the minute."""
    address: str
    """From which network address it signed in."""
    browser: str
    """The browser's own name."""


class SignIns:
    """Begins, finds and ends sign-ins. A disabled person has none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, actor: Actor, now: datetime, *, browser: str, password_hash: str | None = None
    ) -> str | None:
        """Sign `actor` in; return the token for the browser's cookie.

        Return `None` if they are disabled, or have another password by now than the one with this hash.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        values = {"token_hash": hash_of(token), "created_at": now, "seen_at": now}
        values |= {"address": actor.address, "browser": browser[:LONGEST_BROWSER]}
        may_sign_in = (people.c.id == actor.person_id) & people.c.disabled_at.is_(None)
        if password_hash:
            may_sign_in &= people.c.password_hash == password_hash
        with self._database.write() as connection:
            # Locked: whoever disables somebody right now waits, and ends this sign-in, too.
            person = select(people.c.id).where(may_sign_in).with_for_update()
            if not connection.execute(person).first():
                return None
            connection.execute(insert(sign_ins).values(person_id=actor.person_id, **values))
            connection.execute(update(people).where(people.c.id == actor.person_id).values(seen_at=now))
            record(connection, actor, Action.SIGNED_IN, f"person {actor.person_id}")
        return token

    def find(self, token: str, now: datetime, lifetime: Lifetime) -> SignIn | None:
        """The sign-in with this token, if it is still valid; notes that it was seen."""
        chosen = sign_ins.c.token_hash == hash_of(token)
        with self._database.read() as connection:
            row = connection.execute(_VALID.where(chosen, _is_fresh(now, lifetime))).one_or_none()
        if row is None:
            return None
        self._note_seen([row], now, lifetime)
        return SignIn(*row)

    def valid(
        self, token_hashes: Collection[str], now: datetime, lifetime: Lifetime, used: Collection[str] = ()
    ) -> set[str]:
        """Those of the sign-ins that are still valid; notes that the `used` ones of them were seen."""
        query = _VALID.where(sign_ins.c.token_hash.in_(token_hashes), _is_fresh(now, lifetime))
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        self._note_seen([row for row in rows if row.token_hash in used], now, lifetime)
        return {row.token_hash for row in rows}

    def _note_seen(self, rows: Collection[Row[Any]], now: datetime, lifetime: Lifetime) -> None:
        due = now - min(SEEN_EVERY, lifetime.idle / 4)
        seen = [row.token_hash for row in rows if row.seen_at <= due]
        if seen:
            with self._database.write() as connection:
                connection.execute(
                    update(sign_ins).where(sign_ins.c.token_hash.in_(seen)).values(seen_at=now)
                )

    def of(self, person_id: str, now: datetime, lifetime: Lifetime) -> list[SignIn]:
        """Where somebody is signed in, last seen first."""
        with self._database.read() as connection:
            return signed_in(connection, person_id, now, lifetime)

    def end(self, actor: Actor, token_hash: str) -> None:
        """Sign `actor` out in one browser."""
        with self._database.write() as connection:
            sign_out_one(connection, actor.person_id, token_hash, actor)

    def end_others(self, actor: Actor, kept: str) -> None:
        """Sign `actor` out in all browsers but the one with the token hash `kept`."""
        with self._database.write() as connection:
            sign_out_everywhere(connection, actor.person_id, actor, keep=kept)

    def end_all(self, person_id: str, by: Actor) -> None:
        """Sign somebody out everywhere."""
        with self._database.write() as connection:
            sign_out_everywhere(connection, person_id, by)

    def end_everybodys(self, by: Actor) -> None:
        """Sign everybody out."""
        with self._database.write() as connection:
            connection.execute(delete(sign_ins))
            record(connection, by, Action.SIGNED_OUT, "everybody")

    def end_of(self, issuer: str, by: Actor) -> None:
        """Sign out everybody for whom this issuer vouches."""
        theirs = sign_ins.c.person_id.in_(select(people.c.id).where(people.c.issuer == issuer))
        with self._database.write() as connection:
            if count := connection.execute(delete(sign_ins).where(theirs)).rowcount:
                record(connection, by, Action.SIGNED_OUT, f"everybody of {issuer}", {"count": str(count)})

    def purge_old(self, now: datetime, lifetime: Lifetime) -> None:
        """Delete those that are not valid any more."""
        with self._database.write() as connection:
            connection.execute(delete(sign_ins).where(~_is_fresh(now, lifetime)))


def signed_in(connection: Connection, person_id: str, now: datetime, lifetime: Lifetime) -> list[SignIn]:
    """Where somebody is signed in, last seen first."""
    query = _VALID.where(sign_ins.c.person_id == person_id, _is_fresh(now, lifetime))
    return [SignIn(*row) for row in connection.execute(query.order_by(sign_ins.c.seen_at.desc()))]


def sign_out_one(connection: Connection, person_id: str, token_hash: str, by: Actor) -> None:
    """End one sign-in of somebody; do nothing if they have no such one."""
    chosen = (sign_ins.c.person_id == person_id) & (sign_ins.c.token_hash == token_hash)
    if connection.execute(delete(sign_ins).where(chosen)).rowcount:
        record(connection, by, Action.SIGNED_OUT, f"person {person_id}")


def sign_out_everywhere(
    connection: Connection, person_id: str, by: Actor, *, keep: str | None = None
) -> None:
    """End all sign-ins of somebody but the one with the token hash `keep`."""
    chosen = sign_ins.c.person_id == person_id
    if keep:
        chosen &= sign_ins.c.token_hash != keep
    if connection.execute(delete(sign_ins).where(chosen)).rowcount:
        detail = {"where": "everywhere else" if keep else "everywhere"}
        record(connection, by, Action.SIGNED_OUT, f"person {person_id}", detail)


def hash_of(token: str) -> str:
    """The hash under which a token is stored. A token is random: it needs no salt and no slow hash."""
    return sha256(token.encode()).hexdigest()


def _is_fresh(now: datetime, lifetime: Lifetime) -> ColumnElement[bool]:
    return (sign_ins.c.seen_at > now - lifetime.idle) & (sign_ins.c.created_at > now - lifetime.most)


_VALID = (
    select(sign_ins).join(people, people.c.id == sign_ins.c.person_id).where(people.c.disabled_at.is_(None))
)
