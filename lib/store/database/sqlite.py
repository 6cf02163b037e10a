"""SQLite in one file or in memory: WAL mode, one writer at a time."""

import json
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

from lib.i18n.translation import Lazy, lazy
from lib.store.database.errors import StoreError
from lib.store.database.file import DatabaseFile, uri
from lib.store.database.maintenance.copies import copy

BUSY_TIMEOUT_MS = 10_000
"""How long to wait for another process that is writing (a backup, the command line)."""
HASTY_TIMEOUT_MS = 1_000
"""How long whoever is hasty waits."""


class Sqlite:
    """The connections to one file."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error,)
    is_on_server = False
    has_bell = False
    reading: Mapping[str, Any] = MappingProxyType({"begin": None})
    snapshot: Mapping[str, Any] = MappingProxyType({"begin": "BEGIN"})
    # A writer takes its lock at once: SQLite may refuse a reader that becomes a writer half-way.
    writing: Mapping[str, Any] = MappingProxyType({"begin": "BEGIN IMMEDIATE"})

    def __init__(self, path: Path | None) -> None:
        """Open the file at `path`, create it if necessary; `None` is a database in memory.

        Raises `StoreError`.
        """
        if path:
            _make_folder(path)
        self.path = path
        self.address = str(path) if path else "in memory"
        # SQLite has one writer. Those who wait for it inside SQLite sleep and retry, in no order, and fail
        # after the timeout; here hundreds of sends wait in a queue.
        self.turn: AbstractContextManager[Any] = threading.Lock()
        self._file: DatabaseFile | None = None
        self.engine = self._create_engine()

    def opened(self) -> None:
        """Watch the file from now on: it exists, with its log."""
        # Not earlier: `_connect` creates a missing file only while no file is watched yet.
        try:
            self._file = DatabaseFile(self.path) if self.path else None
        except OSError as error:
            raise StoreError(
                lazy("The database cannot be used: {strerror}.", strerror=error.strerror)
            ) from error

    def notify(self) -> None:
        """Do nothing: who follows another process looks by himself."""

    def listen(self, rings: Callable[[], None], ending: threading.Event) -> None:
        """Do nothing, as `notify`."""

    def lock_migrations(self, connection: Connection) -> None:
        """Do nothing: whoever writes has the whole file to themselves."""

    def back_up(self, revision: str) -> None:
        """Copy the file, including its write-ahead log, beside itself."""
        if self.path:
            copy(self.path, self.path.with_name(f"{self.path.name}.before-{revision}"))

    def problem(self) -> Lazy | None:
        """Why nothing may be read or written, in a sentence or two. Takes microseconds."""
        return self._file.problem() if self._file else None

    def look(self) -> Lazy | None:
        """Check the file itself, past all caches; otherwise like `problem`."""
        return self._file.look() if self._file else None

    def size(self, connection: Connection) -> int | None:  # noqa: ARG002 - the file knows
        """The bytes on the disk, with the log; `None` in memory."""
        if self.path is None:
            return None
        files = self.path, self.path.with_name(f"{self.path.name}-wal")
        return sum(file.stat().st_size for file in files if file.exists())

    def reason(self, error: Exception) -> str:
        """What an error of the driver says, which names no value."""
        cause = error if isinstance(error, sqlite3.Error) else getattr(error, "orig", type(error).__name__)
        return str(cause)

    def _connect(self) -> sqlite3.Connection:
        if self.path is None:
            return sqlite3.connect(":memory:", check_same_thread=False)
        # Once the file existed, a missing one is not recreated: that would hide what happened to it.
        mode = "rw" if self._file else "rwc"
        # The pool hands a connection from thread to thread, never to two at once.
        return sqlite3.connect(uri(self.path, mode), uri=True, check_same_thread=False)

    def _create_engine(self) -> Engine:
        # In memory there is one connection, which is the database: everybody takes turns.
        size = {"pool_size": 8, "max_overflow": 24} if self.path else {"pool_size": 1, "max_overflow": 0}
        engine = create_engine(
            "sqlite://", creator=self._connect, json_serializer=to_json, poolclass=QueuePool, **size
        )
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
        return engine


def to_json(value: Any) -> str:
    """Compact JSON; escaped if it holds a lone surrogate, which UTF-8 cannot encode."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


def _make_folder(path: Path) -> None:
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


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself: `_begin` does
    # Readers do not wait for the writer, and the writer does not wait for readers.
    connection.execute("PRAGMA journal_mode = WAL")
    # With a log, a power cut loses the last commits at most, never the file; FULL would wait
    # for the disk at each commit.
    connection.execute("PRAGMA synchronous = NORMAL")
    # Off by default; each connection must enable it.
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not (statement := options.get("begin")):
        return
    if not options.get("is_hasty"):
        connection.exec_driver_sql(statement)
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {HASTY_TIMEOUT_MS}")
    try:
        connection.exec_driver_sql(statement)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
