"""What somebody has opened to others: rooms, reports under a link, and what is shown to people here."""

from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.reply.wording import counted
from lib.domain.text.markdown.literal import md
from lib.store.administration.sharing import Opened
from lib.ui.admin import state
from lib.ui.kit import buttons, errors
from lib.ui.state import person

KINDS = {
    "room": ("Room", "groups"),
    "report": ("Report under a link", "link"),
    "grant": ("Shown to people here", "person"),
}


def show() -> None:
    """Draw the section."""
    found = person.administration().sharing.opened(datetime.now(UTC))
    if not app.get().settings.is_sharing:
        st.caption("Sharing by link is off (`CHAT_SHARING`): no room and no link can be reached.")
    if not found:
        st.info("Nothing is open to others now.", icon=":material/lock:")
    for opened in found:
        _show_row(opened)


def _show_row(opened: Opened) -> None:
    word, icon = KINDS[opened.kind]
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"opened-{opened.id}"):
        with st.container(gap="xxsmall", width="stretch"):
            st.markdown(md("{} **{}** by {}", md(":material/{}:", icon), word, opened.owner))
            until = f"until {state.day(opened.until)}" if opened.until else "until it is taken back"
            views = "" if opened.views is None else f" · {counted(opened.views, 'view', 'views')}"
            st.caption(md("Since {} · {}{}", state.day(opened.since), until, views))
        buttons.button("Close", f"close-{opened.id}", "lock", _close, opened.id)


@errors.stored
def _close(opened_id: str) -> None:
    closed = person.administration().sharing.close(opened_id, datetime.now(UTC))
    if closed and closed.kind == "room":
        app.get().engine.notifications.tell(closed.source_id)
