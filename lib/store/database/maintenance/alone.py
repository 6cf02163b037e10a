"""Keeps the app from a database file while something else is done with it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lib.i18n.translation import lazy
from lib.store.database.errors import StoreError
from lib.store.database.file import lock_of


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock that every app takes on its database. An app that starts meanwhile waits for the end.

    Raises `StoreError` if an app runs on the file at `path`, which need not exist; `OSError` if the file
    system has no locks.
    """
    lock = os.open(lock_of(path), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(lock, path)
        yield
    finally:
        os.close(lock)


def _take(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(
            lazy("The app is running on the folder {folder}. Stop it first.", folder=path.parent)
        ) from None
