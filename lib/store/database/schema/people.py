"""The tables of people, of what they may do, and of what they did."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from lib.store.database.schema.base import Count, UtcDateTime, metadata

people = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime),
    Column("disabled_at", UtcDateTime),
    Index("ix_people_subject", "issuer", "subject", unique=True),
)
"""Who uses this installation. `local` has no row: where nobody signs in, there is nobody to know."""

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("address", Text, nullable=False),
    Column("browser", Text, nullable=False),
    Index("ix_sign_ins_person_id", "person_id"),
)
"""Browsers in which somebody is signed in. The token is in the browser's cookie only: who reads this table
can sign in nowhere."""

person_settings = Table(
    "person_settings",
    metadata,
    Column("person_id", String(32), primary_key=True),
    Column("language", String(16)),
    Column("text_size", String(16), nullable=False),
    Column("sends_with", String(16), nullable=False),
)
"""What people have chosen for themselves. No foreign key: `local` has a row here, and none in `people`."""

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("email", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("invited_by", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)
"""Links under which somebody chooses the password of an account, once: a new one, or one that was reset."""

limits = Table(
    "limits",
    metadata,
    Column("scope", String(16), primary_key=True),
    Column("scope_id", String(32), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""What everybody, each person of a role (`scope_id`), or one person (`scope_id`) may use at most."""

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_attempts_key", "key", "at"),
)
"""Failed attempts to sign in; `key` is the hash of an account's name or of an address."""

audit = Table(
    "audit",
    metadata,
    Column("number", Count, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("person_id", String(32), nullable=False),
    Column("address", Text, nullable=False),
    Column("request_id", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("about", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_at", "at"),
    Index("ix_audit_person_id", "person_id", "number"),
)
"""Who did what, numbered without a gap; rows are only ever added. `detail` is JSON, as it was hashed."""

audit_end = Table(
    "audit_end",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Count, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""The number and the hash of the last row of `audit`, in one row: those who write it take turns."""
