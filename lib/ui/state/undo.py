"""The offer to bring back what was deleted a moment ago."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from lib.ui.kit import errors
from lib.ui.state import widgets

SECONDS = 12.0
"""How long it stands."""
_OFFER = "deleted"


@dataclass(frozen=True, slots=True)
class Offer:
    """To bring something back."""

    id: str
    title: str
    """Of what was deleted, as people read it."""
    restore: Callable[[], None]
    at: float
    """When it was deleted, by the monotonic clock."""


def offer(id_: str, title: str, restore: Callable[[], None]) -> None:
    """Offer for a while to bring back what has just been deleted: `restore` does it, in a callback."""
    widgets.put(_OFFER, Offer(id_, title, restore, time.monotonic()))


def offered() -> Offer | None:
    """Return what can be brought back now, if there is anything."""
    last = widgets.value(_OFFER)
    is_fresh = isinstance(last, Offer) and time.monotonic() - last.at < SECONDS
    return last if is_fresh else None


@errors.stored
def take() -> None:
    """Bring back what was deleted last."""
    last = widgets.take(_OFFER)
    if isinstance(last, Offer):
        last.restore()
