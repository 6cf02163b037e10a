"""Find and undo: pins, a bin, search over all messages; what a call was for; attachments"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


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
    # Trigrams: they find parts of words, and words in scripts that put no blanks between them.
    op.execute(
        "CREATE VIRTUAL TABLE message_search USING fts5("
        "content, message_id UNINDEXED, conversation_id UNINDEXED, tokenize = 'trigram')"
    )
    op.execute(
        "INSERT INTO message_search (content, message_id, conversation_id) "
        "SELECT content, id, conversation_id FROM messages WHERE content <> ''"
    )
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
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "position"),
    )
