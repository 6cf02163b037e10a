"""Migrates a database to the current schema with Alembic."""

import logging

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select

from lib.i18n.translation import lazy
from lib.store.database.backend import Backend
from lib.store.database.errors import StoreError
from lib.store.database.schema import MIGRATIONS, NEWEST, compatibility

log = logging.getLogger(__name__)


def upgrade(connection: Connection, revision: str | None, backend: Backend) -> None:
    """Run the migrations after `revision`, if any is left; a file is first copied beside itself.

    A newer version's database is left as it is. Raises `StoreError` if that version has taken something away
    that this one needs.
    """
    config = Config()
    # Alembic reads `%` in a setting as the start of a placeholder.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        if not serves_older(connection):
            raise StoreError(
                lazy("The database {path} was written by a newer version of this app.", path=backend.address)
            )
        log.warning("The database is of a newer version, %s, which serves this one too.", revision)
        return
    if revision and revision != NEWEST:  # otherwise another process has migrated it meanwhile
        backend.back_up(revision)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def serves_older(connection: Connection) -> bool:
    """Whether a newer version has only added to the schema that this version knows."""
    if not inspect(connection).has_table(compatibility.name):
        return False
    oldest: str | None = connection.execute(select(compatibility.c.oldest)).scalar()
    return oldest is not None and oldest <= NEWEST
