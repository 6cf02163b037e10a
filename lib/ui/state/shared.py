"""What others show to whoever looks at this page, and where it opens."""

from datetime import UTC, datetime
from pathlib import PurePath

from lib.domain.people.grants import GrantKind
from lib.store.sharing.shared import Received
from lib.ui.state import person, widgets
from lib.ui.state.pages import DECKS_PAGE, RECORDINGS_PAGE, SHARED_PAGE
from lib.ui.state.person import library

OPENED = "received"
"""Key of the grants whose views this tab has counted."""


def now() -> datetime:
    return datetime.now(UTC)


def received(kind: GrantKind, source_id: str) -> Received | None:
    """Return how something is shown to this person; `None` if it is not. The first time is a view."""
    if not person.identity():
        return None
    found = library().shared.get(kind, source_id, now())
    opened: set[str] = widgets.hold(OPENED, set, set)
    if found and found.id not in opened:
        opened.add(found.id)
        library().shared.count_view(found.id, now())
    return found


def page_of(kind: GrantKind, *, may_edit: bool) -> str:
    """Return the page that opens it, under a query parameter named like the kind."""
    if kind is GrantKind.RECORDING:
        return RECORDINGS_PAGE
    return DECKS_PAGE if may_edit else SHARED_PAGE


def address(kind: GrantKind, source_id: str, *, may_edit: bool) -> str:
    """Return the path of that page."""
    return f"/{PurePath(page_of(kind, may_edit=may_edit)).stem}?{kind}={source_id}"
