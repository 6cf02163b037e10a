"""Decks, and the runs of decks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from lib.domain.comparison import deck_runs as runs_json
from lib.domain.comparison import decks as decks_json
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import DeckRun
from lib.domain.comparison.decks import Deck
from lib.domain.people.audit import Action, Actor
from lib.store.comparison.comparisons import to_row
from lib.store.database.database import Database
from lib.store.database.inserts import insert_new
from lib.store.database.schema import comparisons, deck_runs, decks
from lib.store.people.audit import record
from lib.store.sharing.shares import forget


@dataclass(frozen=True, slots=True)
class DeckSummary:
    """A deck, or a run of one, as a list shows it."""

    id: str
    title: str
    at: datetime
    """When a deck last changed, or when a run began."""


class Decks:
    """Reads and writes a person's decks."""

    def __init__(self, database: Database, person_id: str, actor: Actor) -> None:
        self._database, self._person_id, self._actor = database, person_id, actor
        self._is_own = decks.c.person_id == person_id

    def latest(self, limit: int) -> list[DeckSummary]:
        """The decks that changed last, newest first."""
        columns = decks.c.id, decks.c.title, decks.c.updated_at
        query = select(*columns).where(self._is_own).order_by(decks.c.updated_at.desc()).limit(limit)
        with self._database.read() as connection:
            return [DeckSummary(*row) for row in connection.execute(query)]

    def get(self, deck_id: str) -> Deck | None:
        query = select(decks).where(self._is_own, decks.c.id == deck_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            return deck_of(row) if row else None

    def add(self, deck: Deck, *, is_imported: bool = False) -> None:
        """Store a deck; do nothing if it is already stored."""
        values: dict[str, Any] = {"id": deck.id, "title": deck.title, "content": decks_json.to_json(deck)}
        values |= {"created_at": deck.created_at, "updated_at": deck.updated_at, "person_id": self._person_id}
        with self._database.write() as connection:
            if insert_new(connection, decks, values) and is_imported:
                record(connection, self._actor, Action.IMPORTED, f"deck {deck.id}")

    def change(self, deck_id: str, change: Callable[[Deck], Deck]) -> Deck | None:
        """Change the stored deck, whoever changed it last; return the result."""
        with self._database.write() as connection:
            return change_in(connection, self._is_own & (decks.c.id == deck_id), change)

    def delete(self, deck_id: str) -> None:
        """Delete a deck permanently; its runs stay."""
        with self._database.write() as connection:
            if connection.execute(delete(decks).where(self._is_own, decks.c.id == deck_id)).rowcount:
                forget(connection, self._person_id, [deck_id])
                record(connection, self._actor, Action.DELETED, f"deck {deck_id}")


class DeckRuns:
    """Reads and writes a person's runs of decks; their rows are comparisons."""

    def __init__(self, database: Database, person_id: str, actor: Actor) -> None:
        self._database, self._person_id, self._actor = database, person_id, actor
        self._is_anywhere = deck_runs.c.person_id == person_id
        self._is_own = self._is_anywhere & deck_runs.c.deleted_at.is_(None)

    def add(self, run: DeckRun, rows: Sequence[Comparison]) -> bool:
        """Store a run with its rows, before their cells; return `False` if it is already stored."""
        content = {"deck": decks_json.to_json(run.deck), "columns": runs_json.columns_to_json(run.columns)}
        values: dict[str, Any] = {
            "id": run.id,
            "deck_id": run.deck.id,
            "title": run.deck.title,
            "content": content,
        }
        values |= {"created_at": run.created_at, "person_id": self._person_id}
        with self._database.write() as connection:
            if not insert_new(connection, deck_runs, values):
                return False
            connection.execute(insert(comparisons), [to_row(row, self._person_id) for row in rows])
            return True

    def get(self, run_id: str) -> DeckRun | None:
        query = select(deck_runs).where(self._is_own, deck_runs.c.id == run_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            return _run(row) if row else None

    def latest(self, limit: int, deck_id: str | None = None) -> list[DeckSummary]:
        """The newest runs, of one deck or of all."""
        query = select(deck_runs.c.id, deck_runs.c.title, deck_runs.c.created_at).where(self._is_own)
        query = query if deck_id is None else query.where(deck_runs.c.deck_id == deck_id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(deck_runs.c.created_at.desc()).limit(limit))
            return [DeckSummary(*row) for row in rows]

    def delete(self, run_id: str) -> None:
        """Put a run into the bin, with all its answers."""
        is_row = (comparisons.c.person_id == self._person_id) & (comparisons.c.deck_run_id == run_id)
        rows = select(comparisons.c.id).where(is_row)
        chosen = update(deck_runs).where(self._is_own, deck_runs.c.id == run_id)
        with self._database.write() as connection:
            forget(connection, self._person_id, [run_id, *connection.execute(rows).scalars()])
            if connection.execute(chosen.values(deleted_at=datetime.now(UTC))).rowcount:
                record(connection, self._actor, Action.DELETED, f"deck run {run_id}")

    def restore(self, run_id: str) -> None:
        """Take a run out of the bin."""
        chosen = update(deck_runs).where(self._is_anywhere, deck_runs.c.id == run_id)
        with self._database.write() as connection:
            connection.execute(chosen.values(deleted_at=None))


class DeckImages:
    """The images in everybody's decks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ids(self) -> set[str]:
        """The ids of all images in decks and in decks that were run: files that are in use.

        Raises `StoreError` also if a row cannot be read: it is unknown then what is in use.
        """
        with self._database.read() as connection:
            contents = [
                *connection.execute(select(decks.c.content)).scalars(),
                *(content["deck"] for content in connection.execute(select(deck_runs.c.content)).scalars()),
            ]
            return {chosen for content in contents for chosen in _attached(content)}


def change_in(
    connection: Connection, chosen: ColumnElement[bool], change: Callable[[Deck], Deck]
) -> Deck | None:
    """Change the one stored deck that is chosen; return the result."""
    row = connection.execute(select(decks).where(chosen).with_for_update()).one_or_none()
    if row is None:
        return None
    deck = replace(change(deck_of(row)), updated_at=datetime.now(UTC))
    values = {"title": deck.title, "content": decks_json.to_json(deck), "updated_at": deck.updated_at}
    connection.execute(update(decks).where(decks.c.id == row.id).values(values))
    return deck


def deck_of(row: Row[Any]) -> Deck:
    """A row of the table as a deck."""
    return Deck(row.id, row.title, row.created_at, row.updated_at, **_content(row.content))


def _run(row: Row[Any]) -> DeckRun:
    deck = Deck(row.deck_id, row.title, row.created_at, row.created_at, **_content(row.content["deck"]))
    return DeckRun(row.id, deck, row.created_at, runs_json.columns_from_json(row.content["columns"]))


def _content(content: Mapping[str, Any]) -> dict[str, Any]:
    return {"system_prompt": content["system_prompt"], "prompts": decks_json.prompts_from_json(content)}


def _attached(content: Mapping[str, Any]) -> Iterator[str]:
    for prompt in content["prompts"]:
        yield from (each["id"] for each in prompt["attachments"] if each["kind"] == "image")
