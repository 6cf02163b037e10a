"""Comparisons that are open to an audience."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, insert, select, update

from lib.store.database.database import Database
from lib.store.database.schema import rooms

OPEN_FOR = timedelta(hours=4)
"""A room closes by itself, so that a forgotten one is not left open overnight."""
TOKEN_BYTES = 16
"""Random bytes of a room's token: nobody can guess 128 bits."""


@dataclass(frozen=True, slots=True)
class Room:
    """An open room: whoever knows its token may follow the comparison and vote."""

    token: str
    comparison_id: str
    opened_at: datetime
    closes_at: datetime


class Rooms:
    """Opens and closes rooms. `now` is the current time: a room may have expired."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, comparison_id: str, now: datetime) -> Room:
        """The comparison's open room, or a new one."""
        with self._database.write() as connection:
            query = _open_rooms(now).where(rooms.c.comparison_id == comparison_id)
            if row := connection.execute(query).first():
                return Room(*row)
            room = Room(secrets.token_urlsafe(TOKEN_BYTES), comparison_id, now, now + OPEN_FOR)
            values = {
                "token": room.token,
                "comparison_id": comparison_id,
                "opened_at": now,
                "closes_at": room.closes_at,
            }
            connection.execute(insert(rooms).values(values))
        return room

    def of(self, comparison_id: str, now: datetime) -> Room | None:
        """The comparison's open room."""
        query = _open_rooms(now).where(rooms.c.comparison_id == comparison_id)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return Room(*row) if row else None

    def get(self, token: str, now: datetime) -> Room | None:
        """The open room with this token; `None` if it is closed or never existed."""
        with self._database.read() as connection:
            row = connection.execute(_open_rooms(now).where(rooms.c.token == token)).first()
        return Room(*row) if row else None

    def close(self, token: str, now: datetime) -> None:
        """Close a room permanently."""
        still_open = (rooms.c.token == token) & rooms.c.closed_at.is_(None)
        with self._database.write() as connection:
            connection.execute(update(rooms).where(still_open).values(closed_at=now))


def _open_rooms(now: datetime) -> Select[Any]:
    columns = rooms.c.token, rooms.c.comparison_id, rooms.c.opened_at, rooms.c.closes_at
    return select(*columns).where(rooms.c.closed_at.is_(None), rooms.c.closes_at > now)
