"""How the app is put together where its database gives trouble: it starts, and says what is wrong."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lib import app
from lib.config import Settings
from lib.store.database import sqlite


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of an app that has run before, and does not wait long for a lock."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    found = Settings.load({"CHAT_DATA_DIR": str(tmp_path / "data"), "CHAT_LOCAL_MODEL": "off"})
    app.build(found).stop()
    return found


@pytest.fixture
def somebody(settings: Settings) -> Iterator[sqlite3.Connection]:
    """Another program that works with the database."""
    with closing(sqlite3.connect(settings.data_dir / app.DATABASE, isolation_level=None)) as connection:
        yield connection


def test_a_locked_database_stops_no_start(settings: Settings, somebody: sqlite3.Connection) -> None:
    somebody.execute("BEGIN IMMEDIATE")
    started = app.build(settings)
    assert "locked" in str(started.engine.problem)
    assert [len(key) for key in started.secret.keys("cookies")] == [32]
    somebody.execute("ROLLBACK")
    started.stop()


@pytest.mark.parametrize(
    "damage",
    [
        "INSERT INTO decks VALUES ('d', 'local', 't', 'now', 'now', 'no JSON')",
        "INSERT INTO decks VALUES ('d', 'local', 't', 'now', 'now', '{}')",
    ],
)
def test_a_malformed_row_stops_no_start_and_costs_no_file(
    settings: Settings, somebody: sqlite3.Connection, damage: str
) -> None:
    kept = settings.data_dir / app.FILES / "ab" / "abcd"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"a picture of the deck")
    os.utime(kept, (0, 0))
    somebody.execute(damage)
    app.build(settings).stop()
    assert kept.exists()
