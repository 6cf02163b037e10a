"""The backoff of a series: it waits as long as a gateway asks, or ends if that is too long."""

from collections.abc import Iterable

from lib.engine.live import LiveTape
from lib.gateway.errors.waits import in_words

LONGEST_SECONDS = 60.0
"""The longest wait of a series; after a longer one, a person has to start it again."""


class TooLong(Exception):
    """A gateway asks for a longer wait than a series allows. The message is a sentence."""


def wait_after(tapes: Iterable[LiveTape]) -> float:
    """Seconds to wait after these replies before the next request. Raises `TooLong`."""
    errors = (tape.reply().error for tape in tapes)
    seconds = max((error.retry_after or 0.0 for error in errors if error), default=0.0)
    if seconds > LONGEST_SECONDS:
        raise TooLong(f"The gateway asks to wait: try again {in_words(seconds)}.")
    return seconds
