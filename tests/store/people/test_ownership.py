"""Everything of one person, in every table: handed over, or deleted."""

import sqlite3
from collections import Counter
from contextlib import closing as closed
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lib.domain.people.audit import COMMAND_LINE, Action, Actor
from lib.domain.people.limits import Limit, LimitKind, Scope
from lib.domain.people.people import LOCAL, Person, Role
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.database.errors import StoreError
from lib.store.database.schema import metadata
from lib.store.people.ownership import OWNED
from tests.store.test_owners import (
    NOW,
    ONE,
    OTHER,
    WORD,
    Ids,
    recording,
    row,
    rows,
    something_of_everything,
)

EMAIL = "one@example.com"


@pytest.fixture
def ids(store: Store) -> Ids:
    return something_of_everything(store)


def owners(path: Path) -> dict[str, Counter[str]]:
    """How many rows of each table belong to whom, of all tables in the file that name a person."""
    found = {}
    with closed(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = [column for _, column, *_ in database.execute(f"PRAGMA table_info({name})")]
            if "person_id" in columns:
                each = database.execute(f"SELECT person_id FROM {name}")  # noqa: S608
                found[name] = Counter(owner for (owner,) in each)
    return found


def mentions(path: Path, text: str) -> set[str]:
    """The tables in which a text occurs."""
    return {str(name) for name, *cells in rows(path) if any(text in str(cell) for cell in cells)}


def test_each_table_with_an_owner_is_known_and_tried_here(path: Path, ids: Ids) -> None:  # noqa: ARG001
    owned = {table.name for table in OWNED}
    assert {*owners(path)} == owned | {"audit", "sign_ins"}
    assert owned == {name for name, of in owners(path).items() if of[ONE] and name != "audit"}


def test_everything_is_handed_over(store: Store, path: Path, ids: Ids) -> None:
    before = owners(path)
    store.sign_ins.begin(Actor(ONE), NOW, browser="")
    found = store.of(ONE).conversations.get(ids.conversation)
    store.ownership.hand_over(ONE, OTHER, COMMAND_LINE)
    after = owners(path)
    for table in OWNED:
        assert (after[table.name][ONE], after[table.name][OTHER]) == (0, before[table.name][ONE])
    assert after["sign_ins"] == {ONE: 1}
    assert store.of(OTHER).conversations.get(ids.conversation) == found
    assert len(store.of(OTHER).search.find(WORD)) == 2
    [done] = store.audit.latest(5, action=Action.HANDED_OVER)
    assert (done.actor, done.about, done.detail) == (COMMAND_LINE, f"person {ONE}", {"to": f"person {OTHER}"})


def test_whoever_has_the_same_keeps_their_own(store: Store, ids: Ids) -> None:
    kept = replace(recording(), id=ids.recording, title="My own title")
    store.of(OTHER).recordings.add(kept)
    store.ownership.hand_over(ONE, OTHER, COMMAND_LINE)
    assert store.of(OTHER).recordings.title(ids.recording) == "My own title"
    assert store.of(ONE).recordings.latest(10) == []


def test_what_nobody_signed_in_for_can_be_adopted(store: Store) -> None:
    store.people.add(Person(ONE, "password", ONE, "", "", Role.MEMBER, NOW))
    store.of(LOCAL).ledger.book(row(new_id()))
    store.ownership.hand_over(LOCAL, ONE, COMMAND_LINE)
    assert len(store.of(ONE).ledger.all()) == 1
    assert store.of(LOCAL).ledger.all() == []


def test_nothing_is_given_to_nobody(store: Store, path: Path, ids: Ids) -> None:  # noqa: ARG001
    before = rows(path)
    for nobody in ("9" * 32, LOCAL, ONE):
        with pytest.raises(StoreError):
            store.ownership.hand_over(ONE, nobody, COMMAND_LINE)
    with pytest.raises(StoreError, match="no such person"):
        store.ownership.remove("9" * 32, COMMAND_LINE)
    assert rows(path) == before


def test_of_whoever_is_removed_nothing_is_left_but_the_audit_log(
    store: Store,
    path: Path,
    ids: Ids,
) -> None:
    store.people.describe(ONE, EMAIL, "One")
    store.sign_ins.begin(Actor(ONE), NOW, browser="")
    store.invitations.add(EMAIL, Role.MEMBER, NOW, COMMAND_LINE)
    for scope_id in (ONE, OTHER):
        store.limits.set(Limit(Scope.PERSON, scope_id, LimitKind.TOKENS_A_DAY, 5), COMMAND_LINE)
    store.of(OTHER).ledger.book(row(new_id()))
    store.of(OTHER).recordings.add(replace(recording(), id=new_id(), title="Mine"))
    theirs = {each for each in rows(path) if OTHER in each}
    store.ownership.remove(ONE, COMMAND_LINE)
    for text in (ONE, EMAIL, ids.conversation, ids.deleted, ids.comparison, ids.run, ids.reply):
        assert mentions(path, text) <= {"audit", "recordings"}
    assert store.of(ONE).search.find(WORD) == []
    assert mentions(path, ONE) == {"audit"}
    assert theirs <= rows(path)
    assert store.people.get(ONE) is None
    [done] = store.audit.latest(1)
    assert (done.action, done.about) == (Action.DELETED, f"person {ONE}")


def test_what_comes_in_for_whoever_is_gone_is_deleted_too(store: Store, path: Path, ids: Ids) -> None:  # noqa: ARG001
    store.ownership.remove(ONE, COMMAND_LINE)
    for late in (ONE, OTHER, LOCAL):
        store.of(late).ledger.book(row(new_id()))
    now = datetime.now(UTC)
    store.ownership.remove_late(now + timedelta(days=3))
    assert len(store.of(ONE).ledger.all()) == 1
    store.ownership.remove_late(now)
    assert [len(store.of(each).ledger.all()) for each in (ONE, OTHER, LOCAL)] == [0, 1, 1]


def test_the_tables_of_the_code_are_those_of_the_file(path: Path, ids: Ids) -> None:  # noqa: ARG001
    named = {table.name for table in metadata.sorted_tables if "person_id" in table.c}
    assert named == {*owners(path)}
