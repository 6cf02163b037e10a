"""Opens the database: SQLite in WAL mode with one writer at a time, migrated to the current schema."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, inspect
from sqlalchemy.exc import SQLAlchemyError

from lib.i18n.translation import lazy
from lib.store.database.errors import StoreError, UnreadableError
from lib.store.database.file import DatabaseFile, uri
from lib.store.database.schema import NEWEST

BUSY_TIMEOUT_MS = 10_000
"""How long to wait for another process that is writing (a backup, the command line)."""


class Database:
    """A connection pool for one file, and the lock in which writers queue up."""

    def __init__(self, path: Path | None) -> None:
        """Open the file at `path`, create it if necessary, and migrate it; `None` is a database in memory.

        A file of an older version is backed up before it is changed. Raises `StoreError`.
        """
        # SQLite has one writer. Those who wait for it inside SQLite sleep and retry, in no order, and fail
        # after the timeout; here hundreds of sends wait in a queue.
        self._writing = threading.Lock()
        if path:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    lazy(
                        "The folder {parent} cannot be used: {strerror}.",
                        parent=path.parent,
                        strerror=error.strerror,
                    )
                ) from error
        self.path = path
        self._file: DatabaseFile | None = None
        self._engine = _create_engine(self._connect, is_file=path is not None)
        try:
            self._migrate()
            # Not earlier: `_connect` creates a missing file only while no file is watched yet.
            self._file = _watched(path)
        except StoreError:
            self.close()
            raise

    @contextmanager
    def read(self, *, is_snapshot: bool = False) -> Iterator[Connection]:
        """A connection to read with; in a snapshot all statements see the same state. Raises `StoreError`."""
        with _translated(), _readable(), self._connection() as connection:
            reading = connection.execution_options(begin="BEGIN" if is_snapshot else None)
            with reading.begin():
                yield reading

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a transaction, committed at the end; writers take turns. Raises `StoreError`."""
        # The lock before the connection: a waiting writer holds no connection of the pool.
        with _translated(), self._writing, self._connection() as connection:
            # A writer takes its lock at once: SQLite may refuse a reader that becomes a writer half-way.
            writing = connection.execution_options(begin="BEGIN IMMEDIATE")
            with writing.begin():
                yield writing

    def look(self) -> None:
        """Check that the file still exists, is the same, and is intact as far as a quick check can tell.

        Raises `StoreError`; then nothing can be read or written until a later check succeeds.
        """
        if self._file and (problem := self._file.look()):
            raise StoreError(problem)

    def close(self) -> None:
        self._engine.dispose()

    def _connection(self) -> Connection:
        if self._file and (problem := self._file.problem()):
            raise StoreError(problem)
        return self._engine.connect()

    def _connect(self) -> sqlite3.Connection:
        if self.path is None:
            return sqlite3.connect(":memory:", check_same_thread=False)
        # Once the file existed, a missing one is not recreated: that would hide what happened to it.
        mode = "rw" if self._file else "rwc"
        # The pool hands a connection from thread to thread, never to two at once.
        return sqlite3.connect(uri(self.path, mode), uri=True, check_same_thread=False)

    def _migrate(self) -> None:
        with self.read() as connection:
            if _revision(connection) == NEWEST:
                return
        from lib.store.database.upgrade import upgrade  # Alembic takes half a second to import

        # The write lock is held from here on: if several processes start at once, one of them migrates.
        with self.write() as connection:
            upgrade(connection, _revision(connection), self.path)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


@contextmanager
def _translated() -> Iterator[None]:
    """Translate SQLAlchemy's errors into one sentence, without statements or values."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = error if isinstance(error, sqlite3.Error) else getattr(error, "orig", type(error).__name__)
        raise StoreError(lazy("The database cannot be used: {reason}.", reason=str(cause))) from error


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except StoreError:
        raise
    except (ValueError, KeyError, TypeError) as error:  # not JSON, not a date, or of another shape
        raise UnreadableError(lazy("The database contains a row that cannot be read.")) from error


def _watched(path: Path | None) -> DatabaseFile | None:
    try:
        return DatabaseFile(path) if path else None
    except OSError as error:
        raise StoreError(lazy("The database cannot be used: {strerror}.", strerror=error.strerror)) from error


def _create_engine(connect: Callable[[], sqlite3.Connection], *, is_file: bool) -> Engine:
    # In memory there is one connection, which is the database: everybody takes turns.
    size = {"pool_size": 8, "max_overflow": 24} if is_file else {"pool_size": 1, "max_overflow": 0}
    engine = create_engine(
        "sqlite://",
        creator=connect,
        json_serializer=_to_json,
        poolclass=QueuePool,
        **size,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself: `begin` does
        # Readers do not wait for the writer, and the writer does not wait for readers.
        connection.execute("PRAGMA journal_mode = WAL")
        # With a log, a power cut loses the last commits at most, never the file; FULL would wait
        # for the disk at each commit.
        connection.execute("PRAGMA synchronous = NORMAL")
        # Off by default; each connection must enable it.
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if statement := connection.get_execution_options().get("begin"):
            connection.exec_driver_sql(statement)

    return engine


def _to_json(value: Any) -> str:
    """Compact JSON; escaped if it holds a lone surrogate, which UTF-8 cannot encode."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text
