"""What all tables are made with."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, TypeDecorator

MIGRATIONS = Path(__file__).parents[1] / "migrations"
NEWEST = max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The revision of the current schema."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite stores it without its zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=UTC) if value else None


Count = BigInteger().with_variant(Integer(), "sqlite")
"""A number of any size: PostgreSQL's `INTEGER` ends at two thousand million, SQLite's does not."""

metadata = MetaData()
# `person_id` is the owner of a row. What hangs on an owned row (messages, replies, rounds, rooms) has no
# owner of its own: it is reached through that row only. Rows from before there were people belong to `local`.
