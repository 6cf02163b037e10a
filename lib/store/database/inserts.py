"""Inserts that say what to do where the row is already there: both databases know them, each by its own."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Index, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError


def insert(connection: Connection, table: Table) -> sqlite.Insert:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`, in the database's own words."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)  # type: ignore[return-value] # has the same two methods
    return sqlite.insert(table)


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row, unless one with the same key is there; return whether it was inserted."""
    new = insert(connection, table).values(values).on_conflict_do_nothing()
    # The drivers do not agree on the number of inserted rows.
    return connection.execute(new.returning(*table.primary_key)).first() is not None


def is_refused_by(index: Index, error: BaseException | None) -> bool:
    """Whether this unique index is what refused a row."""
    if not isinstance(error, IntegrityError):
        return False
    if told := getattr(error.orig, "diag", None):
        return bool(told.constraint_name == index.name)
    # SQLite names the columns.
    names = ", ".join(f"{column.table.name}.{column.name}" for column in index.columns)
    return str(error.orig) == f"UNIQUE constraint failed: {names}"
