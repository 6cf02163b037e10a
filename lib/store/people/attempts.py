"""Failed attempts to sign in, counted for all processes together."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, func, insert, select

from lib.domain.people.audit import Action, Actor
from lib.store.database.database import Database
from lib.store.database.locks import lock
from lib.store.database.schema import attempts
from lib.store.people.audit import record

WITHIN = timedelta(minutes=15)
"""How long a failed attempt counts."""
PAUSE = timedelta(seconds=30)
"""How long to wait after a failed attempt once there were too many."""


class Attempts:
    """Slows down whoever guesses passwords: after too many failures each further try has to wait."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, keys: Mapping[str, int], now: datetime) -> timedelta:
        """Note an attempt under these keys before it is known how it ends; forget old ones.

        `keys` gives the failures that are free, for each key. Return zero, or how long to wait: then nothing
        is noted. Noted first, and not afterwards: many attempts at once must not all be the first.
        """
        with self._database.write() as connection:
            lock(connection, *map(_hashed, keys))
            connection.execute(delete(attempts).where(attempts.c.at <= now - WITHIN))
            if wait := _wait(connection, keys, now):
                return wait
            connection.execute(insert(attempts), [{"key": _hashed(key), "at": now} for key in keys])
        return timedelta(0)

    def succeeded(self, keys: Mapping[str, int], account: str) -> None:
        """Forget the attempt that was right, and all failures of its account."""
        with self._database.write() as connection:
            connection.execute(delete(attempts).where(attempts.c.key == _hashed(account)))
            for key in keys:
                last = select(func.max(attempts.c.id)).where(attempts.c.key == _hashed(key))
                connection.execute(delete(attempts).where(attempts.c.id == last.scalar_subquery()))

    def failed(self, actor: Actor, about: str) -> None:
        """Write down that an attempt failed; `about` names the account."""
        with self._database.write() as connection:
            record(connection, actor, Action.SIGN_IN_FAILED, about)


def _wait(connection: Connection, keys: Mapping[str, int], now: datetime) -> timedelta:
    free = {_hashed(key): most for key, most in keys.items()}
    query = (
        select(attempts.c.key, func.count().label("times"), func.max(attempts.c.at).label("last"))
        .where(attempts.c.key.in_(list(free)))
        .group_by(attempts.c.key)
    )
    rows = connection.execute(query)
    waits: list[timedelta] = [row.last + PAUSE - now for row in rows if row.times >= free[row.key]]
    return max([timedelta(0), *waits])


def _hashed(key: str) -> str:
    """Whose attempts they were is of no use to whoever reads the table."""
    return sha256(key.encode()).hexdigest()
