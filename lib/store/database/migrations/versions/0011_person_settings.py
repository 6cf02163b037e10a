"""What each person has chosen for themselves"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "person_settings",
        sa.Column("person_id", sa.String(32), primary_key=True),
        sa.Column("language", sa.String(16)),
        sa.Column("text_size", sa.String(16), nullable=False),
        sa.Column("sends_with", sa.String(16), nullable=False),
    )
