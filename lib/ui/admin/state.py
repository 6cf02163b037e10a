"""What the admin page remembers between two clicks."""

from dataclasses import dataclass, field
from datetime import datetime

from lib.ui.state import widgets

KEY = "admin"


@dataclass(slots=True)
class AdminState:
    """The state of a tab's admin page."""

    link: str | None = None
    """An invitation's link. It is shown once: the store has only its hash."""
    link_for: str = ""
    notice: str | None = None
    """Why something was refused, until the next try."""
    pages: list[int] = field(default_factory=list)
    """Of the audit log: the number before which each page after the first one begins."""
    verified: str | None = None
    """What the last verification of the audit log found."""


def held() -> AdminState:
    """Return this tab's state."""
    return widgets.hold(KEY, AdminState, AdminState)


def day(at: datetime) -> str:
    """Return a moment as a day and a time of the server's zone."""
    return f"{at.astimezone():%-d %b %Y, %H:%M}"
