"""Shares one process among many pages: which one runs next, and how often each draws."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lib.ui.server import followers

FRAME_SECONDS = 0.05
"""The shortest time between two frames of one follower: 20 per second."""
FRAME_SECONDS_BESIDE = 0.025
"""The extra time per frame for each other reply on the page: one browser draws them all."""
FRAME_SECONDS_PER_FOLLOWER = 0.001
"""The extra time per frame for each other follower of the process: each of two hundred gets four a second."""
FRAME_SECONDS_PER_CHARACTER = 25e-6
"""The extra time per frame for each character of the open block, all of which the browser parses again."""


class _PageLock:
    """One page is built, or one message sent, at a time.

    Python runs one thread at a time. Hundreds that want to run slow down each other and every streaming
    reply; here they sleep until they have the lock. Pages go before sends, so that people who have sent
    soon see their reply.
    """

    def __init__(self) -> None:
        self._is_taken, self._waiting_pages = False, 0
        # Two conditions on one lock: whoever gives it back wakes one page, or one send if no page waits.
        lock = threading.Lock()
        self._pages, self._sends = threading.Condition(lock), threading.Condition(lock)

    @contextmanager
    def page(self) -> Iterator[None]:
        """Hold the lock to build a page."""
        with self._pages:
            self._waiting_pages += 1
            self._pages.wait_for(lambda: not self._is_taken)
            self._waiting_pages -= 1
            self._is_taken = True
        with self._given_back():
            yield

    @contextmanager
    def send(self) -> Iterator[None]:
        """Hold the lock to send a message."""
        with self._sends:
            # A send waits inside its callback, which Streamlit does not end. When the callback only noted the
            # send and the page's script made it, about one in five was lost, because a run may end in between
            # (docs/decisions/0005).
            self._sends.wait_for(lambda: not self._is_taken and not self._waiting_pages)
            self._is_taken = True
        with self._given_back():
            yield

    @contextmanager
    def _given_back(self) -> Iterator[None]:
        try:
            yield
        finally:
            # Also if Streamlit ends the script, which it does by an exception in any of its calls.
            with self._pages:
                self._is_taken = False
                # One, not all: waking hundreds that find it taken would cost what the lock is there to save.
                (self._pages if self._waiting_pages else self._sends).notify()


_page_lock = _PageLock()
building, sending = _page_lock.page, _page_lock.send


def frame_seconds(open_characters: int, beside: int = 0) -> float:
    """Return the time from one frame to the next, for a follower whose open block has so many characters.

    `beside` is how many other replies stream on the same page.
    """
    others = (
        max(0, followers.count() - 1 - beside) * FRAME_SECONDS_PER_FOLLOWER + beside * FRAME_SECONDS_BESIDE
    )
    return max(FRAME_SECONDS + others, open_characters * FRAME_SECONDS_PER_CHARACTER)
