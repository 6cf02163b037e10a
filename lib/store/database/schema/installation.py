"""The tables of models, of the installation's settings, and of files."""

from sqlalchemy import JSON, Boolean, Column, Index, LargeBinary, String, Table, Text

from lib.store.database.schema.base import UtcDateTime, metadata

model_choices = Table(
    "model_choices",
    metadata,
    Column("person_id", String(32), primary_key=True),
    Column("base_url", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("is_favourite", Boolean, nullable=False, server_default="0"),
    Column("is_hidden", Boolean, nullable=False, server_default="0"),
    Column("is_default", Boolean, nullable=False, server_default="0"),
)
"""What each person chose for a server's models."""

capabilities = Table(
    "capabilities",
    metadata,
    Column("base_url", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("is_there", Boolean, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
)
"""What the doctor found that a model can or cannot do."""

settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
)
"""What admins set without a restart. A key in it is encrypted with the installation's secret."""

files = Table(
    "files",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    Index("ix_files_used_at", "used_at"),
)
"""The bytes of images and sounds, by their SHA-256. Empty with SQLite: there they are in a folder."""

compatibility = Table(
    "compatibility",
    metadata,
    Column("oldest", String(32), primary_key=True),
)
"""One row: the oldest schema whose code still reads and writes this database. Only a migration that takes
something away changes it."""
