"""The database file while it is open: what happens to it is told, and nothing is written into nowhere."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lib.domain.people.people import LOCAL
from lib.store import Store
from lib.store.database.errors import StoreError
from tests.store.conftest import begin, draft


@pytest.fixture
def settled(store: Store, path: Path) -> Store:
    """A store whose file has grown, with an empty log, as after a start."""
    begin(store, draft("Long"), "word " * 20_000)
    with closing(sqlite3.connect(path)) as somebody:
        assert somebody.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    store.look()
    return store


def delete(path: Path) -> None:
    path.unlink()


def delete_all(path: Path) -> None:
    for file in path.parent.glob("chat.sqlite3*"):
        file.unlink()


def delete_log(path: Path) -> None:
    path.with_name("chat.sqlite3-wal").unlink()


def replace(path: Path) -> None:
    """What a restored backup does, and an editor."""
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    copy.replace(path)


def replace_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (delete, "was deleted or moved away"),
        (delete_all, "was deleted or moved away"),
        (delete_log, "was deleted or moved away"),
        (replace, "was replaced by another one"),
        (replace_by_a_folder, "was replaced by another one"),
    ],
)
def test_nothing_goes_into_a_file_that_is_not_there_any_more(
    settled: Store, path: Path, do: Callable[[Path], None], said: str
) -> None:
    do(path)
    for use in (
        lambda: begin(settled, draft()),
        lambda: settled.of(LOCAL).conversations.latest(1),
        lambda: settled.look(),
    ):
        with pytest.raises(StoreError, match=said):
            use()
    assert path.is_file() == (do in (replace, delete_log)), "nothing was made in its place"


def cut_to_nothing(path: Path) -> None:
    os.truncate(path, 0)


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_last_page(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 4096)


def overwrite_head(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0" * 100)


def overwrite_all(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(os.urandom(size))


@pytest.mark.parametrize("do", [cut_to_nothing, cut_in_half, cut_last_page, overwrite_head, overwrite_all])
def test_a_damaged_file_is_seen_at_a_glance_and_used_no_more(
    settled: Store, path: Path, do: Callable[[Path], None]
) -> None:
    in_another_process(do, path)
    with pytest.raises(StoreError, match=r"^The database file is damaged \(.+\)\. .* restore a backup"):
        settled.look()
    with pytest.raises(StoreError, match="is damaged"):
        settled.look()
    with pytest.raises(StoreError, match="is damaged"):
        begin(settled, draft())


def in_another_process(do: Callable[[Path], None], path: Path) -> None:
    """Whoever closes a file here takes SQLite's locks on it away from the store."""
    if (child := os.fork()) == 0:
        do(path)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_a_file_that_is_put_back_is_used_again(settled: Store, path: Path) -> None:
    away = path.with_name("away")
    path.rename(away)
    with pytest.raises(StoreError):
        settled.look()
    away.rename(path)
    settled.look()
    begin(settled, draft("Back"))
    assert [summary.title for summary in settled.of(LOCAL).conversations.latest(5)] == ["Back", "Long"]


def test_what_others_may_do_to_a_file_is_no_damage(settled: Store, path: Path) -> None:
    def looks_well() -> None:
        settled.look()
        begin(settled, draft("More"), "word " * 2_000)
        settled.look()

    looks_well()
    with closing(sqlite3.connect(path, isolation_level=None)) as somebody:
        somebody.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        looks_well()
        somebody.execute("DELETE FROM conversations WHERE title = 'Long'")
        somebody.execute("VACUUM")
        looks_well()
        somebody.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        looks_well()
        somebody.execute("BEGIN EXCLUSIVE")
        settled.look()
        somebody.execute("ROLLBACK")
        with closing(sqlite3.connect(path.with_name("backup"))) as backup:
            somebody.backup(backup)
        looks_well()
    Store(path).close()
    looks_well()


def test_a_store_in_memory_is_always_well() -> None:
    store = Store(None)
    store.look()
    store.close()
