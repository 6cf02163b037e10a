"""What somebody has opened to others: rooms, reports under a link, and what is shown to people here.

An admin sees that something is open, and closes it. Titles and links stay with those who shared: a title is
somebody's text, and whoever knows a link reads what is behind it.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from sqlalchemy import Connection, case, func, literal, null, select, update

from lib.domain.people.audit import Action
from lib.store.administration.admins import ForAdmins
from lib.store.database.schema import comparisons, deck_runs, decks, grants, people, rooms, shares
from lib.store.people.audit import record
from lib.store.sharing.grants import is_open, revoke


@dataclass(frozen=True, slots=True)
class Opened:
    """Something that others than its owner can see now."""

    id: str
    """A name for it here. It opens nothing."""
    kind: Literal["room", "report", "grant"]
    shown: str
    """What is seen: "conversation", "comparison", "deck" or "recording"; "deck run" under a link."""
    source_id: str
    """Of what is seen."""
    audience: str
    """For whom a grant is: `EVERYBODY`, or somebody's e-mail address, name or id; otherwise empty."""
    owner: str
    """The e-mail address or name of whose it is; the id if neither is known."""
    since: datetime
    until: datetime | None
    """`None` until it is closed."""
    views: int | None
    """`None` for a room, whose visitors are counted while they are there."""


class AdminSharing(ForAdmins):
    """Lists and closes what is open."""

    def opened(self, now: datetime) -> list[Opened]:
        """What is open, newest first."""
        with self._read() as connection:
            return [each for _, each in _opened(connection, now)]

    def close(self, opened_id: str, now: datetime) -> Opened | None:
        """Close something for good; `None` if it is not open."""
        with self._write() as connection:
            found = next(((t, each) for t, each in _opened(connection, now) if each.id == opened_id), None)
            if found is None:
                return None
            token, opened = found
            if opened.kind == "room":
                connection.execute(update(rooms).where(rooms.c.token == token).values(closed_at=now))
                record(connection, self._actor, Action.ROOM_CLOSED, f"comparison {opened.source_id}")
            elif opened.kind == "grant":
                revoke(connection, grants.c.id == token, now, self._actor)
            else:
                revoked = update(shares).where(shares.c.token == token)
                connection.execute(revoked.values(revoked_at=now, report=b""))
                record(connection, self._actor, Action.SHARE_REVOKED, f"report {opened.source_id}")
            return opened


def _opened(connection: Connection, now: datetime) -> list[tuple[str, Opened]]:
    """What is open, newest first, each with its token."""
    owner, audience = func.coalesce(func.nullif(people.c.email, ""), people.c.name), people.alias()
    is_comparison = shares.c.source_id.in_(select(comparisons.c.id))
    is_run = shares.c.source_id.in_(select(deck_runs.c.id))
    is_deck = shares.c.source_id.in_(select(decks.c.id))
    kinds = (is_comparison, "comparison"), (is_run, "deck run"), (is_deck, "deck")
    of_share = case(*kinds, else_="recording")
    of_rooms = (
        select(
            rooms.c.token,
            literal("room"),
            literal("comparison"),
            rooms.c.comparison_id,
            literal(""),
            func.coalesce(owner, comparisons.c.person_id),
            rooms.c.opened_at,
            rooms.c.closes_at,
            null(),
        )
        .join(comparisons, comparisons.c.id == rooms.c.comparison_id)
        .outerjoin(people, people.c.id == comparisons.c.person_id)
        .where(rooms.c.closed_at.is_(None), rooms.c.closes_at > now)
    )
    of_shares = (
        select(
            shares.c.token,
            literal("report"),
            of_share,
            shares.c.source_id,
            literal(""),
            func.coalesce(owner, shares.c.person_id),
            shares.c.created_at,
            shares.c.expires_at,
            shares.c.views,
        )
        .outerjoin(people, people.c.id == shares.c.person_id)
        .where(shares.c.revoked_at.is_(None), shares.c.expires_at > now)
    )
    of_grants = (
        select(
            grants.c.id,
            literal("grant"),
            grants.c.kind,
            grants.c.source_id,
            func.coalesce(func.nullif(audience.c.email, ""), audience.c.name, grants.c.audience),
            func.coalesce(owner, grants.c.person_id),
            grants.c.created_at,
            grants.c.expires_at,
            grants.c.views,
        )
        .outerjoin(people, people.c.id == grants.c.person_id)
        .outerjoin(audience, audience.c.id == grants.c.audience)
        .where(is_open(now))
    )
    rows = [row for query in (of_rooms, of_shares, of_grants) for row in connection.execute(query)]
    found = [(token, Opened(_id(token), *values)) for token, *values in rows]
    return sorted(found, key=lambda pair: pair[1].since, reverse=True)


def _id(token: str) -> str:
    return sha256(token.encode()).hexdigest()[:16]
