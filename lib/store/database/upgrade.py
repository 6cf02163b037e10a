"""Migrates a database to the current schema with Alembic."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from lib.i18n.translation import lazy
from lib.store.database.errors import StoreError
from lib.store.database.schema import MIGRATIONS


def upgrade(connection: Connection, revision: str | None, path: Path | None) -> None:
    """Run the migrations after `revision`; a file that has a revision is first copied beside itself.

    Raises `StoreError` for a revision that this version does not know; nothing is changed then.
    """
    config = Config()
    # Alembic reads `%` in a setting as the start of a placeholder.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(lazy("The database {path} was written by a newer version of this app.", path=path))
    if revision and path:
        _back_up(path, revision)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _back_up(path: Path, revision: str) -> None:
    """Copy the file, including its write-ahead log."""
    target = path.with_name(f"{path.name}.before-{revision}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
