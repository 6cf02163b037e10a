"""`python -m lib audit`: whoever changes the log behind the app's back is found out, and where."""

import csv
import json
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest

from lib.domain.people.audit import COMMAND_LINE, Action
from lib.store import Store
from tests.command_line import CommandLine

TRIGGERS = "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;"
"""A thief who has the file drops them first."""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder whose log has five rows."""
    store = Store(tmp_path / "data" / "chat.sqlite3")
    for number in range(5):
        store.audit.record(COMMAND_LINE, Action.EXPORTED, f"conversation {number}", {"as": "=zip"})
    store.close()
    return tmp_path / "data"


def change(data_dir: Path, statement: str) -> None:
    with closing(sqlite3.connect(data_dir / "chat.sqlite3")) as database:
        database.executescript(TRIGGERS + statement)


def test_a_log_that_nobody_changed_is_whole(lib: CommandLine, data_dir: Path) -> None:
    done = lib.run(data_dir, "audit", "verify")
    assert (done.status, done.out, done.err) == (0, "The audit log is whole, up to row 5.\n", "")


def test_a_log_without_rows_is_whole(lib: CommandLine, tmp_path: Path) -> None:
    assert lib.run(tmp_path / "new", "audit", "verify").status == 0


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE audit SET about = 'conversation 9' WHERE number = 2", "Row 2 was changed"),
        ("UPDATE audit SET action = 'nothing' WHERE number = 4", "Row 4 was changed"),
        ("UPDATE audit SET detail = 'not JSON' WHERE number = 1", "Row 1 was changed"),
        ("DELETE FROM audit WHERE number = 3", "Row 3 is missing"),
        ("DELETE FROM audit WHERE number = 5", "Row 5 is missing"),
        ("DELETE FROM audit WHERE number IN (1, 2)", "Rows 1 to 2 are missing"),
        (
            "INSERT INTO audit SELECT 0, at, person_id, address, request_id, action, about, detail, hash "
            "FROM audit WHERE number = 2",
            "Row 0 was inserted",
        ),
        (
            "INSERT INTO audit SELECT 6, at, person_id, address, request_id, action, about, detail, hash "
            "FROM audit WHERE number = 2",
            "Row 6 was changed, or was not written by this app",
        ),
    ],
)
def test_whoever_changes_the_log_is_found_out(
    statement: str, where: str, lib: CommandLine, data_dir: Path
) -> None:
    change(data_dir, statement)
    done = lib.run(data_dir, "audit", "verify")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"lib: The audit log is broken. {where}")


UNREADABLE = (
    "detail = '[]'",
    "detail = '5'",
    "detail = '{\"a\": 1e999}'",
    'detail = \'{"a": "\\ud800"}\'',
    "detail = '" + "[" * 100_000 + "'",
    "detail = '" + '{"a":' * 900 + "1" + "}" * 900 + "'",
    "at = 'rubbish'",
    "at = 5",
    "at = '0001-01-01 00:00:00'",
    "at = '9999-12-31 23:59:59'",
    "about = x'00ff'",
    "about = CAST(x'ff' AS TEXT)",
    "action = x'ff'",
    "action = 'nope'",
    "hash = x'ff'",
)


@pytest.mark.parametrize("change_", UNREADABLE)
def test_a_row_that_cannot_be_read_is_named_and_stops_nothing(
    change_: str, lib: CommandLine, data_dir: Path
) -> None:
    change(data_dir, f"UPDATE audit SET {change_} WHERE number = 3")  # noqa: S608
    done = lib.run(data_dir, "audit", "verify")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("lib: The audit log is broken. Row 3 was changed")
    for kind in ("jsonl", "csv"):
        exported = lib.run(data_dir, "audit", "export", "--format", kind)
        assert (exported.status, exported.err) == (0, "")
        assert all(f"conversation {number}" in exported.out for number in (0, 1, 3, 4))
        assert "conversation 2" not in exported.out


def test_a_last_row_that_was_noted_wrongly_is_found_out(lib: CommandLine, data_dir: Path) -> None:
    change(data_dir, "UPDATE audit_end SET number = 'x'")
    assert "lib: The audit log is broken. " in lib.run(data_dir, "audit", "verify").err


def test_the_app_itself_cannot_change_a_row(data_dir: Path) -> None:
    with closing(sqlite3.connect(data_dir / "chat.sqlite3")) as database:
        for statement in ("UPDATE audit SET about = ''", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
                database.execute(statement)


def test_the_log_goes_out_as_lines_and_as_a_table(lib: CommandLine, data_dir: Path) -> None:
    lines = lib.run(data_dir, "audit", "export").out.splitlines()
    first = json.loads(lines[0])
    assert [json.loads(line)["number"] for line in lines] == [1, 2, 3, 4, 5]
    assert (first["person"], first["action"], first["about"]) == (
        "command line",
        "exported",
        "conversation 0",
    )
    assert first["detail"] == {"as": "=zip"}
    table = lib.run(data_dir, "audit", "export", "--format", "csv", "--since", "2026-01-01").out
    head, *rows = csv.reader(StringIO(table.removeprefix("\ufeff")))
    assert (head[0], len(rows), rows[4][6]) == ("number", 5, "conversation 4")
    assert lib.run(data_dir, "audit", "export", "--since", "2126-01-01").out == ""


def test_a_date_that_is_none_gets_a_sentence(lib: CommandLine, data_dir: Path) -> None:
    done = lib.run(data_dir, "audit", "export", "--since", "yesterday")
    assert done.status == 2
    assert "invalid" in done.err
