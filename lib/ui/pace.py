"""Shares one process among many pages: how often each draws, and how many build a page at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

FRAME_SECONDS = 0.09
"""The shortest time between two frames of one follower: about 11 a second."""
FRAME_SECONDS_PER_CHARACTER = 25e-6
"""A browser parses the whole open block for each frame: a long one is drawn less often."""
PROCESS_FRAMES_PER_SECOND = 1000
"""What one process may draw a second, all followers together; measured, see docs/performance.md."""
PAGES_AT_ONCE = 2
"""How many pages are built at the same time. Python runs one thread at a time: when hundreds of pages are
built at once, a streaming reply would wait for its turn behind all of them."""

_building = threading.BoundedSemaphore(PAGES_AT_ONCE)
_followers = 0
_lock = threading.Lock()


@contextmanager
def building() -> Iterator[None]:
    """Wait for a turn to build a page."""
    with _building:
        yield


@contextmanager
def follower() -> Iterator[None]:
    """Count one more follower for as long as the context lasts."""
    global _followers
    with _lock:
        _followers += 1
    try:
        yield
    finally:
        with _lock:
            _followers -= 1


def frame_seconds(open_characters: int) -> float:
    """The time from one frame to the next, for a follower whose open block has so many characters."""
    fair = _followers / PROCESS_FRAMES_PER_SECOND
    return max(FRAME_SECONDS, open_characters * FRAME_SECONDS_PER_CHARACTER, fair)
