"""The list of what can be opened, under a search field: one component, for it is drawn in each run."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lib.i18n.translation import gettext as _
from lib.ui.server.components import component
from lib.ui.state import widgets
from lib.web import search
from lib.web.addresses import address

CHOSEN = "chosen"
"""The component's event."""
MOST_WORDS, LONGEST = 12, 100


class Action(StrEnum):
    """What can be done with a row."""

    OPEN = "open"
    RENAME = "rename"
    PIN = "pin"
    UNPIN = "unpin"
    DELETE = "delete"
    MORE = "more"
    """Not with a row: list more of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    id: str
    title: str
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading."""

    name: str
    rows: Sequence[Row]
    address: str
    """Where a row can be opened in another tab, without its id."""
    open: Callable[[str], None]
    """The callback that opens the row with an id."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody has done in a list. The browser says so: ids may be anything."""

    action: Action
    id: str
    message: str = ""
    """For a hit of the search: the message that was found, and the words."""
    words: tuple[str, ...] = ()


_rows = component("rows", Path(__file__).with_name("rows.js"), isolate_styles=False)


def show(
    key: str,
    groups: Sequence[Group],
    current: str,
    on_chosen: Callable[[Chosen], None],
    *,
    list_name: str,
    empty: str,
    actions: Iterable[Action] = (),
    has_more: bool = False,
) -> None:
    """Draw the list; `on_chosen` is told what somebody does in it."""
    data = {
        "groups": [
            {"name": each.name, "rows": [_row(row) for row in each.rows], "address": each.address}
            for each in groups
        ],
        "current": current,
        "search": address(search.PATH),
        "actions": [_action(action) for action in actions],
        "more": has_more,
        "labels": {
            "list": list_name,
            "empty": empty,
            "search": _("Search"),
            "search_all": _("Search all chats"),
            "found": _("Found"),
            "nothing": _("Nothing found."),
            "menu": _("Menu of “{}”"),
        },
    }

    def tell() -> None:
        if done := _chosen(key):
            on_chosen(done)

    _rows(data=data, key=key, on_chosen_change=tell)


def _chosen(key: str) -> Chosen | None:
    """Return what was done in the list with this key."""
    said = (widgets.value(key) or {}).get(CHOSEN)
    if not isinstance(said, dict) or said.get("action") not in list(Action):
        return None
    words = said.get("words")
    return Chosen(
        Action(said["action"]),
        str(said.get("id") or ""),
        str(said.get("message") or ""),
        tuple(str(word)[:LONGEST] for word in words[:MOST_WORDS]) if isinstance(words, list) else (),
    )


def _row(row: Row) -> dict[str, object]:
    return {"id": row.id, "title": row.title, "pinned": row.is_pinned}


def _action(action: Action) -> dict[str, object]:
    label, icon = {
        Action.RENAME: (_("Rename"), "edit"),
        Action.PIN: (_("Pin"), "keep"),
        Action.UNPIN: (_("Unpin"), "keep_off"),
        Action.DELETE: (_("Delete"), "delete"),
    }[action]
    # Of these two, a row offers the one that fits it.
    fits = {Action.PIN: {"pinned": False}, Action.UNPIN: {"pinned": True}}
    return {"name": action, "label": label, "icon": icon, **fits.get(action, {})}
