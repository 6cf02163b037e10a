"""Alembic's entry point: runs the migrations on the connection from `lib.store.database.database`."""

from alembic import context

from lib.store.database.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
