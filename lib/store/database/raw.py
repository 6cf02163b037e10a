"""The bytes of a stored value, whatever somebody has put there."""

from typing import Any

from sqlalchemy import ColumnElement, LargeBinary
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class raw(ColumnElement[bytes]):  # noqa: N801 - reads like a function of SQL
    """A column as the UTF-8 of its text: in SQLite, it may hold neither text nor a time."""

    type = LargeBinary()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column


@compiles(raw, "sqlite")
def _sqlite(element: raw, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.column, **options)} AS BLOB)"


@compiles(raw, "postgresql")
def _postgresql(element: raw, compiler: SQLCompiler, **options: Any) -> str:
    return f"convert_to(CAST({compiler.process(element.column, **options)} AS TEXT), 'UTF8')"
