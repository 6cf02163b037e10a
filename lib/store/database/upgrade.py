"""Migrates a database to the current schema with Alembic."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from lib.i18n.translation import lazy
from lib.store.database.backend import Backend
from lib.store.database.errors import StoreError
from lib.store.database.schema import MIGRATIONS, NEWEST


def upgrade(connection: Connection, revision: str | None, backend: Backend) -> None:
    """Run the migrations after `revision`, if any is left; a file is first copied beside itself.

    Raises `StoreError` for a revision that this version does not know; nothing is changed then.
    """
    config = Config()
    # Alembic reads `%` in a setting as the start of a placeholder.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            lazy("The database {path} was written by a newer version of this app.", path=backend.address)
        )
    if revision and revision != NEWEST:  # otherwise another process has migrated it meanwhile
        backend.back_up(revision)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
