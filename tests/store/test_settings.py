"""The installation's own values in the database."""

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from lib.store import Store
from tests.store.database.test_database import write_old


def test_an_installation_has_one_id(store: Store, database: Path | str) -> None:
    first = store.settings.installation_id()
    assert len(first) == 12
    with closing(Store(database)) as other:
        assert other.settings.installation_id() == first


def test_whoever_was_signed_in_stays_so_when_the_key_leaves_the_database(path: Path) -> None:
    """The cookie's name was made of the key."""
    write_old(path, "0007")
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("INSERT INTO secrets VALUES ('cookies', ?)", (b"k" * 32,))
    with closing(Store(path)) as store:
        assert store.settings.installation_id() == sha256(b"k" * 32).hexdigest()[:12]
    with closing(sqlite3.connect(path)) as new:
        assert new.execute("SELECT name FROM sqlite_master WHERE name = 'secrets'").fetchall() == []
