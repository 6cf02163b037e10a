"""The audit log: rows are only ever added, each in the transaction of what it tells of."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from lib.domain.people import audit as chain
from lib.domain.people.audit import FIRST, Action, Actor, AuditRow, hash_of
from lib.store.database.database import Database
from lib.store.database.inserts import insert_new
from lib.store.database.raw import raw
from lib.store.database.schema import audit, audit_end

BATCH = 1000
COLUMNS = (
    audit.c.number,
    *(raw(column).label(column.name) for column in audit.c if column is not audit.c.number),
)
"""What is read of a row."""
_NO_TIME = datetime.fromtimestamp(0, UTC)
_YEARS = range(2000, 2200)
"""Times that tables can show."""


def record(
    connection: Connection,
    actor: Actor,
    action: Action,
    about: str,
    detail: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> None:
    """Write down what somebody does, in the transaction of `connection`.

    `detail` must never hold a message's text, a password or a key.
    """
    # The update comes first: where several write at once, it lets one after the other read the hash.
    next_one = update(audit_end).values(number=audit_end.c.number + 1)
    if not connection.execute(next_one).rowcount:
        insert_new(connection, audit_end, {"id": 1, "number": 0, "hash": FIRST})
        connection.execute(next_one)
    number, before = connection.execute(select(audit_end.c.number, audit_end.c.hash)).one()
    row = AuditRow(number, now or datetime.now(UTC), actor, action, about, detail or {})
    own = hash_of(row, before)
    connection.execute(
        insert(audit).values(
            number=number,
            at=row.at,
            person_id=actor.person_id,
            address=actor.address,
            request_id=actor.request_id,
            action=action,
            about=about,
            detail=json.dumps({**row.detail}, sort_keys=True),
            hash=own,
        )
    )
    connection.execute(update(audit_end).values(hash=own))


class Audit:
    """Reads the audit log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self, actor: Actor, action: Action, about: str, detail: Mapping[str, str] | None = None
    ) -> None:
        """Write down what changes nothing in the database, such as an export."""
        with self._database.write() as connection:
            record(connection, actor, action, about, detail)

    def latest(
        self,
        limit: int,
        *,
        before: int | None = None,
        person_id: str | None = None,
        action: Action | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[AuditRow]:
        """The last rows that fit, newest first; `before` is the number of a row to go on from."""
        query = select(*COLUMNS).order_by(audit.c.number.desc()).limit(limit)
        fits = (
            *((audit.c.number < before,) if before else ()),
            *((audit.c.person_id == person_id,) if person_id else ()),
            *((audit.c.action == action,) if action else ()),
            *((audit.c.at >= since,) if since else ()),
            *((audit.c.at < until,) if until else ()),
        )
        with self._database.read() as connection:
            return [row_of(row) for row in connection.execute(query.where(*fits))]

    def all(self, since: datetime | None = None) -> Iterator[AuditRow]:
        """All rows in the order in which they were written, a few at a time."""
        number = 0
        while True:
            query = select(*COLUMNS).where(audit.c.number > number).order_by(audit.c.number).limit(BATCH)
            with self._database.read() as connection:
                rows = list(connection.execute(query.where(audit.c.at >= since) if since else query))
            if not rows:
                return
            yield from (row_of(row) for row in rows)
            number = rows[-1].number

    def end(self) -> tuple[int, str]:
        """The number and the hash of the last row."""
        with self._database.read() as connection:
            return _end(connection)

    def fault(self) -> str | None:
        """Where the log was changed, in a sentence; `None` if it is whole."""
        # In a snapshot: rows that are written meanwhile would seem to be too many, or missing.
        with self._database.read(is_snapshot=True) as connection:
            query = select(*COLUMNS).order_by(audit.c.number).execution_options(yield_per=BATCH)
            return chain.fault(map(row_of, connection.execute(query)), _end(connection))


def _end(connection: Connection) -> tuple[int, str]:
    row = connection.execute(select(audit_end.c.number, audit_end.c.hash)).one_or_none()
    if row is None:
        return 0, FIRST
    return row.number if isinstance(row.number, int) else 0, row.hash


def row_of(row: Sequence[Any]) -> AuditRow:
    """A row of `COLUMNS`. One that was changed so that it cannot be read says so, and has no hash."""
    try:
        texts = [str(each, "utf-8") for each in row[1 : len(COLUMNS)]]
        at, person_id, address, request_id, action, about, detail, own = texts
        actor = Actor(person_id, address, request_id)
        return AuditRow(row[0], _time(at), actor, Action(action), about, _detail(detail), own)
    except (ValueError, TypeError, RecursionError):
        return AuditRow(row[0], _NO_TIME, Actor("unknown"), Action.UNREADABLE, "this row was changed")


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    if at.year not in _YEARS:
        raise ValueError("The app did not write anything then.")
    return at


def _detail(text: str) -> dict[str, str]:
    detail = json.loads(text)
    if not isinstance(detail, dict) or not all(isinstance(each, str) for each in detail.values()):
        raise TypeError("The app writes names and texts.")
    "".join([*detail, *detail.values()]).encode()  # half a letter can be escaped, but not be shown
    return detail
