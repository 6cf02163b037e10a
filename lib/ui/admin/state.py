"""What the admin page remembers between two clicks."""

from dataclasses import dataclass, field

from lib.ui.state import widgets

KEY = "admin"


@dataclass(slots=True)
class AdminState:
    """The state of a tab's admin page."""

    section: str = ""
    """The section that was open last."""
    link: str | None = None
    """An invitation's link. It is shown once: the store has only its hash."""
    link_for: str = ""
    notice: str | None = None
    """Why something was refused, until the next try."""
    pages: list[int] = field(default_factory=list)
    """Of the audit log: the number before which each page after the first one begins."""
    is_verified: bool = False
    """Whether the audit log was checked."""
    fault: str | None = None
    """What that found wrong, in a sentence."""


def held() -> AdminState:
    """Return this tab's state."""
    return widgets.hold(KEY, AdminState, AdminState)
