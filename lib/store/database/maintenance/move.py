"""Takes everything from a SQLite file over into PostgreSQL: all of it, in one transaction, or nothing."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, cast

from psycopg import Connection as Driver
from psycopg import Error as DriverError
from psycopg import sql
from sqlalchemy import JSON, Connection, LargeBinary, Table, Text, exists, func, literal, select, text
from sqlalchemy.exc import DBAPIError

from lib.i18n.translation import lazy
from lib.store.database.database import Database, revision
from lib.store.database.errors import StoreError
from lib.store.database.postgres import Postgres, without_nul
from lib.store.database.schema import compatibility, files, metadata
from lib.store.database.upgrade import upgrade

ROWS_AT_ONCE, LARGE_ROWS_AT_ONCE = 1000, 1
"""How many rows are read at once: an image or a recording may have 20 MB."""
Row = tuple[Any, ...]
TABLES = [table for table in metadata.sorted_tables if table is not compatibility]
"""All but the one that migrations fill."""


def move(source: Database, url: str, images: Iterable[tuple[str, bytes]]) -> Mapping[str, int]:
    """Copy all rows, and the images by their ids, into an empty PostgreSQL database; compare them.

    Returns how many rows each table got. Raises `StoreError`; nothing is in the database then.
    """
    target = Postgres(url)
    try:
        with source.read(is_snapshot=True) as old, _translated(target), target.engine.begin() as new:
            target.lock_migrations(new)
            _require_utf8(new, target.address)
            upgrade(new, revision(new), target)
            _require_empty(new, target.address)
            return {table.name: _moved(new, table, _given(old, table, images)) for table in TABLES}
    finally:
        target.engine.dispose()


@contextmanager
def _translated(target: Postgres) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, DriverError) as error:
        if isinstance(error, DBAPIError) and not isinstance(error.orig, DriverError):
            raise  # the file's
        raise StoreError(lazy("Nothing was moved: {reason}.", reason=target.reason(error))) from error


def _given(old: Connection, table: Table, images: Iterable[tuple[str, bytes]]) -> Iterator[Row]:
    """The rows to be: beside SQLite, images are in a folder."""
    if table is not files:
        return _rows(old, table)
    now = datetime.now(UTC)
    return ((id_, data, now) for id_, data in images)


@dataclass(slots=True)
class _Sum:
    """A count and a checksum of rows, in whatever order they come: databases sort texts differently."""

    count: int = 0
    checksum: int = 0

    def add(self, row: Row) -> None:
        values = [sha256(each).digest() if isinstance(each, bytes) else each for each in row]
        self.count += 1
        self.checksum ^= int.from_bytes(sha256(repr(values).encode()).digest())


def _require_utf8(connection: Connection, address: str) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise StoreError(
            lazy(
                "{address} has the encoding {encoding}, which lacks most characters. Name a UTF8 database.",
                address=address,
                encoding=encoding,
            )
        )


def _require_empty(connection: Connection, address: str) -> None:
    for table in TABLES:
        if connection.execute(select(exists(select(literal(1)).select_from(table)))).scalar():
            raise StoreError(
                lazy(
                    "{address} is not empty: the table {table} has rows. Name an empty database.",
                    address=address,
                    table=table.name,
                )
            )


def _moved(connection: Connection, table: Table, rows: Iterable[Row]) -> int:
    """Put rows into a table, and read them again; return how many there are."""
    given, found = _Sum(), _Sum()
    columns = sql.SQL(", ").join(map(sql.Identifier, table.c.keys()))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
    driver = cast(Driver[Any], connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            given.add(row)
            copy.write_row(row)
    for row in _rows(connection, table):
        found.add(row)
    if found != given:
        raise StoreError(
            lazy("Nothing was moved: the rows of {table} arrived otherwise than they were.", table=table.name)
        )
    _set_sequence(connection, table)
    return found.count


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    """All rows, with JSON as it is written: a value that is `null` is not the same as none."""
    columns = [column.cast(Text) if isinstance(column.type, JSON) else column for column in table.c]
    found = connection.execute(select(*columns), execution_options={"yield_per": _at_once(table)})
    try:
        for row in found:
            yield tuple(without_nul(each) if isinstance(each, str) else each for each in row)
    except (ValueError, TypeError) as error:
        raise StoreError(
            lazy("Nothing was moved: the table {table} has a row that cannot be read.", table=table.name)
        ) from error


def _at_once(table: Table) -> int:
    is_large = any(isinstance(column.type, LargeBinary) for column in table.c)
    return LARGE_ROWS_AT_ONCE if is_large else ROWS_AT_ONCE


def _set_sequence(connection: Connection, table: Table) -> None:
    """Let the database count on from the numbers that the rows have."""
    column = table.autoincrement_column
    if column is None:
        return
    sequence = connection.execute(
        text("SELECT pg_get_serial_sequence(:name, :column)"), {"name": table.name, "column": column.name}
    ).scalar()
    if sequence and (last := connection.execute(select(func.max(column))).scalar()):
        connection.execute(select(func.setval(sequence, last)))
