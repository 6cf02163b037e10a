"""Failed attempts to sign in, counted for all processes together."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, func, insert, select

from lib.domain.people.audit import Action, Actor
from lib.store.database.database import Database
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

    def fail(self, keys: Mapping[str, int], now: datetime, actor: Actor, about: str) -> None:
        """Note a failed attempt under these keys, and forget old ones; `about` names the account."""
        with self._database.write() as connection:
            connection.execute(delete(attempts).where(attempts.c.at <= now - WITHIN))
            connection.execute(insert(attempts), [{"key": _hashed(key), "at": now} for key in keys])
            record(connection, actor, Action.SIGN_IN_FAILED, about, now=now)

    def wait(self, keys: Mapping[str, int], now: datetime) -> timedelta:
        """How long to wait before the next attempt; `keys` gives the failures that are free, for each key."""
        free = {_hashed(key): most for key, most in keys.items()}
        query = (
            select(attempts.c.key, func.count().label("times"), func.max(attempts.c.at).label("last"))
            .where(attempts.c.key.in_(list(free)), attempts.c.at > now - WITHIN)
            .group_by(attempts.c.key)
        )
        with self._database.read() as connection:
            found = connection.execute(query).all()
        waits: list[timedelta] = [row.last + PAUSE - now for row in found if row.times >= free[row.key]]
        return max([timedelta(0), *waits])

    def forget(self, key: str) -> None:
        """Forget the failures of an account whose owner has signed in."""
        with self._database.write() as connection:
            connection.execute(delete(attempts).where(attempts.c.key == _hashed(key)))


def _hashed(key: str) -> str:
    """Whose attempts they were is of no use to whoever reads the table."""
    return sha256(key.encode()).hexdigest()
