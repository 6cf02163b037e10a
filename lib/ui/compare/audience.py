"""A comparison open to a room: the link for people's phones, and how many follow and vote."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import streamlit as st

from lib import app
from lib.domain.conversation.conversations import LONGEST_TITLE, clean_title
from lib.domain.people.people import Permission
from lib.domain.text.markdown.literal import Markdown, md
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.ui.compare import blind
from lib.ui.kit import buttons, dialogs, errors
from lib.ui.share import rooms
from lib.ui.state import panel, person, widgets
from lib.ui.state.comparison.comparison import ComparisonState, held
from lib.ui.state.person import library

PANEL = "Audience"
"""The dialog's name."""
TITLE = "room_title"
"""Key of the field for the title that phones show."""
QR_PIXELS = 300
ONLY_HERE = ("localhost", "127.0.0.1", "::1")
"""Hosts that mean the machine itself: on a phone they lead nowhere."""


def show(state: ComparisonState) -> None:
    """Draw the button that opens a comparison to a room, and how many people are in it."""
    state.count = None
    if not app.get().settings.is_sharing or any(cell.is_temporary for cell in state.comparison.cells):
        return
    if not state.room and not person.may(Permission.OPEN_ROOMS):
        return
    with st.container(
        key="room", horizontal=True, vertical_alignment="center", gap="xsmall", width="content"
    ):
        label = _("Room") if state.room else _("Open to the room")
        buttons.button(label, "open_room", "groups", _open, kind="tertiary")
        if state.room:
            state.count = st.empty()
    count(state)


def show_dialog() -> None:
    """Draw the dialog of the room."""
    dialogs.open(_("The room"), _show_dialog, on_dismiss=panel.close)


def _show_dialog() -> None:
    """Draw the link as text and as a QR code, the counts, and the button that closes the room."""
    state = held()
    if not state.room:  # closed just now, or expired
        panel.close()
        st.rerun()
    link = rooms.address(state.room)
    st.markdown(
        _("Whoever has this link follows the answers live and votes, and sees nothing else of this app.")
    )
    if state.comparison.prompt is None:  # afterwards the title is what the list says
        _show_title(state)
    with st.container(horizontal_alignment="center"):
        rooms.show_code(state.room, QR_PIXELS)
    st.code(link, language=None, wrap_lines=True)
    st.caption(md(_("To type: **{}**"), rooms.short_address(state.room)))
    if urlsplit(link).hostname in ONLY_HERE:
        st.caption(
            _(
                ":material/info: This address works on this machine only. Phones need the server's address "
                "in your network."
            )
        )
    _keep_counting(state)
    closes = formats.clock(state.room.closes_at)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(md(_("It closes by itself at {}."), closes), width="content")
        st.button(_("Close the room"), key="close_room", icon=":material/block:", on_click=_close)


def _show_title(state: ComparisonState) -> None:
    """Draw the field for the title that phones show while they wait for the first question."""
    st.text_input(
        _("Title on the phones"),
        state.comparison.title,
        key=TITLE,
        max_chars=LONGEST_TITLE,
        placeholder=_("For example: Which model answers our customers best?"),
        on_change=_name,
    )


def count(state: ComparisonState) -> None:
    """Draw how many follow and how many have voted."""
    if state.count:
        state.count.caption(_counted(state), width="content")


def keep_counting(state: ComparisonState) -> None:
    """Keep the counts moving after the rest of the page: its fragments do not run before the script ends."""
    if state.count:
        with state.count.container():
            _keep_counting(state)


def _keep_counting(state: ComparisonState) -> None:
    rooms.keep_counting(lambda: _counted(state))


def _counted(state: ComparisonState) -> Markdown:
    return rooms.counted(state.room, state.round)


@errors.stored
def _open() -> None:
    state, own = held(), library()
    if not state.room:
        own.comparisons.add(state.comparison)
        state.room = own.rooms.open(state.comparison.id, datetime.now(UTC))
        blind.open_round(state)
    panel.open_panel(PANEL)


@errors.stored
def _name() -> None:
    state = held()
    state.comparison.title = clean_title(widgets.text(TITLE))
    library().comparisons.add(state.comparison)
    app.get().engine.notifications.tell(state.comparison.id)


@errors.stored
def _close() -> None:
    state = held()
    if state.room:
        library().rooms.close(state.room.token, datetime.now(UTC))
        app.get().engine.notifications.tell(state.comparison.id)
        state.room = None
    panel.close()
