"""What people show to others here"""

import sqlalchemy as sa
from alembic import op

from lib.store.database.schema.base import Count

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("source_id", sa.String(32), nullable=False),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("may_edit", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime()),
        sa.Column("revoked_at", sa.DateTime()),
        sa.Column("views", Count, nullable=False, server_default="0"),
        sa.Column("title", sa.Text()),
        sa.Column("report", sa.LargeBinary()),
    )
    op.create_index("ix_grants_audience", "grants", ["audience"])
    op.create_index("ix_grants_source_id", "grants", ["source_id"])
