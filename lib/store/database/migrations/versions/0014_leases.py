"""Leases of processes, series that another process goes on with, and who follows a room where"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("processes", sa.Column("steady_since", sa.DateTime(), nullable=True))
    op.create_table(
        "series",
        sa.Column("person_id", sa.String(32), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("has_own_key", sa.Boolean(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("wish", sa.String(16), nullable=False),
        sa.Column("latest", sa.String(32), nullable=True),
    )
    op.create_table(
        "followers",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column(
            "process_id", sa.Text(), sa.ForeignKey("processes.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("devices", sa.Integer(), nullable=False),
    )
