"""Shares one process among many pages: whose turn it is, and how often each draws."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

FRAME_SECONDS = 0.1
"""The shortest time between two frames of one follower: 10 a second."""
FRAME_SECONDS_BESIDE = 0.01
"""How much longer a frame takes for each other reply on its page: one browser draws them all."""
FRAME_SECONDS_PER_CHARACTER = 25e-6
"""A browser parses the whole open block for each frame: a long one is drawn less often."""
PROCESS_FRAMES_PER_SECOND = 800
"""What one process may draw a second, all followers together: of two hundred, each gets four frames."""

_followers = 0
_lock = threading.Lock()


class _Turn:
    """One page is built, or one message sent, at a time.

    Python runs one thread at a time. Hundreds that want to run hinder each other and every streaming reply;
    here they sleep until it is their turn. Pages go before sends, so that who has sent soon sees the reply.
    """

    def __init__(self) -> None:
        self._is_taken, self._waiting_pages = False, 0
        # Two conditions on one lock: whoever gives the turn back wakes one page, or else one send.
        lock = threading.Lock()
        self._pages, self._sends = threading.Condition(lock), threading.Condition(lock)

    @contextmanager
    def page(self) -> Iterator[None]:
        """Wait for a turn to build a page."""
        with self._pages:
            self._waiting_pages += 1
            self._pages.wait_for(lambda: not self._is_taken)
            self._waiting_pages -= 1
            self._is_taken = True
        with self._given_back():
            yield

    @contextmanager
    def send(self) -> Iterator[None]:
        """Wait for a turn to send a message."""
        with self._sends:
            # A send waits inside its callback, where Streamlit ends nothing. Noted in the callback
            # and sent by the page's script, about one in five was lost, for a run may end in
            # between (docs/decisions/0005).
            self._sends.wait_for(lambda: not self._is_taken and not self._waiting_pages)
            self._is_taken = True
        with self._given_back():
            yield

    @contextmanager
    def _given_back(self) -> Iterator[None]:
        try:
            yield
        finally:
            # Also where Streamlit ends the script, which it does by an exception at any call of its own.
            with self._pages:
                self._is_taken = False
                # One, not all: hundreds that wake only to find it taken would cost
                # what the turn is there to save.
                (self._pages if self._waiting_pages else self._sends).notify()


_turn = _Turn()
building, sending = _turn.page, _turn.send


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


def frame_seconds(open_characters: int, beside: int = 0) -> float:
    """The time from one frame to the next, for a follower whose open block has so many characters.

    `beside` is how many other replies stream on the same page.
    """
    # Without the lock: a number that is one too high or low does no harm.
    fair = _followers / PROCESS_FRAMES_PER_SECOND
    alone = FRAME_SECONDS + beside * FRAME_SECONDS_BESIDE
    return max(alone, open_characters * FRAME_SECONDS_PER_CHARACTER, fair)
