"""PostgreSQL: any number of processes write at once; rows and constraints keep them apart."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Event
from types import MappingProxyType
from typing import Any

from psycopg import Connection as Driver
from psycopg import Error as DriverError
from psycopg.types.string import StrDumper
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from lib.i18n.translation import Lazy, lazy
from lib.store.database.address import parsed
from lib.store.database.sqlite import to_json

POOL_SIZE, MAX_OVERFLOW = 4, 4
"""Connections of a process, beside the one that listens: ten processes fit into the hundred of PostgreSQL's
default, of which three are its superuser's."""
CHANNEL = "chat_journal"
LISTEN_SECONDS = 2.0
"""How long a bell that does not ring is believed to be there."""
NETWORK: Mapping[str, Any] = MappingProxyType(
    {
        "connect_timeout": 5,
        # A machine that has vanished does not close its connections: noticed after some 15 seconds.
        "keepalives_idle": 5,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 15_000,
    }
)
"""How long a server that does not answer is waited for: libpq's options, in seconds and milliseconds."""
FROZEN_SECONDS = 8.0
"""How long a process may do nothing within a transaction that writes: one that was stopped there holds locks,
which are gone before its lease ends."""
LOCK_SECONDS, HASTY_LOCK_SECONDS = 10.0, 1.0
"""How long a lock is waited for: longer than the one who holds it may be frozen."""
_REFUSED = re.compile(r"(?:\bFATAL|fe_sendauth):\s+(.+)")
"""Why a server lets nobody in: the driver puts it behind the address, and gives it no field of its own."""
_MIGRATIONS_LOCK = 7_310_862_054
"""The key of an advisory lock: any number that is only ours."""


class Postgres:
    """The connections to one database of a server."""

    path: Path | None = None
    errors: tuple[type[Exception], ...] = (DriverError,)
    is_on_server = True
    reading: Mapping[str, Any] = MappingProxyType({})
    snapshot: Mapping[str, Any] = MappingProxyType({"isolation_level": "REPEATABLE READ"})
    writing: Mapping[str, Any] = MappingProxyType({"is_writing": True})

    def __init__(self, url: str, listen_url: str | None = None) -> None:
        """`url` is `postgresql+psycopg://user:password@host:port/database`; so is `listen_url`, if any.

        Raises `StoreError`.
        """
        address = parsed(url)
        self._listen_at = parsed(listen_url, "CHAT_DATABASE_LISTEN_URL") if listen_url else None
        self.has_bell = listen_url is not None
        self.address = address.render_as_string(hide_password=True)
        # Nobody has to wait for a turn: what two must not write at once, a row or a lock of its own guards.
        self.turn: AbstractContextManager[Any] = nullcontext()
        self.engine: Engine = create_engine(
            address,
            json_serializer=to_json,
            pool_size=POOL_SIZE,
            max_overflow=MAX_OVERFLOW,
            # A server that was started again has closed all connections.
            pool_pre_ping=True,
            # PgBouncer gives each transaction another connection of the server: none may have prepared
            # statements.
            connect_args={
                "prepare_threshold": None,
                "client_encoding": "utf8",  # without it, a database of SQL_ASCII answers in bytes
                **NETWORK,
            },
        )
        event.listen(self.engine, "connect", _configure)
        event.listen(self.engine, "begin", _begin)

    def notify(self) -> None:
        """Wake whoever listens, in a transaction of its own."""
        if not self.has_bell:
            return
        with self.engine.begin() as connection:
            connection.execute(text(f"NOTIFY {CHANNEL}"))

    def listen(self, rings: Callable[[], None], ending: Event) -> None:
        """Listen on a connection of its own: PgBouncer's last for one transaction."""
        if not self._listen_at:
            return
        with listening(self._listen_at, CHANNEL) as driver:
            while not ending.is_set():
                for _ in driver.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                    rings()
                # A server that is gone does not say so by itself.
                driver.execute("SELECT 1")

    def opened(self) -> None:
        """Do nothing: the server watches over its files."""

    def lock_migrations(self, connection: Connection) -> None:
        """Wait until no other process migrates, however long; the lock ends with the transaction."""
        _set_limits(connection, 0, 0)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATIONS_LOCK})

    def back_up(self, revision: str) -> None:
        """Do nothing: backups of a server are its admin's (`pg_dump`)."""

    def problem(self) -> Lazy | None:
        """Nothing is known before the server is asked."""
        return None

    def look(self) -> Lazy | None:
        """Ask the server whether it answers."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError as error:
            return lazy("The database cannot be used: {reason}.", reason=self.reason(error))
        return None

    def size(self, connection: Connection) -> int | None:
        """The bytes of the database on the server's disk."""
        size: int = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        return size

    def reason(self, error: Exception) -> str | Lazy:
        """What the server says, without its details: they hold values."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        told = getattr(getattr(cause, "diag", None), "message_primary", None)
        if told:
            return str(told)
        if not isinstance(cause, DriverError):
            return type(error).__name__
        refused = _REFUSED.search(str(cause))
        return refused[1].strip() if refused else lazy("its server does not answer")


def listening(address: URL, channel: str) -> Driver[tuple[Any, ...]]:
    """A connection that hears what is notified under a name. Raises `psycopg.Error`."""
    url = address.set(drivername="postgresql").render_as_string(hide_password=False)
    driver = Driver.connect(url, autocommit=True, **NETWORK)
    driver.execute(f"LISTEN {channel}")
    return driver


def without_nul(text: str) -> str:
    """A text as PostgreSQL keeps it, which has no character NUL: it becomes its picture."""
    return text.replace("\0", "␀") if "\0" in text else text


class _WithoutNul(StrDumper):
    """Texts for PostgreSQL."""

    def dump(self, obj: str) -> Any:
        return super().dump(without_nul(obj))


def _configure(connection: Driver[Any], _record: Any) -> None:
    connection.adapters.register_dumper(str, _WithoutNul)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("is_writing"):
        patience = HASTY_LOCK_SECONDS if options.get("is_hasty") else LOCK_SECONDS
        _set_limits(connection, FROZEN_SECONDS, patience)


def _set_limits(connection: Connection, frozen: float, patience: float) -> None:
    """Set how many seconds the transaction may do nothing, and wait for a lock; 0 is without a limit."""
    # For this transaction only: behind PgBouncer the next one has another connection of the server.
    connection.exec_driver_sql(
        "SELECT set_config('idle_in_transaction_session_timeout', %s, true),"
        " set_config('lock_timeout', %s, true)",
        (f"{frozen * 1000:.0f}", f"{patience * 1000:.0f}"),
    )
