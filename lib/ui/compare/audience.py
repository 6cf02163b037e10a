"""A comparison opened to the room: the link for people's phones, and how many follow and vote."""

from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

import streamlit as st

from lib import app
from lib.domain.text.markdown.literal import Markdown, md
from lib.ui.compare import blind
from lib.ui.kit import errors, links
from lib.ui.state import panel
from lib.ui.state.comparison import Comparing, held
from lib.web import audience

PANEL = "Audience"
"""The name of the dialog."""
COUNT_SECONDS = 1.0
"""How often the numbers are drawn."""
QR_PIXELS = 300
ONLY_HERE = ("localhost", "127.0.0.1", "::1")
"""Hosts that mean the machine itself, for phones too."""


def show(now: Comparing) -> None:
    """The button that opens a comparison to the room, and beside it how many are there."""
    now.count = None
    if not app.get().settings.is_sharing or any(cell.is_temporary for cell in now.comparison.cells):
        return
    with st.container(
        key="room", horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"
    ):
        if now.room:
            now.count = st.empty()
        st.button(
            "Audience" if now.room else "Open to the room",
            key="open_room",
            icon=":material/groups:",
            type="tertiary",
            on_click=_open,
        )
    count(now)


@st.dialog("The audience", on_dismiss=panel.close)
def show_dialog() -> None:
    """The link, as text and as a QR code; the numbers; and the end of it."""
    now = held()
    if not now.room:  # closed just now, or its time is up
        panel.close()
        st.rerun()
    link = f"{links.origin()}/room/{now.room.token}"
    st.markdown(
        "Whoever has this link follows the answers live and votes, and sees nothing else of this app."
    )
    with st.container(horizontal_alignment="center"):
        st.image(links.code(link), width=QR_PIXELS, alt="QR code of the link")
    st.code(link, language=None, wrap_lines=True)
    if urlsplit(link).hostname in ONLY_HERE:
        st.caption(
            ":material/info: This address works on this machine only. Phones need the server's address "
            "in your network."
        )
    _keep_counting(now)
    closes = f"{now.room.closes_at:%H:%M} UTC"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(md("It closes by itself at {}.", closes), width="content")
        st.button("Close the room", key="close_room", icon=":material/block:", on_click=_close)


def count(now: Comparing) -> None:
    """Draw how many follow and how many have voted."""
    if now.count:
        now.count.caption(_counted(now), text_alignment="right")


def keep_counting(now: Comparing) -> None:
    """Go on doing so when the page itself has nothing more to do: its fragments wait until then."""
    if now.count:
        with now.count.container():
            _keep_counting(now, "right")


@st.fragment(run_every=COUNT_SECONDS)
def _keep_counting(now: Comparing, text_alignment: Literal["left", "right"] = "left") -> None:
    st.caption(_counted(now), text_alignment=text_alignment)


def _counted(now: Comparing) -> Markdown:
    following = audience.followers(now.room.token) if now.room else 0
    voted = app.get().store.votes.voters(now.round.id) if now.round else 0
    return md(":material/group: {} following · :material/how_to_vote: {} voted", following, voted)


@errors.stored
def _open() -> None:
    now, store = held(), app.get().store
    if not now.room:
        store.comparisons.add(now.comparison)
        now.room = store.rooms.open(now.comparison.id, datetime.now(UTC))
        blind.open_round(now)
    panel.open_panel(PANEL)


@errors.stored
def _close() -> None:
    now = held()
    if now.room:
        app.get().store.rooms.close(now.room.token, datetime.now(UTC))
        app.get().engine.notifications.tell(now.comparison.id)
        now.room = None
    panel.close()
