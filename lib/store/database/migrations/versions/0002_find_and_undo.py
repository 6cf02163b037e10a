"""Find and undo: pins, a bin, search over all messages; what a call was for; attachments"""

import logging

import sqlalchemy as sa
from alembic import op

from lib.store.database.schema.base import Count

revision = "0002"
down_revision = "0001"

log = logging.getLogger(__name__)


def upgrade() -> None:
    op.add_column("conversations", sa.Column("is_pinned", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("conversations", sa.Column("deleted_at", sa.DateTime(), nullable=True))
    op.add_column("ledger", sa.Column("purpose", sa.String(16), nullable=False, server_default="reply"))
    op.add_column("ledger", sa.Column("error_category", sa.String(32), nullable=True))
    op.add_column("ledger", sa.Column("retries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("conversations", sa.Column("comparison_id", sa.String(32), nullable=True))
    op.add_column("conversations", sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_conversations_comparison_id", "conversations", ["comparison_id"])
    op.create_table(
        "comparisons",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_comparisons_created_at", "comparisons", ["created_at"])
    op.drop_index("ix_conversations_updated_at")
    op.create_index("ix_conversations_listed", "conversations", ["deleted_at", "is_pinned", "updated_at"])
    _search()
    op.create_table(
        "model_choices",
        sa.Column("base_url", sa.Text(), primary_key=True),
        sa.Column("model", sa.Text(), primary_key=True),
        sa.Column("is_favourite", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("is_hidden", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("is_default", sa.Boolean(), nullable=False, server_default="0"),
    )
    op.create_table(
        "capabilities",
        sa.Column("base_url", sa.Text(), primary_key=True),
        sa.Column("model", sa.Text(), primary_key=True),
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("is_there", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=False),
    )

    op.create_table(
        "attachments",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", Count, nullable=False),
        sa.Column("width", Count, nullable=True),
        sa.Column("height", Count, nullable=True),
        sa.Column("pages", Count, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "position"),
    )


def _search() -> None:
    """Index trigrams: they find parts of words, and words in scripts that put no blanks between them."""
    if op.get_bind().dialect.name == "postgresql":
        _trigrams()
        return
    op.execute(
        "CREATE VIRTUAL TABLE message_search USING fts5("
        "content, message_id UNINDEXED, conversation_id UNINDEXED, tokenize = 'trigram')"
    )
    op.execute(
        "INSERT INTO message_search (content, message_id, conversation_id) "
        "SELECT content, id, conversation_id FROM messages WHERE content <> ''"
    )


def _trigrams() -> None:
    """Without the extension, or the right to add it, the same search finds the same, only slower."""
    try:
        with op.get_bind().begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            op.execute("CREATE INDEX ix_messages_content ON messages USING gin (content gin_trgm_ops)")
    except sa.exc.DBAPIError as error:
        log.warning("The search has no index: %s.", str(error.orig).splitlines()[0])
