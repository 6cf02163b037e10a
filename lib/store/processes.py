"""The processes that run replies: each sends a heartbeat, and takes over the replies of dead ones."""

import fcntl
import os
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, String, cast, delete, insert, select, update

from lib.domain.reply.reply import State
from lib.store.database.database import Database
from lib.store.database.file import lock_of
from lib.store.database.schema import processes, replies


class Processes:
    """Reads and writes the heartbeats of the processes that share a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock: int | None = None

    def join(self, owner: str) -> list[str]:
        """Register the process `owner`, which runs replies until it leaves.

        If it is the only process, all running replies were left by dead ones and are `owner`'s from now on.
        Returns the ids of these replies. A process that died beside living ones is found by its silence.
        """
        is_alone = self._is_alone()
        try:
            with self._database.write() as connection:
                left: list[str] = []
                if is_alone:
                    connection.execute(delete(processes))
                    left = _take(connection, replies.c.owner != owner, owner)
                _beat(connection, owner)
                return left
        finally:
            if self._lock is not None:
                # Shared from here on: the next process to join finds that it is not alone.
                fcntl.flock(self._lock, fcntl.LOCK_SH)

    def leave(self, owner: str) -> None:
        """Record that `owner` runs nothing any more."""
        try:
            with self._database.write() as connection:
                connection.execute(delete(processes).where(processes.c.id == owner))
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def beat(self, owner: str) -> bool:
        """Send the heartbeat of `owner`. Return `False` if other processes considered it dead."""
        with self._database.write() as connection:
            return _beat(connection, owner)

    def beats(self) -> dict[str, str | None]:
        """The last beat of each process; `None` for one that owns running replies and has never sent a beat.

        A beat is a text that differs each time. It does not tell the time: clocks differ, and jump.
        """
        heartbeats = select(processes.c.id, _HEARTBEAT)
        owners = select(replies.c.owner).where(replies.c.state == State.RUNNING).distinct()
        with self._database.read() as connection:
            silent: dict[str, str | None] = dict.fromkeys(connection.execute(owners).scalars())
            return silent | dict(connection.execute(heartbeats).all())

    def take_over(self, dead: str, last_beat: str | None, owner: str) -> list[str]:
        """Give the replies that `dead` runs to `owner`, and forget `dead`, unless it beat since `last_beat`.

        Returns the ids of the replies. From now on, their old owner cannot write to them.
        """
        is_it = processes.c.id == dead
        with self._database.write() as connection:
            connection.execute(delete(processes).where(is_it, _HEARTBEAT.is_not_distinct_from(last_beat)))
            # In the same transaction: a process that was only slow is still there, and keeps its replies.
            if connection.execute(select(processes.c.id).where(is_it)).first():
                return []
            return _take(connection, replies.c.owner == dead, owner)

    def owned(self, owner: str) -> set[str]:
        """The ids of the running replies that belong to `owner`."""
        chosen = select(replies.c.id).where(replies.c.state == State.RUNNING, replies.c.owner == owner)
        with self._database.read() as connection:
            return set(connection.execute(chosen).scalars())

    def _is_alone(self) -> bool:
        """Take the lock that every process shares while alive: the system releases it, however one dies."""
        if self._database.path is None:
            return True
        try:
            self._lock = os.open(lock_of(self._database.path), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another process holds it, or the file system has no locks
            return False
        return True


def _beat(connection: Connection, owner: str) -> bool:
    now = datetime.now(UTC)
    changed = connection.execute(update(processes).where(processes.c.id == owner).values(heartbeat_at=now))
    if changed.rowcount:
        return True
    connection.execute(insert(processes).values(id=owner, heartbeat_at=now))
    return False


# As text: a row with a malformed date must not raise here.
_HEARTBEAT = cast(processes.c.heartbeat_at, String)


def _take(connection: Connection, whose: ColumnElement[bool], owner: str) -> list[str]:
    taken = update(replies).where(replies.c.state == State.RUNNING, whose).values(owner=owner)
    return list(connection.execute(taken.returning(replies.c.id)).scalars())
