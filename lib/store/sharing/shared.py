"""What others show to a person. A grant is checked in each query: without one, nothing is there."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select, update

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.decks import Deck
from lib.domain.comparison.recordings import Recording
from lib.domain.comparison.votes import Round, Tally
from lib.domain.people.audit import Action, Actor
from lib.domain.people.grants import EVERYBODY, GrantKind
from lib.store.comparison.comparisons import comparison_of
from lib.store.comparison.decks import change_in, deck_of
from lib.store.comparison.recordings import recording_of
from lib.store.comparison.votes import round_of, tallies_of
from lib.store.conversation.messages import cells as cells_of
from lib.store.database.database import Database
from lib.store.database.schema import comparisons, decks, grants, people, recordings, rounds
from lib.store.people.audit import record
from lib.store.sharing.grants import TABLES, is_open


@dataclass(frozen=True, slots=True)
class Received:
    """Something that somebody shows, as the others see it."""

    id: str
    """The grant's."""
    kind: GrantKind
    source_id: str
    title: str
    owner: str
    """The e-mail address of whoever shows it, or their name if none is known."""
    may_edit: bool
    created_at: datetime
    """When it was shown, not made."""


class Shared:
    """Reads what others show to a person. `at` is the time: a grant may have expired.

    Whatever was not granted, was taken back, or is of somebody who was disabled, is as if it were not there.
    """

    def __init__(self, database: Database, person_id: str, actor: Actor) -> None:
        self._database, self._person_id, self._actor = database, person_id, actor

    def all(self, at: datetime) -> list[Received]:
        """Everything that others show now, each thing once, last shown first."""
        found: dict[str, Received] = {}
        with self._database.read() as connection:
            for row in connection.execute(_LISTED.where(self._is_granted(at), _IS_THERE)):
                found.setdefault(f"{row.kind} {row.source_id}", _received(row))
        return sorted(found.values(), key=lambda each: each.created_at, reverse=True)

    def get(self, kind: GrantKind, source_id: str, at: datetime) -> Received | None:
        """How something is shown to this person: by whom, and whether they may edit it."""
        which = (grants.c.kind == kind) & (grants.c.source_id == source_id)
        with self._database.read() as connection:
            row = connection.execute(_LISTED.where(self._is_granted(at), _IS_THERE, which)).first()
        return _received(row) if row else None

    def count_view(self, grant_id: str, at: datetime) -> None:
        """Note that this person has opened something."""
        self._view(grant_id, at)

    def report(self, grant_id: str, at: datetime, *, is_counted: bool = True) -> str | None:
        """The copy of a conversation, counted as a view; `None` if there is none."""
        found = self._view(grant_id, at, is_counted=is_counted)
        return zlib.decompress(found).decode() if found else None

    def deck(self, deck_id: str, at: datetime) -> Deck | None:
        query = select(decks).where(decks.c.id == deck_id, self._is_shown(GrantKind.DECK, at))
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            return deck_of(row) if row else None

    def change_deck(self, deck_id: str, change: Callable[[Deck], Deck], at: datetime) -> Deck | None:
        """Change a deck that this person may edit, whoever changed it last; return the result."""
        may_edit = self._is_shown(GrantKind.DECK, at, grants.c.may_edit.is_(True))
        with self._database.write() as connection:
            return change_in(connection, may_edit & (decks.c.id == deck_id), change)

    def recording(self, recording_id: str, at: datetime) -> Recording | None:
        """The whole recording. Raises `lib.domain.text.validation.FormatError` as for one's own."""
        is_there = (recordings.c.id == recording_id) & recordings.c.deleted_at.is_(None)
        query = select(recordings.c.title, recordings.c.document)
        query = query.where(is_there, self._is_shown(GrantKind.RECORDING, at))
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return recording_of(row) if row else None

    def comparison(self, comparison_id: str, at: datetime) -> Comparison | None:
        """The comparison with all its cells."""
        is_shown = self._is_shown(GrantKind.COMPARISON, at)
        query = select(comparisons).where(comparisons.c.id == comparison_id, is_shown)
        with self._database.read(is_snapshot=True) as connection:
            row = connection.execute(query).one_or_none()
            return comparison_of(row, cells_of(connection, row.person_id, [row.id])) if row else None

    def round(self, comparison_id: str, at: datetime) -> Round | None:
        """The last round of votes on a comparison: while it is open, it is hidden who wrote what."""
        shown = select(comparisons.c.id).where(self._is_shown(GrantKind.COMPARISON, at))
        of_it = (rounds.c.comparison_id == comparison_id) & rounds.c.comparison_id.in_(shown)
        query = select(rounds).where(of_it).order_by(rounds.c.number.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return round_of(row) if row else None

    def tally(self, comparison_id: str, at: datetime) -> Tally | None:
        """The votes of that round, once they are closed."""
        last = self.round(comparison_id, at)
        if not last or last.is_open:
            return None
        with self._database.read(is_snapshot=True) as connection:
            counted = tallies_of(connection, select(rounds.c.id).where(rounds.c.id == last.id))
            return counted.get(last.id, Tally())

    def _view(self, grant_id: str, at: datetime, *, is_counted: bool = True) -> bytes | None:
        """Count a view of what is granted; return the copy of a conversation."""
        chosen = (grants.c.id == grant_id) & self._is_granted(at)
        query = select(grants.c.kind, grants.c.source_id, grants.c.report).where(chosen)
        # Before anything is written: who guesses ids keeps nobody from writing.
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if not row:
            return None
        if is_counted:
            with self._database.write() as connection:
                counted = update(grants).where(chosen).values(views=grants.c.views + 1)
                if not connection.execute(counted).rowcount:
                    return None  # taken back in the meantime
                what = f"{row.kind} {row.source_id}"
                record(connection, self._actor, Action.SHARE_OPENED, what, {"grant": grant_id})
        report: bytes | None = row.report
        return report

    def _is_granted(self, at: datetime) -> ColumnElement[bool]:
        """Whether a row of `grants` is for this person, holds, and is of somebody who may sign in."""
        may_sign_in = select(people.c.id).where(people.c.disabled_at.is_(None))
        return and_(
            grants.c.audience.in_([self._person_id, EVERYBODY]),
            grants.c.person_id != self._person_id,
            grants.c.person_id.in_(may_sign_in),
            is_open(at),
        )

    def _is_shown(self, kind: GrantKind, at: datetime, *more: ColumnElement[bool]) -> ColumnElement[bool]:
        """Whether a row of the kind's table is shown to this person."""
        table = TABLES[kind]
        is_of_it = (grants.c.source_id == table.c.id) & (grants.c.person_id == table.c.person_id)
        grant = select(grants.c.id).where(grants.c.kind == kind, is_of_it, self._is_granted(at), *more)
        return exists(grant.correlate(table))


def _of(kind: GrantKind) -> ColumnElement[bool]:
    """How a thing is joined with its grants."""
    table = TABLES[kind]
    same = (grants.c.source_id == table.c.id) & (grants.c.person_id == table.c.person_id)
    return same & (grants.c.kind == kind)


_IS_THERE = or_(
    grants.c.kind == GrantKind.CONVERSATION,
    comparisons.c.id.is_not(None),
    decks.c.id.is_not(None),
    recordings.c.id.is_not(None),
)
_LISTED = (
    select(
        *(grants.c.id, grants.c.kind, grants.c.source_id, grants.c.may_edit, grants.c.created_at),
        func.coalesce(grants.c.title, comparisons.c.title, decks.c.title, recordings.c.title).label("title"),
        func.coalesce(func.nullif(people.c.email, ""), people.c.name).label("owner"),
    )
    .join(people, people.c.id == grants.c.person_id)
    .outerjoin(comparisons, _of(GrantKind.COMPARISON))
    .outerjoin(decks, _of(GrantKind.DECK))
    .outerjoin(recordings, _of(GrantKind.RECORDING) & recordings.c.deleted_at.is_(None))
    .order_by(grants.c.may_edit.desc(), grants.c.audience == EVERYBODY, grants.c.created_at.desc())
)


def _received(row: Row[*tuple[Any, ...]]) -> Received:
    return Received(
        row.id, GrantKind(row.kind), row.source_id, row.title, row.owner, row.may_edit, row.created_at
    )
