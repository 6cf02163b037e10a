"""Many processes: a stop that any may ask for, the bytes of images. A bin for comparisons and runs"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("replies", sa.Column("is_stop_wanted", sa.Boolean(), nullable=False, server_default="0"))
    for table in ("comparisons", "deck_runs"):
        op.add_column(table, sa.Column("deleted_at", sa.DateTime(), nullable=True))
    op.create_table(
        "files",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_files_used_at", "files", ["used_at"])
