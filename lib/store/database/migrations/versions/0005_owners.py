"""Owners: everything that is stored belongs to a person, until now to the only one"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_OWNED = ("conversations", "comparisons", "decks", "deck_runs", "shares", "ledger")
_INDEXES = (
    ("ix_conversations_listed", "conversations", ["deleted_at", "is_pinned", "updated_at"]),
    ("ix_comparisons_created_at", "comparisons", ["created_at"]),
    ("ix_ledger_created_at", "ledger", ["created_at"]),
)


def upgrade() -> None:
    for table in _OWNED:
        owner = sa.Column("person_id", sa.String(32), nullable=False, server_default="local")
        op.add_column(table, owner)
    for name, table, columns in _INDEXES:
        op.drop_index(name, table)
        op.create_index(name, table, ["person_id", *columns])
    _recordings()
    _model_choices()


def _set_aside(table: str) -> None:
    op.rename_table(table, f"old_{table}")
    if op.get_bind().dialect.name == "postgresql":
        # There the name of a key's index is taken for the whole database.
        op.execute(f"ALTER INDEX {table}_pkey RENAME TO old_{table}_pkey")


def _recordings() -> None:
    """SQLite cannot change a primary key: the table is made again. Nothing refers to it."""
    op.drop_index("ix_recordings_added_at", "recordings")
    _set_aside("recordings")
    op.create_table(
        "recordings",
        sa.Column("person_id", sa.String(32), primary_key=True),
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_recordings_added_at", "recordings", ["person_id", "added_at"])
    op.execute(
        "INSERT INTO recordings "
        "(person_id, id, title, kind, models, recorded_at, added_at, deleted_at, document) "
        "SELECT 'local', id, title, kind, models, recorded_at, added_at, deleted_at, document "
        "FROM old_recordings"
    )
    op.drop_table("old_recordings")


def _model_choices() -> None:
    _set_aside("model_choices")
    op.create_table(
        "model_choices",
        sa.Column("person_id", sa.String(32), primary_key=True),
        sa.Column("base_url", sa.Text(), primary_key=True),
        sa.Column("model", sa.Text(), primary_key=True),
        sa.Column("is_favourite", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("is_hidden", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("is_default", sa.Boolean(), nullable=False, server_default="0"),
    )
    op.execute(
        "INSERT INTO model_choices (person_id, base_url, model, is_favourite, is_hidden, is_default) "
        "SELECT 'local', base_url, model, is_favourite, is_hidden, is_default FROM old_model_choices"
    )
    op.drop_table("old_model_choices")
