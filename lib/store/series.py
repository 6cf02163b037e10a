"""Series of replies in progress (deck runs, repeats), and which process goes on with each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from lib.store.database.database import Database
from lib.store.database.inserts import insert
from lib.store.database.schema import series


class Kind(StrEnum):
    """What a series does."""

    DECK_RUN = "deck_run"
    REPEATS = "repeats"


class Wish(StrEnum):
    """What the person wants of a series, whichever process runs it."""

    GO_ON = "go_on"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Series:
    """A series in progress."""

    person_id: str
    id: str
    """The deck run's or the conversation's."""
    kind: Kind
    owner: str
    """The process that runs it; empty if that one gave it back."""
    session_id: str
    has_own_key: bool
    """Whether it is asked with a key that only its visitor and the process have: nobody else can go on."""
    content: Mapping[str, Any] = field(default_factory=dict)
    """What it takes to go on."""
    wish: Wish = Wish.GO_ON
    latest: str | None = None
    """The id of the reply that it began last."""


class StoredSeries:
    """Reads and writes the series of one database. A row is there for as long as its series goes on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, new: Series) -> bool:
        """Store a series; return `False` if another process runs it already."""
        key = "person_id", "id"
        names = (*key, "kind", "owner", "session_id", "has_own_key", "content", "wish", "latest")
        values = {name: getattr(new, name) for name in names}
        with self._database.write() as connection:
            statement = insert(connection, series).values(values)
            # One begins anew that was given back, and nobody goes on with yet; so does one of this process
            # whose end could not be stored.
            anew = statement.on_conflict_do_update(
                index_elements=key, set_=values, where=series.c.owner.in_(("", new.owner))
            )
            return connection.execute(anew.returning(series.c.id)).first() is not None

    def all(self) -> list[Series]:
        """All series in progress."""
        with self._database.read() as connection:
            rows = connection.execute(select(series)).mappings()
            return [Series(**{**row, "kind": Kind(row["kind"]), "wish": Wish(row["wish"])}) for row in rows]

    def want(self, person_id: str, id_: str, wish: Wish) -> None:
        """Tell the process that runs a series what the person wants of it."""
        with self._database.write() as connection:
            connection.execute(update(series).where(_is(person_id, id_)).values(wish=wish))

    def begun(self, person_id: str, id_: str, owner: str, reply_id: str) -> None:
        """Record the latest reply of a series of `owner`."""
        with self._database.write() as connection:
            own = update(series).where(_is_owned(person_id, id_, owner))
            connection.execute(own.values(latest=reply_id))

    def claim(self, owner: str) -> list[Series]:
        """Give `owner` the series that others gave back. Returns all that are `owner`'s."""
        given_back = select(series.c.id).where(series.c.owner == "")
        with self._database.read() as connection:
            is_any = connection.execute(given_back).first() is not None
        if is_any:
            with self._database.write() as connection:
                connection.execute(update(series).where(series.c.owner == "").values(owner=owner))
        return [each for each in self.all() if each.owner == owner]

    def give_back(self, person_id: str, id_: str, owner: str) -> None:
        """Let another process go on with a series of `owner`."""
        with self._database.write() as connection:
            connection.execute(update(series).where(_is_owned(person_id, id_, owner)).values(owner=""))

    def end(self, person_id: str, id_: str, owner: str) -> None:
        """Forget a series of `owner`: it has ended, or a person has to start it again."""
        with self._database.write() as connection:
            connection.execute(delete(series).where(_is_owned(person_id, id_, owner)))


def _is(person_id: str, id_: str) -> ColumnElement[bool]:
    return (series.c.person_id == person_id) & (series.c.id == id_)


def _is_owned(person_id: str, id_: str, owner: str) -> ColumnElement[bool]:
    return _is(person_id, id_) & (series.c.owner == owner)
