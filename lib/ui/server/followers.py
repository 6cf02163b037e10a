"""How many pages draw a reply while it streams."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_count = 0
_lock = threading.Lock()


@contextmanager
def follower() -> Iterator[None]:
    """Count a follower while the context is open."""
    global _count
    with _lock:
        _count += 1
    try:
        yield
    finally:
        with _lock:
            _count -= 1


def count() -> int:
    """Return how many there are."""
    return _count  # without the lock: being off by one does no harm
