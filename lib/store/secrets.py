"""The random keys of this installation. They appear in no export and on no page."""

import secrets as random

from sqlalchemy import String, select, type_coerce, update
from sqlalchemy.dialects.sqlite import insert

from lib.store.database.database import Database
from lib.store.database.schema import secrets

KEY_BYTES = 32


class Secrets:
    """Creates and reads keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> bytes:
        """The key with this name. The first caller creates it; of two processes, both get the same one.

        A stored value that is not a key is replaced.
        """
        row = {"name": name, "value": random.token_bytes(KEY_BYTES)}
        # As it is stored: somebody may have put something other than bytes there.
        query = select(type_coerce(secrets.c.value, String)).where(secrets.c.name == name)
        with self._database.write() as connection:
            connection.execute(insert(secrets).values(row).on_conflict_do_nothing())
            value: object = connection.execute(query).scalar_one()
            if isinstance(value, bytes) and len(value) == KEY_BYTES:
                return value
            made = random.token_bytes(KEY_BYTES)
            connection.execute(update(secrets).where(secrets.c.name == name).values(value=made))
            return made
