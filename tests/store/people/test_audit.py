"""The audit log: what was changed in it by other means is found, and where."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from lib.domain.people.audit import Action, Actor, AuditRow, fault, hash_of
from lib.store import Store
from lib.store.database.errors import StoreError

ACTOR = Actor("1" * 32, "10.0.0.1", "request")


@pytest.fixture
def written(store: Store) -> Store:
    """A store whose log has five rows."""
    for number in range(5):
        store.audit.record(ACTOR, Action.EXPORTED, f"conversation {number}", {"format": "json"})
    return store


def found(store: Store) -> str | None:
    return fault(store.audit.all(), store.audit.end())


def change(path: Path, *statements: str) -> None:
    """Change the table as somebody does who has the file, and knows that it guards itself."""
    with closing(sqlite3.connect(path)) as database:
        for statement in ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete", *statements):
            database.execute(statement)
        database.commit()


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        ([], None),
        (["UPDATE audit SET about = 'nothing' WHERE number = 3"], "Row 3 was changed"),
        (["UPDATE audit SET at = '2020-01-01 00:00:00' WHERE number = 3"], "Row 3 was changed"),
        (["UPDATE audit SET detail = '{}' WHERE number = 5"], "Row 5 was changed"),
        (["DELETE FROM audit WHERE number = 3"], "Row 3 is missing."),
        (["DELETE FROM audit WHERE number IN (2, 3)"], "Rows 2 to 3 are missing."),
        (["DELETE FROM audit WHERE number = 1"], "Row 1 is missing."),
        (["DELETE FROM audit WHERE number = 5"], "Row 5 is missing."),
        (
            [
                "INSERT INTO audit SELECT 6, at, person_id, address, request_id, action, about, detail, hash"
                " FROM audit WHERE number = 5"
            ],
            "Row 6 was changed, or was not written by this app.",
        ),
    ],
)
def test_what_was_changed_is_found(
    written: Store, path: Path, statements: list[str], sentence: str | None
) -> None:
    change(path, *statements)
    told = found(written)
    assert (told is None) if sentence is None else (told or "").startswith(sentence)


def test_whoever_computes_the_hashes_anew_is_found_by_the_last_one(written: Store, path: Path) -> None:
    rows, before = list(written.audit.all()), "0" * 64
    rows[1] = replace(rows[1], about="nothing")
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TRIGGER audit_no_update")
        for row in rows:
            before = hash_of(row, before)
            values = before, row.about, row.number
            database.execute("UPDATE audit SET hash = ?, about = ? WHERE number = ?", values)
        database.commit()
    assert found(written) == "Rows up to 5 were written anew: the last hash is not the one that was noted."


@pytest.mark.parametrize("statement", ["UPDATE audit SET about = ''", "DELETE FROM audit"])
def test_rows_are_only_ever_added(written: Store, path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database, pytest.raises(sqlite3.IntegrityError, match="only ever"):
        database.execute(statement)
    assert found(written) is None


def test_two_processes_write_one_chain(written: Store, database: Path | str) -> None:
    other = Store(database)
    for store in (other, written, other):
        store.audit.record(ACTOR, Action.EXPORTED, "conversation")
    assert [row.number for row in other.audit.all()] == list(range(1, 9))
    assert found(written) is None
    other.close()


def test_a_deed_that_fails_is_not_written_down(written: Store, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    with pytest.raises(StoreError):
        written.of("1" * 32).rooms.open("0" * 32, written.audit.latest(1)[0].at)
    assert len(list(written.audit.all())) == 5


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        (lambda store: store.audit.latest(2), [5, 4]),
        (lambda store: store.audit.latest(2, before=4), [3, 2]),
        (lambda store: store.audit.latest(9, action=Action.DELETED), []),
        (lambda store: store.audit.latest(9, person_id=ACTOR.person_id), [5, 4, 3, 2, 1]),
        (lambda store: store.audit.latest(9, since=store.audit.latest(2)[1].at), [5, 4]),
        (lambda store: store.audit.latest(9, until=store.audit.latest(4)[3].at), [1]),
    ],
)
def test_rows_are_found_by_what_is_known_of_them(
    written: Store, chosen: Callable[[Store], list[AuditRow]], numbers: list[int]
) -> None:
    assert [row.number for row in chosen(written)] == numbers
