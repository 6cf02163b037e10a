"""What a PostgreSQL server says of itself, before anything of ours is made or changed there."""

from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg import Error as DriverError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from lib.i18n.translation import lazy
from lib.store.database.address import parsed
from lib.store.database.database import revision
from lib.store.database.errors import StoreError
from lib.store.database.postgres import MAX_OVERFLOW, POOL_SIZE, Postgres, listening

OLDEST_VERSION = 13
"""The first one in which the owner of a database may add `pg_trgm`."""
CONNECTIONS_OF_A_PROCESS = POOL_SIZE + MAX_OVERFLOW + 1
"""Those of the pool, and the one on which it is woken."""

HEARD_SECONDS = 2.0
"""How long a ring may take from one connection to the other."""
_CHANNEL = "chat_check"
"""Not that of the app: nobody is woken for nothing."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server, as our role sees it in our database."""

    version: int
    """The major one."""
    encoding: str
    connections: int
    """The most that our role may have at once, if nobody else has any."""
    is_private: bool
    """Whether nobody on the network can read what we say to it."""
    clock_ahead_seconds: float
    """How much later it is there than here."""
    has_trigrams: bool
    """Whether `pg_trgm` is in the database."""
    offers_trigrams: bool
    """Whether it is installed on the server."""
    has_search_index: bool
    may_make_tables: bool
    revision: str | None
    """Of the schema; `None` where there are no tables yet."""


def asked(url: str) -> Server:
    """Ask a server. Raises `StoreError` with what it says, or that it does not answer."""
    server = Postgres(url)
    try:
        with server.engine.connect() as connection:
            return _found(connection)
    except DBAPIError as error:
        # The driver says more than the server where there is no connection: which address, which role.
        told = str(error.orig).strip().splitlines()
        raise StoreError(
            lazy(
                "The database {address} cannot be used: {reason}.",
                address=server.address,
                reason=told[0].rstrip("."),
            )
            if told
            else lazy("The database cannot be used: {reason}.", reason=server.reason(error))
        ) from error
    finally:
        server.engine.dispose()


def is_heard(url: str, listen_url: str) -> bool:
    """Whether what is notified at one address is heard at the other. Raises `StoreError`."""
    server, ears = Postgres(url), parsed(listen_url, "CHAT_DATABASE_LISTEN_URL")
    try:
        with listening(ears, _CHANNEL) as driver, server.engine.connect() as connection:
            connection.execute(text(f"NOTIFY {_CHANNEL}"))
            connection.commit()
            return any(True for _ in driver.notifies(timeout=HEARD_SECONDS, stop_after=1))
    except (DBAPIError, DriverError) as error:
        raise StoreError(
            lazy(
                "The database {address} cannot be used: {reason}.",
                address=ears.render_as_string(),
                reason=server.reason(error),
            )
        ) from error
    finally:
        server.engine.dispose()


def _found(connection: Connection) -> Server:
    before = datetime.now(UTC)
    found = connection.execute(_QUESTION).mappings().one()
    here = before + (datetime.now(UTC) - before) / 2
    given = dict(found)
    now = given.pop("now")
    return Server(**given, clock_ahead_seconds=(now - here).total_seconds(), revision=revision(connection))


_QUESTION = text(
    """
    SELECT
        clock_timestamp() AS now,
        current_setting('server_version_num')::int / 10000 AS version,
        pg_encoding_to_char(base.encoding) AS encoding,
        least(
            current_setting('max_connections')::int - CASE WHEN role.rolsuper THEN 0 ELSE
                current_setting('superuser_reserved_connections')::int
                + coalesce(current_setting('reserved_connections', true)::int, 0) END,
            nullif(role.rolconnlimit, -1),
            nullif(base.datconnlimit, -1)
        ) AS connections,
        coalesce(inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1', true)
            OR coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS is_private,
        EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS has_trigrams,
        EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS offers_trigrams,
        to_regclass('ix_messages_content') IS NOT NULL AS has_search_index,
        coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_make_tables
    FROM pg_roles AS role, pg_database AS base
    WHERE role.rolname = current_user AND base.datname = current_database()
    """
)
