"""What a person shows to others here. The others read it with `lib.store.sharing.shared`."""

import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, func, insert, select, update

from lib.domain.people.audit import Action, Actor
from lib.domain.people.grants import EVERYBODY, GrantKind
from lib.i18n.translation import lazy
from lib.store.database.database import Database
from lib.store.database.errors import StoreError
from lib.store.database.schema import comparisons, conversations, decks, grants, people, recordings
from lib.store.people.audit import record

TABLES: dict[GrantKind, Table] = {
    GrantKind.CONVERSATION: conversations,
    GrantKind.COMPARISON: comparisons,
    GrantKind.DECK: decks,
    GrantKind.RECORDING: recordings,
}
"""Where each kind is stored."""
NOT_STORED = lazy("This is not stored any more.")


@dataclass(frozen=True, slots=True)
class Grant:
    """That somebody may see something, as its owner sees it."""

    id: str
    audience: str
    """The id of a person, or `EVERYBODY`."""
    name: str
    """Theirs; empty for everybody."""
    may_edit: bool
    created_at: datetime
    expires_at: datetime | None
    """`None` until it is taken back."""
    views: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A conversation as it is shown to others."""

    title: str
    report: str
    """The HTML, masked."""


class Grants:
    """Shows a person's things to others, and takes that back. `at` is the time: a grant may expire."""

    def __init__(self, database: Database, person_id: str, actor: Actor) -> None:
        self._database, self._person_id, self._actor = database, person_id, actor
        self._is_own = grants.c.person_id == person_id

    def add(
        self,
        kind: GrantKind,
        source_id: str,
        to: str,
        at: datetime,
        *,
        until: datetime | None = None,
        may_edit: bool = False,
        copy: Copy | None = None,
    ) -> None:
        """Show something to `EVERYBODY`, or to whoever has the e-mail address `to`.

        A conversation is shown as `copy`; anything else as it is at the time. A person may edit a deck.
        It replaces what the same audience was granted before. Raises `StoreError`.
        """
        with self._database.write() as connection:
            self._require(connection, kind, source_id)
            audience = EVERYBODY if to == EVERYBODY else self._person_with(connection, to)
            may_edit = may_edit and kind is GrantKind.DECK and audience != EVERYBODY
            same = (grants.c.kind == kind) & (grants.c.source_id == source_id)
            _end(connection, self._is_own & same & (grants.c.audience == audience), at)
            connection.execute(update(grants).where(grants.c.expires_at <= at).values(report=None))
            connection.execute(
                insert(grants).values(
                    id=secrets.token_hex(16),
                    person_id=self._person_id,
                    kind=kind,
                    source_id=source_id,
                    audience=audience,
                    may_edit=may_edit,
                    created_at=at,
                    expires_at=until,
                    title=copy.title if copy else None,
                    # A lone surrogate, which a model may send, has no UTF-8.
                    report=zlib.compress(copy.report.encode(errors="replace")) if copy else None,
                )
            )
            told = {"to": audience if audience == EVERYBODY else f"person {audience}"}
            told |= {"until": until.isoformat(timespec="minutes")} if until else {}
            told |= {"may": "edit"} if may_edit else {}
            record(connection, self._actor, Action.SHARED, f"{kind} {source_id}", told)

    def of(self, kind: GrantKind, source_id: str, at: datetime) -> list[Grant]:
        """Who may see something now, last granted first."""
        name = func.coalesce(func.nullif(people.c.email, ""), people.c.name, "")
        columns = grants.c["may_edit", "created_at", "expires_at", "views"]
        query = (
            select(grants.c.id, grants.c.audience, name, *columns)
            .outerjoin(people, people.c.id == grants.c.audience)
            .where(self._is_own, grants.c.kind == kind, grants.c.source_id == source_id, is_open(at))
            .order_by(grants.c.created_at.desc())
        )
        with self._database.read() as connection:
            return [Grant(*row) for row in connection.execute(query)]

    def revoke(self, grant_id: str, at: datetime) -> None:
        """Take something back, at once."""
        with self._database.write() as connection:
            revoke(connection, self._is_own & (grants.c.id == grant_id), at, self._actor)

    def _require(self, connection: Connection, kind: GrantKind, source_id: str) -> None:
        """Raise `StoreError` unless this is the person's, and not deleted."""
        table = TABLES[kind]
        is_there = (table.c.id == source_id) & (table.c.person_id == self._person_id)
        if "deleted_at" in table.c:
            is_there &= table.c.deleted_at.is_(None)
        if not connection.execute(select(table.c.id).where(is_there)).first():
            raise StoreError(NOT_STORED)

    def _person_with(self, connection: Connection, email: str) -> str:
        has_it = func.lower(people.c.email) == email.strip().lower()
        is_one = has_it & (people.c.email != "") & people.c.disabled_at.is_(None)
        found = list(connection.execute(select(people.c.id).where(is_one)).scalars())
        if not found:
            raise StoreError(lazy("Nobody here has this e-mail address."))
        if len(found) > 1:  # whoever vouches for one of them may not have checked the address
            raise StoreError(
                lazy("Several accounts here have this e-mail address: ask an admin which one it is.")
            )
        if found[0] == self._person_id:
            raise StoreError(lazy("This is your own e-mail address."))
        return str(found[0])


def is_open(at: datetime) -> ColumnElement[bool]:
    """Whether a grant still holds."""
    is_fresh = grants.c.expires_at.is_(None) | (grants.c.expires_at > at)
    return grants.c.revoked_at.is_(None) & is_fresh


def revoke(connection: Connection, chosen: ColumnElement[bool], at: datetime, by: Actor) -> None:
    """Take back the chosen grant, if it was not before."""
    chosen &= grants.c.revoked_at.is_(None)
    columns = grants.c.id, grants.c.kind, grants.c.source_id
    if found := connection.execute(select(*columns).where(chosen)).one_or_none():
        _end(connection, chosen, at)
        what = f"{found.kind} {found.source_id}"
        record(connection, by, Action.SHARE_REVOKED, what, {"grant": found.id})


def _end(connection: Connection, chosen: ColumnElement[bool], at: datetime) -> None:
    still = update(grants).where(chosen, grants.c.revoked_at.is_(None))
    connection.execute(still.values(revoked_at=at, report=None))
