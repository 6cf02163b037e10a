"""A comparison open to a room: the link for people's phones, and how many follow and vote."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import streamlit as st

from lib import app
from lib.domain.people.people import Permission
from lib.domain.text.markdown.literal import Markdown, md
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.ui.compare import blind
from lib.ui.kit import buttons, dialogs, errors, links
from lib.ui.state import panel, person
from lib.ui.state.comparison.comparison import ComparisonState, held
from lib.ui.state.person import library
from lib.web import audience

PANEL = "Audience"
"""The dialog's name."""
COUNT_SECONDS = 1.0
"""How often the counts are redrawn."""
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
    link = f"{links.origin()}/room/{state.room.token}"
    st.markdown(
        _("Whoever has this link follows the answers live and votes, and sees nothing else of this app.")
    )
    with st.container(horizontal_alignment="center"):
        st.image(links.code(link), width=QR_PIXELS, alt=_("QR code of the link"))
    st.code(link, language=None, wrap_lines=True)
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


def count(state: ComparisonState) -> None:
    """Draw how many follow and how many have voted."""
    if state.count:
        state.count.caption(_counted(state), width="content")


def keep_counting(state: ComparisonState) -> None:
    """Keep the counts moving after the rest of the page: its fragments do not run before the script ends."""
    if state.count:
        with state.count.container():
            _keep_counting(state)


@st.fragment(run_every=COUNT_SECONDS)
def _keep_counting(state: ComparisonState) -> None:
    st.caption(_counted(state), width="content")


def _counted(state: ComparisonState) -> Markdown:
    following = audience.followers(state.room.token) if state.room else 0
    voted = library().votes.voters(state.round.id) if state.round else 0
    return md(_("{} following, {} voted"), following, voted)


@errors.stored
def _open() -> None:
    state, own = held(), library()
    if not state.room:
        own.comparisons.add(state.comparison)
        state.room = own.rooms.open(state.comparison.id, datetime.now(UTC))
        blind.open_round(state)
    panel.open_panel(PANEL)


@errors.stored
def _close() -> None:
    state = held()
    if state.room:
        library().rooms.close(state.room.token, datetime.now(UTC))
        app.get().engine.notifications.tell(state.comparison.id)
        state.room = None
    panel.close()
