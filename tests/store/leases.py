"""Leases that have ended, and processes that have had one for long: without waiting for either."""

from datetime import timedelta

from sqlalchemy import update

from lib.store import Store
from lib.store.database import clock
from lib.store.database.schema import processes

LONG = timedelta(hours=1)


def expire(store: Store, owner: str) -> None:
    """Let the last heartbeat of a process be long ago."""
    store.processes.beat(owner)
    with store._database.write() as connection:
        own = update(processes).where(processes.c.id == owner)
        connection.execute(own.values(heartbeat_at=clock.now(connection) - LONG))


def settle(store: Store, owner: str) -> None:
    """Let a process have a lease, and have had it for long."""
    store.processes.beat(owner)
    with store._database.write() as connection:
        now = clock.now(connection)
        own = update(processes).where(processes.c.id == owner)
        connection.execute(own.values(heartbeat_at=now, steady_since=now - LONG))


def take_over(store: Store, dead: str, by: str) -> list[str]:
    """Let a process take another one over, whose lease has ended."""
    settle(store, by)
    expire(store, dead)
    return store.processes.take_over(by)
