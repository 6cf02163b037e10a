"""The database: whether it can be used, and as well as it could be."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from lib import app
from lib.commands.check import contents, gateway
from lib.commands.check.finding import Finding, error, ok, warning
from lib.config import Settings
from lib.domain.models.connection import Secret
from lib.i18n.translation import lazy
from lib.store.database.errors import StoreError
from lib.store.database.maintenance import copies
from lib.store.database.schema import NEWEST

if TYPE_CHECKING:
    from lib.store.database.maintenance.server import Server

MOST_SECONDS_APART = 2.0
"""Clocks that differ by more confuse whoever reads times; heartbeats come every few seconds."""


def findings(settings: Settings) -> Iterator[Finding]:
    """Check the database of the settings, and what is in it. Nothing is made or changed there."""
    try:
        revision = (
            yield from _on_server(settings.database_url, settings.database_listen_url)
            if settings.database_url
            else _in_file(settings)
        )
    except StoreError as fault:
        revision = None
        yield error(
            "database",
            fault.sentence,
            lazy("Correct CHAT_DATABASE_URL, or start the server and let this role in.")
            if settings.database_url
            else lazy("Restore a backup: `python -m lib restore FILE`."),
        )
    if revision == NEWEST:
        yield from contents.findings(settings)
    else:
        yield from gateway.findings(settings, has_stored_key=False)


def _on_server(url: Secret, listen_url: Secret | None) -> Generator[Finding, None, str | None]:
    """Return the revision of the schema. Raises `StoreError`."""
    from lib.store.database.maintenance import (
        server,  # with its driver, for which most installations have no use
    )

    found = server.asked(url.reveal())
    yield from of_server(found, server.OLDEST_VERSION, server.CONNECTIONS_OF_A_PROCESS)
    if listen_url:
        yield _of_bell(url, listen_url)
    return found.revision


def _of_bell(url: Secret, listen_url: Secret) -> Finding:
    from lib.store.database.maintenance import server

    name = "CHAT_DATABASE_LISTEN_URL"
    fix = lazy("Set {name} to PostgreSQL's own address, past PgBouncer, or to off.", name=name)
    try:
        is_heard = server.is_heard(url.reveal(), listen_url.reveal())
    except StoreError as fault:
        return error("listen", fault.sentence, fix)
    if not is_heard:
        return error("listen", lazy("Processes cannot wake each other: what one writes is not heard."), fix)
    return ok("listen", lazy("Processes can wake each other."))


def _in_file(settings: Settings) -> Generator[Finding, None, str | None]:
    """Return the revision of the schema. Raises `StoreError`."""
    file = settings.data_dir / app.DATABASE
    if not file.exists():
        yield ok("database", lazy("The database {file} is made at the first start.", file=file))
        return None
    revision = copies.looked_at(file)
    yield ok("database", lazy("The database {file} is whole.", file=file))
    yield _of_schema(revision)
    return revision


def of_server(found: "Server", oldest: int, connections: int) -> Iterator[Finding]:
    """Check what a server has said; a process takes up to so many `connections`."""
    if found.version < oldest:
        yield error(
            "version",
            lazy("The server is PostgreSQL {version}.", version=found.version),
            lazy("Use version {oldest} or a newer one.", oldest=oldest),
        )
    else:
        yield ok("version", lazy("The server is PostgreSQL {version}.", version=found.version))
    if found.encoding != "UTF8":
        yield error(
            "encoding",
            lazy(
                "The database has the encoding {encoding}, which lacks most characters.",
                encoding=found.encoding,
            ),
            lazy("Make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."),
        )
    if found.revision is None and not found.may_make_tables:
        yield error(
            "rights",
            lazy("The role may not make tables in the database."),
            lazy("Make it the owner: ALTER DATABASE … OWNER TO …."),
        )
    yield _of_schema(found.revision)
    yield _of_connections(found.connections, connections)
    yield from _of_search(found)
    if not found.is_private:
        yield warning(
            "encryption",
            lazy("The connection to the database is not encrypted."),
            lazy("Add ?sslmode=require to CHAT_DATABASE_URL, unless you trust the network."),
        )
    if abs(found.clock_ahead_seconds) > MOST_SECONDS_APART:
        yield warning(
            "clock",
            lazy(
                "The clocks of this machine and of the database differ by {seconds} seconds.",
                seconds=round(abs(found.clock_ahead_seconds)),
            ),
            lazy("Let both keep the time by NTP."),
        )


def _of_schema(revision: str | None) -> Finding:
    if revision is None:
        return ok("schema", lazy("The tables are made at the first start."))
    if revision > NEWEST:
        return error(
            "schema",
            lazy("A newer version of this app has written the database."),
            lazy("Install that version, or restore a backup from before it."),
        )
    if revision < NEWEST:
        return warning(
            "schema",
            lazy("An older version of this app has written the database: the next start changes its tables."),
            lazy("Back it up first."),
        )
    return ok("schema", lazy("The tables are those of this version."))


def _of_connections(most: int, each: int) -> Finding:
    if most < each:
        return error(
            "connections",
            lazy(
                "The role may have {most} connections, and a process takes up to {each}.",
                most=most,
                each=each,
            ),
            lazy("Raise max_connections, or the limit of the role or of the database."),
        )
    return ok("connections", lazy("There are connections for {count} processes at most.", count=most // each))


def _of_search(found: "Server") -> Iterator[Finding]:
    if found.has_search_index or (found.revision is None and found.offers_trigrams):
        return
    if not (found.has_trigrams or found.offers_trigrams):
        yield warning(
            "search",
            lazy("The server lacks pg_trgm: the search reads all messages each time."),
            lazy(
                "Install PostgreSQL's additional modules (on Debian: postgresql-contrib), then check again."
            ),
        )
        return
    yield warning(
        "search",
        lazy("The search has no index: it reads all messages each time."),
        lazy(
            "As the database's owner: CREATE EXTENSION IF NOT EXISTS pg_trgm; "
            "CREATE INDEX ix_messages_content ON messages USING gin (content gin_trgm_ops);"
        ),
    )
