"""Transactions that only an admin gets."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from lib.domain.people.audit import Actor
from lib.domain.people.people import Permission
from lib.store.database.database import Database
from lib.store.people import permissions


class ForAdmins:
    """Checks in each transaction that `actor` is an admin. Raises `NotPermittedError` if not."""

    def __init__(self, database: Database, actor: Actor) -> None:
        self._database, self._actor = database, actor

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._database.read(is_snapshot=True) as connection:
            self._require_admin(connection)
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._database.write() as connection:
            self._require_admin(connection)
            yield connection

    def _require_admin(self, connection: Connection) -> None:
        permissions.require(connection, self._actor.person_id, Permission.ADMINISTER)
