"""Settings that change without a restart; the key that signs cookies moves from the database into a file"""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    settings = op.create_table(
        "settings",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.JSON(), nullable=False),
    )
    key = op.get_bind().execute(sa.text("SELECT value FROM secrets WHERE name = 'cookies'")).scalar()
    if isinstance(key, bytes):
        # The name of the sign-in cookie: whoever is signed in stays so.
        row = {"name": "installation_id", "value": sha256(key).hexdigest()[:12]}
        op.bulk_insert(settings, [row])
    op.drop_table("secrets")
