"""The one clock of all processes that share a database: the database's own."""

from datetime import UTC, datetime

from sqlalchemy import Connection, text

_NOW = text("SELECT clock_timestamp() AT TIME ZONE 'UTC'")


def now(connection: Connection) -> datetime:
    """The time. SQLite has no clock but the machine's, which all of its processes share."""
    if connection.dialect.name != "postgresql":
        return datetime.now(UTC)
    found: datetime = connection.execute(_NOW).scalar_one()
    return found.replace(tzinfo=UTC)
