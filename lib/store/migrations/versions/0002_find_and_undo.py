"""Find and undo: pins, a bin, search over all messages; and what a call was for"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("is_pinned", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("conversations", sa.Column("deleted_at", sa.DateTime(), nullable=True))
    op.add_column("ledger", sa.Column("purpose", sa.String(16), nullable=False, server_default="reply"))
    op.add_column("ledger", sa.Column("retries", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("ix_conversations_updated_at")
    op.create_index("ix_conversations_listed", "conversations", ["deleted_at", "is_pinned", "updated_at"])
    # Three letters at a time: finds parts of words, and words of scripts that put no blanks between them.
    op.execute(
        "CREATE VIRTUAL TABLE message_search USING fts5("
        "content, message_id UNINDEXED, conversation_id UNINDEXED, tokenize = 'trigram')"
    )
    op.execute(
        "INSERT INTO message_search (content, message_id, conversation_id) "
        "SELECT content, id, conversation_id FROM messages WHERE content <> ''"
    )
