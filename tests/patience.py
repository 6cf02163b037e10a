"""How long a test waits for what must come."""

import time
from collections.abc import Callable

PATIENCE = 20.0
"""Seconds to wait for anything: far more than it takes, so that a busy machine fails no test."""


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether a condition that nothing announces comes true in time."""
    deadline = time.monotonic() + PATIENCE
    while not (is_true := condition()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return is_true
