"""The sidebar: a new chat and the search first, then what a page lists, the pages at the bottom."""

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from lib.domain.conversation.conversations import shown_title
from lib.domain.text.markdown.literal import literal
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.store.conversation.conversations import Summary
from lib.store.database.errors import StoreError
from lib.ui.kit import buttons
from lib.ui.shell import dialogs
from lib.ui.shell.lists import found, rows
from lib.ui.shell.lists.rows import Action, Chosen, Group, Row
from lib.ui.state.conversation import conversations
from lib.ui.state.pages import CHAT_PAGE
from lib.ui.state.panel import open_panel
from lib.ui.state.person import library
from lib.ui.state.session import PARAMETER, Session

KEY = "conversations"
ADDRESS = f"./?{PARAMETER}="
CHAT = ""
"""The chat's path: the app's name leads there."""
ACTIONS = (Action.RENAME, Action.PIN, Action.UNPIN, Action.DELETE)


@dataclass(frozen=True, slots=True)
class Frame:
    """The places that a page fills."""

    list: DeltaGenerator
    """In the sidebar, between the search and the pages."""
    title: DeltaGenerator
    """In the bar on top of a phone."""


_frame: ContextVar[Frame | None] = ContextVar("frame", default=None)


def draw_frame(app_title: str, page: StreamlitPage, listed: Iterable[StreamlitPage]) -> None:
    """Draw what is the same on all pages, and leave places for the page."""
    with st.sidebar:
        with st.container(key="brand"):
            st.page_link(CHAT_PAGE, label=literal(app_title), icon=":material/auto_awesome:")
        buttons.button(_("New chat"), "new_chat", "edit_square", conversations.new_chat, width="stretch")
        place = st.container(key="list")
        with st.container(key="pages", gap="xxsmall"):
            for each in listed:
                if each.url_path != CHAT:
                    st.page_link(each, width="stretch")
            buttons.button(
                _("Settings"), "open_settings", "settings", open_panel, dialogs.SETTINGS, kind="tertiary"
            )
    with st.container(key="top_bar", horizontal=True, vertical_alignment="center"):
        title = st.empty()
        title.markdown(literal(page.title))
        buttons.show_icon("edit_square", _("New chat"), conversations.new_chat, key="top")
    _frame.set(Frame(place, title))


def place() -> DeltaGenerator:
    """Return where in the sidebar a page draws its list."""
    frame = _frame.get()
    return frame.list if frame else st.sidebar


def show(session: Session) -> None:
    """Draw the conversations, as most pages list them."""
    most = conversations.listed()
    try:
        summaries = library().conversations.latest(most + 1)
    except StoreError:
        place().caption(_("Your conversations cannot be listed now."))
        return
    show_groups(
        KEY,
        _by_day(summaries[:most]),
        session.conversation.id,
        list_name=_("Chats"),
        empty=_("Your conversations will be listed here."),
        actions=ACTIONS,
        act=_act,
        has_more=len(summaries) > most,
    )


def show_groups(
    key: str,
    groups: Sequence[Group],
    current: str,
    *,
    list_name: str,
    empty: str,
    actions: Iterable[Action] = (),
    act: Callable[[Chosen], None] = lambda _: None,
    has_more: bool = False,
) -> None:
    """Draw the search, and below it the groups that a page lists; the row `current` is open.

    `actions` are what the menu of a row offers; `act` does them.
    """
    with place():
        rows.show(
            key,
            groups,
            current,
            partial(_open_or, act, groups),
            list_name=list_name,
            empty=empty,
            actions=actions,
            has_more=has_more,
        )


def show_found(session: Session) -> None:
    """Show in the open conversation what a search has found in it."""
    with place():
        found.show(session.found)


def leave_title() -> None:
    """Leave the bar on top of a phone to the page, which has a line of its own there."""
    if frame := _frame.get():
        frame.title.empty()


def _by_day(summaries: Sequence[Summary]) -> list[Group]:
    today = formats.today()
    return [
        Group(
            day,
            [Row(each.id, shown_title(each.title), each.is_pinned) for each in group],
            ADDRESS,
            conversations.open_conversation,
        )
        for day, group in groupby(summaries, key=lambda summary: _day(summary, today))
    ]


def _day(summary: Summary, today: date) -> str:
    if summary.is_pinned:
        return _("Pinned")
    on = formats.local_day(summary.updated_at)
    days = (today - on).days
    if days <= 0:
        return _("Today")
    if days == 1:
        return _("Yesterday")
    if days < 7:
        return _("This week")
    return formats.month(on)


def _open_or(act: Callable[[Chosen], None], groups: Sequence[Group], chosen: Chosen) -> None:
    """Open what was chosen in a list with these groups, or do something else with it."""
    if chosen.action is not Action.OPEN:
        act(chosen)
    elif chosen.message:  # a hit of the search
        conversations.open_conversation(chosen.id, chosen.message, chosen.words)
    else:
        for group in groups:
            if any(row.id == chosen.id for row in group.rows):
                group.open(chosen.id)


def _act(chosen: Chosen) -> None:
    """Do what was chosen in the menu of a conversation, or list more of them."""
    match chosen.action:
        case Action.RENAME:
            open_panel(dialogs.RENAME, chosen.id)
        case Action.PIN | Action.UNPIN:
            conversations.pin(chosen.id, chosen.action is Action.PIN)
        case Action.DELETE:
            conversations.delete(chosen.id)
        case Action.MORE:
            conversations.show_more()
