"""Copies of a SQLite file: made while others write to it, and looked at before anybody relies on them."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lib.i18n.translation import lazy
from lib.store.database.errors import StoreError
from lib.store.database.file import uri
from lib.store.database.schema import NEWEST


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a database file."""

    revision: str
    """Of its schema."""
    rows: Mapping[str, int]
    """How many rows each table has."""

    @property
    def is_newer(self) -> bool:
        """Whether only a newer version of this app knows its schema."""
        return self.revision > NEWEST


def copy(source: Path, target: Path) -> None:
    """Write one state of a file to another, while others may write to it. Raises `StoreError`."""
    with (
        _translated(),
        closing(sqlite3.connect(uri(source, "rw"), uri=True)) as opened,
        closing(sqlite3.connect(target)) as written,
    ):
        opened.backup(written)


def examined(path: Path) -> Contents:
    """Read all of a file that nobody uses, and bring what is in its log into it.

    Raises `StoreError` if it is damaged, or is no database of this app.
    """
    with _translated(), closing(sqlite3.connect(uri(path, "rw"), uri=True)) as opened:
        opened.execute("PRAGMA journal_mode = DELETE")
        revision = _revision(opened)
        tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        names = [name for (name,) in tables if not name.startswith(("sqlite_", "message_search"))]
        return Contents(revision, {name: _count(opened, name) for name in names})


def looked_at(path: Path) -> str:
    """Read all of a file that others may be using; return the revision of its schema.

    Raises `StoreError` as `examined` does. Nothing is changed.
    """
    with _translated(), closing(sqlite3.connect(uri(path, "rw"), uri=True)) as opened:
        return _revision(opened)


def _revision(opened: sqlite3.Connection) -> str:
    """The revision of a file that is whole. Raises `StoreError`."""
    [(found,), *_] = opened.execute("PRAGMA integrity_check(1)")
    if found != "ok":
        raise StoreError(lazy("The database file is damaged ({fault}).", fault=found))
    [(revision,)] = opened.execute("SELECT version_num FROM alembic_version")
    return str(revision)


def _count(opened: sqlite3.Connection, table: str) -> int:
    [(count,)] = opened.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a name from the file itself
    return int(count)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, ValueError) as error:
        raise StoreError(lazy("The database cannot be used: {reason}.", reason=error)) from error
