"""Random keys of the installation: made once, the same for all its processes."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from lib.store import Store
from lib.store.secrets import KEY_BYTES


def test_a_key_is_made_once_and_kept(store: Store, path: Path) -> None:
    first = store.secrets.get("cookies")
    assert len(first) == KEY_BYTES
    assert store.secrets.get("other") != first
    store.close()
    again = Store(path)
    assert again.secrets.get("cookies") == first
    again.close()


def test_all_who_ask_at_once_get_the_same_key(store: Store, path: Path) -> None:
    other = Store(path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda number: (store, other)[number % 2].secrets.get("cookies"), range(32)))
    other.close()
    assert len(keys) == 1


@pytest.mark.parametrize("damage", ["x''", "x'00'", "12", "'a text of some length, which is no key'"])
def test_what_is_no_key_is_replaced(store: Store, path: Path, damage: str) -> None:
    first = store.secrets.get("cookies")
    with closing(sqlite3.connect(path)) as somebody:
        somebody.execute(f"UPDATE secrets SET value = {damage}")  # noqa: S608
        somebody.commit()
    made = store.secrets.get("cookies")
    assert len(made) == KEY_BYTES
    assert made != first
    assert store.secrets.get("cookies") == made
