"""Locks for what two processes must not write at once, where there is no row to lock."""

from sqlalchemy import Connection, text

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def lock(connection: Connection, *names: str) -> None:
    """Keep out every other transaction that locks one of these names, until this one ends.

    SQLite needs no such lock: its writers take turns.
    """
    if connection.dialect.name == "postgresql":
        # In order: two transactions that wait for one another would never end.
        for name in sorted(names):
            connection.execute(_LOCK, {"name": name})
