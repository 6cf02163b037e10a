"""One running reply a conversation and one open round a comparison, whichever process begins them"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("replies", sa.Column("running_in", sa.String(32), nullable=True))
    op.create_index(
        "ix_replies_running_in",
        "replies",
        ["running_in"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    # Only the last round of a comparison is open; this holds for all that the app has written.
    rounds = sa.table("rounds", sa.column("comparison_id"), sa.column("number"), sa.column("revealed_at"))
    later = rounds.alias()
    is_followed = sa.exists().where(
        later.c.comparison_id == rounds.c.comparison_id, later.c.number > rounds.c.number
    )
    op.execute(
        rounds.update()
        .where(rounds.c.revealed_at.is_(None), is_followed)
        .values(revealed_at=sa.text("opened_at"))
    )
    op.create_index(
        "ix_rounds_open",
        "rounds",
        ["comparison_id"],
        unique=True,
        sqlite_where=sa.text("revealed_at IS NULL"),
        postgresql_where=sa.text("revealed_at IS NULL"),
    )
