"""Two versions of the app on one database, during an upgrade: what is only added serves both."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from lib.domain.people.people import LOCAL
from lib.store import Store
from lib.store.database.errors import StoreError
from tests.store.conftest import answer, draft

EXPANDED = (
    "ALTER TABLE conversations ADD COLUMN colour TEXT",
    "ALTER TABLE messages ADD COLUMN weight INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE later (id TEXT PRIMARY KEY)",
    "UPDATE alembic_version SET version_num = '9998'",
)
"""What a migration of the next version does."""


def migrate(store: Store, *statements: str) -> None:
    with store._database.write() as connection:
        for statement in statements:
            connection.execute(text(statement))


def titles(store: Store) -> set[str]:
    return {each.title for each in store.of(LOCAL).conversations.latest(9)}


def test_a_version_goes_on_and_starts_anew_on_what_the_next_one_has_added_to(database: Path | str) -> None:
    with closing(Store(database)) as running:
        answer(running, draft("Before"), "Hello")
        with closing(Store(database)) as newer:
            migrate(newer, *EXPANDED)
        answer(running, draft("Meanwhile"), "Hello")
        with closing(Store(database)) as anew:
            answer(anew, draft("Afterwards"), "Hello")
        assert titles(running) == {"Before", "Meanwhile", "Afterwards"}


def test_a_version_does_not_start_where_a_later_one_has_taken_something_away(database: Path | str) -> None:
    with closing(Store(database)) as store:
        migrate(store, *EXPANDED, "UPDATE compatibility SET oldest = '9998'")
    with pytest.raises(StoreError, match="was written by a newer version of this app"):
        Store(database)
