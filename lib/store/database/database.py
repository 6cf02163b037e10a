"""Opens the database, SQLite or PostgreSQL, migrated to the current schema."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import cast

from sqlalchemy import Connection, QueuePool, event, inspect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from lib.i18n.translation import lazy
from lib.store.database.backend import SAME, Backend
from lib.store.database.errors import StoreError, UnreadableError
from lib.store.database.schema import NEWEST
from lib.store.database.sqlite import Sqlite


class Database:
    """The connections to one database: who reads and who writes gets one for the time of a transaction."""

    def __init__(self, address: Path | str | None, listen_url: str | None = SAME) -> None:
        """Open the file or the PostgreSQL URL, and migrate it; `None` is a SQLite database in memory.

        `listen_url` is where PostgreSQL is listened to; `None` is nowhere.

        A missing file is created; one of an older version is backed up before it is changed.
        Raises `StoreError`.
        """
        self._backend, self._is_closed = _opened(address, listen_url), False
        event.listen(self._backend.engine, "checkin", self._close_late)
        self._errors: tuple[type[Exception], ...] = (SQLAlchemyError, *self._backend.errors)
        try:
            self._migrate()
            self._backend.opened()
        except StoreError:
            self.close()
            raise

    @property
    def path(self) -> Path | None:
        """The file; `None` in memory and on a server."""
        return self._backend.path

    @property
    def is_on_server(self) -> bool:
        """Whether other processes on other machines may use it."""
        return self._backend.is_on_server

    @contextmanager
    def read(self, *, is_snapshot: bool = False) -> Iterator[Connection]:
        """A connection to read with; in a snapshot all statements see the same state. Raises `StoreError`."""
        options = self._backend.snapshot if is_snapshot else self._backend.reading
        with self._translated(), _readable(), self._connection() as connection:
            reading = connection.execution_options(**options)
            with reading.begin():
                yield reading

    @contextmanager
    def write(self, *, is_hasty: bool = False) -> Iterator[Connection]:
        """A connection in a transaction, committed at the end. Raises `StoreError`.

        Who is hasty waits about a second for the locks of other processes, instead of ten.

        SQLite's writers take turns. PostgreSQL's do not: what must not be changed by two at once is locked
        first (`with_for_update`, `lib.store.database.locks`).
        """
        # The turn before the connection: a waiting writer holds no connection of the pool.
        with self._translated(), self._backend.turn, self._connection() as connection:
            writing = connection.execution_options(**self._backend.writing, is_hasty=is_hasty)
            with writing.begin():
                yield writing

    def look(self) -> None:
        """Check that the database is still there, the same, and intact as far as a quick check can tell.

        Raises `StoreError`; a file then cannot be read or written until a later check succeeds.
        """
        if problem := self._backend.look():
            raise StoreError(problem)

    def is_migrated(self) -> bool:
        """Whether its schema is that of this version, or of a newer one. Raises `StoreError`."""
        with self.read() as connection:
            return (revision(connection) or "") >= NEWEST

    def connections(self) -> tuple[int, int]:
        """How many connections are in use, and how many there may be."""
        pool = cast(QueuePool, self._backend.engine.pool)
        return pool.checkedout(), pool.size() + pool._max_overflow

    def size(self) -> int | None:
        """The bytes that it takes; `None` in memory. Raises `StoreError`."""
        with self.read() as connection:
            return self._backend.size(connection)

    @property
    def has_bell(self) -> bool:
        """Whether one process can wake another."""
        return self._backend.has_bell

    def notify(self) -> None:
        """Wake whoever listens; nothing where there is no bell. Raises `StoreError`."""
        with self._translated():
            self._backend.notify()

    def listen(self, rings: Callable[[], None], ending: Event) -> None:
        """Call `rings` at each notification until `ending`. Raises `StoreError` if the connection is lost."""
        with self._translated():
            self._backend.listen(rings, ending)

    def close(self) -> None:
        self._is_closed = True
        self._backend.engine.dispose()

    def _close_late(self, _connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        """Close what a thread gives back after the end; the pool would only forget it."""
        if self._is_closed:
            record.invalidate()

    def _connection(self) -> Connection:
        if problem := self._backend.problem():
            raise StoreError(problem)
        return self._backend.engine.connect()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Translate SQLAlchemy's errors into one sentence, without statements or values."""
        try:
            yield
        except self._errors as error:
            reason = self._backend.reason(error)
            raise StoreError(lazy("The database cannot be used: {reason}.", reason=reason)) from error

    def _migrate(self) -> None:
        with self.read() as connection:
            if revision(connection) == NEWEST:
                return
        from lib.store.database.upgrade import upgrade  # Alembic takes half a second to import

        # Locked from here on: if several processes start at once, one of them migrates.
        with self.write() as connection:
            self._backend.lock_migrations(connection)
            upgrade(connection, revision(connection), self._backend)


def _opened(address: Path | str | None, listen_url: str | None) -> Backend:
    if isinstance(address, str):
        from lib.store.database.postgres import Postgres  # most installations have no use for its driver

        return Postgres(address, address if listen_url == SAME else listen_url)
    return Sqlite(address)


def revision(connection: Connection) -> str | None:
    """Of the schema; `None` where there are no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except StoreError:
        raise
    except (ValueError, KeyError, TypeError) as error:  # not JSON, not a date, or of another shape
        raise UnreadableError(lazy("The database contains a row that cannot be read.")) from error
