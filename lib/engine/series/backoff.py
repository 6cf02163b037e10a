"""The backoff of a series: it waits as long as a gateway or a limit asks, or ends if that is too long."""

import asyncio
from collections.abc import Callable, Iterable

from lib.engine.live import LiveTape
from lib.engine.sending import SendRefused
from lib.i18n import formats
from lib.i18n.translation import lazy

LONGEST_SECONDS = 60.0
"""The longest wait of a series; after a longer one, a person has to start it again."""


LOOK_SECONDS = 1.0
"""How often a waiting series checks whether to end."""


class TooLong(Exception):
    """A gateway asks for a longer wait than a series allows. The message is a sentence."""


def wait_after(tapes: Iterable[LiveTape]) -> float:
    """Seconds to wait after these replies before the next request. Raises `TooLong`."""
    errors = (tape.reply().error for tape in tapes)
    seconds = max((error.retry_after or 0.0 for error in errors if error), default=0.0)
    if seconds > LONGEST_SECONDS:
        raise TooLong(lazy("The gateway asks to wait: try again {wait}.", wait=formats.FromNow(seconds)))
    return seconds


async def pause(seconds: float, is_ending: Callable[[], bool]) -> None:
    """Wait, no longer than the series goes on."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while not is_ending() and (left := until - clock()) > 0:
        await asyncio.sleep(min(left, LOOK_SECONDS))


async def begin(send: Callable[[], LiveTape | None], is_ending: Callable[[], bool]) -> LiveTape | None:
    """Send; where a limit is reached that waiting helps with, later. Raises what else `send` raises."""
    while not is_ending():
        try:
            # A send writes to SQLite and may block: keep it off the loop, where all replies stream.
            return await asyncio.to_thread(send)
        except SendRefused as refused:
            if refused.retry_after is None:
                raise
            await pause(refused.retry_after, is_ending)
    return None
