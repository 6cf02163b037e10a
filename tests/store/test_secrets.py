"""Random keys of the installation: made once, the same for all its processes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
