"""The processes that run replies: each has a lease, and takes over what processes without one have left."""

import fcntl
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, String, cast, delete, insert, select, update

from lib.domain.reply.reply import State
from lib.store.database import clock
from lib.store.database.database import Database
from lib.store.database.file import lock_of
from lib.store.database.inserts import insert_new
from lib.store.database.schema import processes, replies, series

LEASE_SECONDS = 10.0
"""How long after its last heartbeat a process is alive, by the database's clock."""


@dataclass(frozen=True, slots=True)
class _Lease:
    """The lease of a process as it is stored; `None` is a time that cannot be read."""

    id: str
    beaten_at: datetime | None
    steady_since: datetime | None

    def is_over(self, now: datetime, seconds: float) -> bool:
        # In both directions: a clock that was put back must not make the dead live for hours.
        return self.beaten_at is None or abs(now - self.beaten_at) > timedelta(seconds=seconds)

    def may_judge(self, now: datetime, seconds: float) -> bool:
        """Whether it has beaten for the whole of a lease: so long the others could have beaten, too."""
        if self.is_over(now, seconds) or self.steady_since is None:
            return False
        return now - self.steady_since >= timedelta(seconds=seconds)


class Processes:
    """Reads and writes the leases of the processes that share a database.

    While nobody can write (the server is away, the disk is full, the machine sleeps), all leases end. So a
    process takes others over only after it has itself beaten for a whole lease without a gap.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock: int | None = None

    def join(self, owner: str) -> list[str]:
        """Register the process `owner`, which runs replies until it leaves.

        If it is known to be the only process, all running replies were left by dead ones and are `owner`'s
        from now on. Returns the ids of these replies. A process that died beside living ones is found by the
        end of its lease.
        """
        is_alone = self._is_alone()
        try:
            with self._database.write(is_hasty=True) as connection:
                left: list[str] = []
                if is_alone:
                    connection.execute(delete(processes))
                    connection.execute(delete(series))  # whoever still wants them starts them again
                    left = _take(connection, replies.c.owner != owner, owner)
                _beat(connection, owner, LEASE_SECONDS)
                return left
        finally:
            if self._lock is not None:
                # Shared from here on: the next process to join finds that it is not alone.
                fcntl.flock(self._lock, fcntl.LOCK_SH)

    def leave(self, owner: str) -> None:
        """Record that `owner` runs nothing any more, and give its series back."""
        try:
            with self._database.write() as connection:
                connection.execute(update(series).where(series.c.owner == owner).values(owner=""))
                connection.execute(delete(processes).where(processes.c.id == owner))
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def beat(self, owner: str, seconds: float = LEASE_SECONDS) -> bool:
        """Renew the lease of `owner` for so many seconds. Return `False` if others considered it dead."""
        with self._database.write() as connection:
            return _beat(connection, owner, seconds)

    def beats(self) -> dict[str, str]:
        """The last heartbeat of each process that has a lease, as a text that differs each time."""
        with self._database.read() as connection:
            return dict(connection.execute(select(processes.c.id, _BEATEN_AT)).all())

    def take_over(self, owner: str, seconds: float = LEASE_SECONDS) -> list[str]:
        """Give `owner` what processes without a lease have left: running replies and series.

        Returns the ids of the replies. From now on, their old owners cannot write to them.
        """
        with self._database.read() as connection:
            now, known = clock.now(connection), _leases(connection)
            unknown = _owners(connection) - known.keys()
        dead = {each.id for each in known.values() if each.is_over(now, seconds)} - {owner}
        if unknown:
            self._register(unknown)
        if not dead or owner not in known or not known[owner].may_judge(now, seconds):
            return []
        with self._database.write() as connection:
            now = clock.now(connection)
            # Skipped: a lease that is being renewed, or that another process is taking over.
            locked = _leases(connection, dead, is_locked=True).values()
            gone = [each.id for each in locked if each.is_over(now, seconds)]
            connection.execute(delete(processes).where(processes.c.id.in_(gone)))
            connection.execute(update(series).where(series.c.owner.in_(gone)).values(owner=owner))
            return _take(connection, replies.c.owner.in_(gone), owner)

    def owned(self, owner: str) -> set[str]:
        """The ids of the running replies that belong to `owner`."""
        chosen = select(replies.c.id).where(replies.c.state == State.RUNNING, replies.c.owner == owner)
        with self._database.read() as connection:
            return set(connection.execute(chosen).scalars())

    def _register(self, unknown: Collection[str]) -> None:
        """Give a first lease to those who own something and have none: they may be about to beat."""
        with self._database.write() as connection:
            now = clock.now(connection)
            for id_ in sorted(unknown):
                insert_new(connection, processes, {"id": id_, "heartbeat_at": now})

    def _is_alone(self) -> bool:
        """Take the lock that every process shares while alive: the system releases it, however one dies."""
        if self._database.path is None:
            return not self._database.is_on_server  # in memory there is nobody else
        try:
            self._lock = os.open(lock_of(self._database.path), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another process holds it, or the file system has no locks
            return False
        return True


# As text: a row with a malformed date must not raise here.
_BEATEN_AT, _STEADY_SINCE = cast(processes.c.heartbeat_at, String), cast(processes.c.steady_since, String)


def _beat(connection: Connection, owner: str, seconds: float) -> bool:
    now, known = clock.now(connection), _leases(connection, [owner])
    values = {"heartbeat_at": now}
    if owner not in known:
        connection.execute(insert(processes).values(id=owner, steady_since=now, **values))
        return False
    if known[owner].is_over(now, seconds) or not known[owner].steady_since:
        values["steady_since"] = now
    connection.execute(update(processes).where(processes.c.id == owner).values(values))
    return True


def _leases(
    connection: Connection, ids: Collection[str] | None = None, *, is_locked: bool = False
) -> dict[str, _Lease]:
    query = select(processes.c.id, _BEATEN_AT, _STEADY_SINCE).order_by(processes.c.id)
    if ids is not None:
        query = query.where(processes.c.id.in_(ids))
    if is_locked:
        query = query.with_for_update(skip_locked=True)
    return {id_: _Lease(id_, _time(beat), _time(since)) for id_, beat, since in connection.execute(query)}


def _owners(connection: Connection) -> set[str]:
    """Who owns running replies, or series that were not given back."""
    running = select(replies.c.owner).where(replies.c.state == State.RUNNING)
    return set(connection.execute(running.union(select(series.c.owner))).scalars()) - {""}


def _time(stored: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(stored).replace(tzinfo=UTC) if stored else None
    except ValueError:
        return None


def _take(connection: Connection, whose: ColumnElement[bool], owner: str) -> list[str]:
    is_running = replies.c.state == State.RUNNING
    # Locked in order, as by whoever writes tapes: they never wait for one another.
    locked = select(replies.c.id).where(is_running, whose).order_by(replies.c.id).with_for_update()
    ids = list(connection.execute(locked).scalars())
    if ids:
        chosen = update(replies).where(is_running, whose).values(owner=owner)
        connection.execute(chosen)
    return ids
