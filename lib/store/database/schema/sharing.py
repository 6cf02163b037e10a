"""The tables of what people show to others."""

from sqlalchemy import Boolean, Column, Index, LargeBinary, String, Table, Text

from lib.store.database.schema.base import Count, UtcDateTime, metadata

shares = Table(
    "shares",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("person_id", String(32), nullable=False, server_default="local"),
    Column("source_id", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("views", Count, nullable=False, server_default="0"),
    Column("report", LargeBinary, nullable=False),
    Index("ix_shares_source_id", "source_id", "created_at"),
)
"""Reports under a link: `report` is the HTML, masked when it was shared, compressed. `source_id` is the
comparison, the deck run or the recording that it shows."""

grants = Table(
    "grants",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("source_id", String(32), nullable=False),
    Column("audience", String(32), nullable=False),
    Column("may_edit", Boolean, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("views", Count, nullable=False, server_default="0"),
    Column("title", Text),
    Column("report", LargeBinary),
    Index("ix_grants_audience", "audience"),
    Index("ix_grants_source_id", "source_id"),
)
"""What `person_id` shows to `audience`: a person's id, or `everybody`. A deck, comparison or recording is
shown as it is; of a conversation, `title` and `report` are the copy that is shown, masked and compressed."""
