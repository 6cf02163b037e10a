"""The random keys of this installation. No export and no page has them."""

import secrets as random

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from lib.store.database import Database
from lib.store.schema import secrets

KEY_BYTES = 32


class Secrets:
    """Makes and reads keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> bytes:
        """The key of this name; whoever asks first makes it, and of two processes both get the same one."""
        row = {"name": name, "value": random.token_bytes(KEY_BYTES)}
        query = select(secrets.c.value).where(secrets.c.name == name)
        with self._database.write() as connection:
            connection.execute(insert(secrets).values(row).on_conflict_do_nothing())
            value: bytes = connection.execute(query).scalar_one()
        return value
