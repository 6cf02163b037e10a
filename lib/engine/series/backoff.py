"""What a series does when a gateway asks to wait: it keeps to it, or ends where that would be long."""

from collections.abc import Iterable

from lib.engine.live import LiveTape
from lib.gateway.errors.waits import in_words

LONGEST_SECONDS = 60.0
"""A series waits so long by itself; what takes longer is for people to begin again."""


class TooLong(Exception):
    """A gateway asks to wait for longer than a series does. The message is a sentence."""


def wait_after(tapes: Iterable[LiveTape]) -> float:
    """Seconds to wait before anything more is asked, after these replies. Raises `TooLong`."""
    errors = (tape.reply().error for tape in tapes)
    seconds = max((error.retry_after or 0.0 for error in errors if error), default=0.0)
    if seconds > LONGEST_SECONDS:
        raise TooLong(f"The gateway asks to wait: try again {in_words(seconds)}.")
    return seconds
