"""Comparisons that are open to an audience."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from lib.domain.people.audit import Action, Actor
from lib.domain.people.people import Permission
from lib.store.comparison.comparisons import NOT_STORED, is_own
from lib.store.database import inserts
from lib.store.database.database import Database
from lib.store.database.errors import StoreError
from lib.store.database.schema import comparisons, followers, rooms
from lib.store.people import permissions
from lib.store.people.audit import record

OPEN_FOR = timedelta(hours=4)
"""A room closes by itself, so that a forgotten one is not left open overnight."""
TOKEN_BYTES = 16
"""Random bytes of a room's token: nobody can guess 128 bits."""


@dataclass(frozen=True, slots=True)
class Room:
    """An open room: whoever knows its token may follow the comparison and vote."""

    token: str
    person_id: str
    """Whose comparison it is."""
    comparison_id: str
    opened_at: datetime
    closes_at: datetime


class Rooms:
    """Opens and closes the rooms of a person's comparisons. `now` is the time: a room may have expired."""

    def __init__(self, database: Database, person_id: str, actor: Actor) -> None:
        self._database, self._person_id, self._actor = database, person_id, actor
        self._is_own = is_own(person_id)

    def open(self, comparison_id: str, now: datetime) -> Room:
        """The comparison's open room, or a new one. Raises `StoreError` if the comparison is not stored.

        Raises `NotPermittedError`.
        """
        own = select(comparisons.c.id).where(self._is_own, comparisons.c.id == comparison_id)
        query = _ROOMS.where(self._is_own, rooms.c.comparison_id == comparison_id, _is_open(now))
        token, closes_at = secrets.token_urlsafe(TOKEN_BYTES), now + OPEN_FOR
        with self._database.write() as connection:
            permissions.require(connection, self._person_id, Permission.OPEN_ROOMS)
            if not connection.execute(own.with_for_update()).first():
                raise StoreError(NOT_STORED)
            if row := connection.execute(query).first():
                return Room(*row)
            values = {"token": token, "comparison_id": comparison_id}
            connection.execute(insert(rooms).values(opened_at=now, closes_at=closes_at, **values))
            record(connection, self._actor, Action.ROOM_OPENED, f"comparison {comparison_id}")
        return Room(token, self._person_id, comparison_id, now, closes_at)

    def of(self, comparison_id: str, now: datetime) -> Room | None:
        """The comparison's open room."""
        query = _ROOMS.where(self._is_own, rooms.c.comparison_id == comparison_id, _is_open(now))
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return Room(*row) if row else None

    def close(self, token: str, now: datetime) -> None:
        """Close a room permanently."""
        own = select(comparisons.c.id).where(self._is_own)
        still_open = (rooms.c.token == token) & rooms.c.closed_at.is_(None) & rooms.c.comparison_id.in_(own)
        with self._database.write() as connection:
            closed = update(rooms).where(still_open).values(closed_at=now).returning(rooms.c.comparison_id)
            if comparison_id := connection.execute(closed).scalar():
                record(connection, self._actor, Action.ROOM_CLOSED, f"comparison {comparison_id}")


class OpenRooms:
    """The rooms that anybody enters who knows the token."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, token: str, now: datetime) -> Room | None:
        """The open room with this token; `None` if it is closed or never existed.

        Nor is it there while its owner may not open rooms.
        """
        may = permissions.is_permitted(comparisons.c.person_id, Permission.OPEN_ROOMS)
        with self._database.read() as connection:
            row = connection.execute(_ROOMS.where(rooms.c.token == token, _is_open(now), may)).first()
        return Room(*row) if row else None

    def count(self, token: str, process_id: str, devices: int) -> None:
        """Record how many devices follow a room on one process."""
        row = {"token": token, "process_id": process_id, "devices": devices}
        is_it = (followers.c.token == token) & (followers.c.process_id == process_id)
        with self._database.write() as connection:
            if devices:
                new = inserts.insert(connection, followers).values(row)
                key = ["token", "process_id"]
                connection.execute(new.on_conflict_do_update(index_elements=key, set_={"devices": devices}))
            else:
                connection.execute(delete(followers).where(is_it))

    def followers(self, token: str, *, but: str) -> int:
        """How many devices follow a room on the other processes."""
        others = (followers.c.token == token) & (followers.c.process_id != but)
        with self._database.read() as connection:
            return connection.execute(select(func.sum(followers.c.devices)).where(others)).scalar() or 0

    def tokens(self, now: datetime) -> list[str]:
        """The tokens of all rooms that are open."""
        may = permissions.is_permitted(comparisons.c.person_id, Permission.OPEN_ROOMS)
        with self._database.read() as connection:
            return [row.token for row in connection.execute(_ROOMS.where(_is_open(now), may))]


_ROOMS = select(
    rooms.c.token, comparisons.c.person_id, rooms.c.comparison_id, rooms.c.opened_at, rooms.c.closes_at
).join(
    comparisons,
    (comparisons.c.id == rooms.c.comparison_id) & comparisons.c.deleted_at.is_(None),
)


def _is_open(now: datetime) -> ColumnElement[bool]:
    return rooms.c.closed_at.is_(None) & (rooms.c.closes_at > now)
