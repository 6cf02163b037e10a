"""Shared reports: each is a copy under a secret token, until it expires or is revoked."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from lib.domain.people.audit import Action, Actor
from lib.domain.people.people import Permission
from lib.store.database.database import Database
from lib.store.database.schema import grants, shares
from lib.store.people import permissions
from lib.store.people.audit import record


@dataclass(frozen=True, slots=True)
class Share:
    """A link to a report, as its author sees it."""

    token: str
    title: str
    created_at: datetime
    expires_at: datetime
    views: int


class Shares:
    """Stores, lists and revokes a person's shared reports."""

    def __init__(self, database: Database, person_id: str, actor: Actor) -> None:
        self._database, self._person_id, self._actor = database, person_id, actor
        self._is_own = shares.c.person_id == person_id

    def add(
        self,
        token: str,
        report: str,
        *,
        source_id: str,
        title: str,
        created_at: datetime,
        expires_at: datetime,
    ) -> None:
        """Store the HTML of a report under a token, and delete expired ones. Raises `NotPermittedError`."""
        with self._database.write() as connection:
            permissions.require(connection, self._person_id, Permission.SHARE_LINKS)
            connection.execute(delete(shares).where(shares.c.expires_at <= created_at))
            connection.execute(
                insert(shares).values(
                    token=token,
                    person_id=self._person_id,
                    source_id=source_id,
                    title=title,
                    created_at=created_at,
                    expires_at=expires_at,
                    # A lone surrogate, which a model may send, has no UTF-8.
                    report=zlib.compress(report.encode(errors="replace")),
                )
            )
            until = {"until": expires_at.isoformat(timespec="minutes")}
            record(connection, self._actor, Action.SHARED, f"report {source_id}", until)

    def of(self, source_id: str, at: datetime) -> list[Share]:
        """The open links to reports of a source, newest first."""
        columns = shares.c.token, shares.c.title, shares.c.created_at, shares.c.expires_at, shares.c.views
        query = (
            select(*columns)
            .where(self._is_own, shares.c.source_id == source_id)
            .where(shares.c.revoked_at.is_(None), shares.c.expires_at > at)
            .order_by(shares.c.created_at.desc())
        )
        with self._database.read() as connection:
            return [Share(*row) for row in connection.execute(query)]

    def revoke(self, token: str, at: datetime) -> None:
        """Revoke a link and delete its copy at once."""
        with self._database.write() as connection:
            revoked = update(shares).where(self._is_own, shares.c.token == token)
            done = revoked.values(revoked_at=at, report=b"").returning(shares.c.source_id)
            if source_id := connection.execute(done).scalar():
                record(connection, self._actor, Action.SHARE_REVOKED, f"report {source_id}")


class Links:
    """The reports that anybody reads who knows the token."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def view(self, token: str, at: datetime, by: Actor, *, is_counted: bool = True) -> str | None:
        """The report under a token, counted as a view; `None` if it never existed, expired or was revoked.

        Nor is it there while its owner may not share by link.
        """
        is_open = (shares.c.token == token) & shares.c.revoked_at.is_(None) & (shares.c.expires_at > at)
        is_open &= permissions.is_permitted(shares.c.person_id, Permission.SHARE_LINKS)
        query = select(shares.c.report, shares.c.source_id).where(is_open)
        # Before anything is written: who guesses tokens keeps nobody from writing.
        with self._database.read() as connection:
            found = connection.execute(query).one_or_none()
        if not found:
            return None
        if is_counted:
            with self._database.write() as connection:
                counted = update(shares).where(is_open).values(views=shares.c.views + 1)
                if not connection.execute(counted).rowcount:
                    return None  # revoked in the meantime
                record(connection, by, Action.SHARE_OPENED, f"report {found.source_id}")
        return zlib.decompress(found.report).decode()


def forget(connection: Connection, person_id: str, source_ids: Sequence[str]) -> None:
    """Delete a person's links and grants to what is being deleted: nobody could revoke them afterwards."""
    for table in (shares, grants):
        own = delete(table).where(table.c.person_id == person_id)
        connection.execute(own.where(table.c.source_id.in_(source_ids)))


def forget_all(connection: Connection, source_ids: Sequence[str]) -> None:
    """Delete the links and grants to chats, comparisons or runs, whoever's they are.

    Not to recordings: two people may have the same one.
    """
    for table in (shares, grants):
        connection.execute(delete(table).where(table.c.source_id.in_(source_ids)))
