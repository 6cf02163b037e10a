"""Demos: rounds of votes and rooms that follow them, decks and their runs, recordings, shared reports"""

import sqlalchemy as sa
from alembic import op

from lib.store.database.schema.base import Count

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("comparisons", sa.Column("deck_run_id", sa.String(32), nullable=True))
    op.add_column("comparisons", sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_comparisons_deck_run_id", "comparisons", ["deck_run_id", "position"])
    op.create_table(
        "rounds",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("comparison_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("is_blind", sa.Boolean(), nullable=False),
        sa.Column("revealed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["comparison_id"], ["comparisons.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_rounds_comparison_id", "rounds", ["comparison_id", "number"], unique=True)
    op.create_table(
        "votes",
        sa.Column("round_id", sa.String(32), primary_key=True),
        sa.Column("voter", sa.String(64), primary_key=True),
        sa.Column("choice", sa.String(32), nullable=False),
        sa.Column("voted_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "thumbs",
        sa.Column("round_id", sa.String(32), primary_key=True),
        sa.Column("voter", sa.String(64), primary_key=True),
        sa.Column("cell_id", sa.String(32), primary_key=True),
        sa.Column("is_up", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "rooms",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("comparison_id", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("closes_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["comparison_id"], ["comparisons.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_rooms_comparison_id", "rooms", ["comparison_id"])
    op.create_table(
        "decks",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
    )
    op.create_table(
        "deck_runs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("deck_id", sa.String(32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
    )
    op.create_index("ix_deck_runs_deck_id", "deck_runs", ["deck_id", "created_at"])
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_recordings_added_at", "recordings", ["added_at"])
    op.create_table(
        "shares",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("source_id", sa.String(32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("views", Count, nullable=False, server_default="0"),
        sa.Column("report", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_shares_source_id", "shares", ["source_id", "created_at"])
