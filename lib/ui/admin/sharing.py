"""What is open to people without an account: rooms and shared reports, of everybody."""

from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.reply.wording import counted
from lib.domain.text.markdown.literal import md
from lib.store.administration.sharing import Opened
from lib.ui.admin import state
from lib.ui.kit import buttons, errors
from lib.ui.state import person

KINDS = {"room": ("Room", "groups"), "report": ("Shared report", "link")}


def show() -> None:
    """Draw the section."""
    found = person.administration().sharing.opened(datetime.now(UTC))
    if not app.get().settings.is_sharing:
        st.caption("Sharing is off (`CHAT_SHARING`): nothing that is open can be reached.")
    if not found:
        st.info("No room and no shared report is open now.", icon=":material/lock:")
    for opened in found:
        _show_row(opened)


def _show_row(opened: Opened) -> None:
    word, icon = KINDS[opened.kind]
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"opened-{opened.id}"):
        with st.container(gap="xxsmall", width="stretch"):
            st.markdown(md("{} **{}** of {}", md(":material/{}:", icon), word, opened.owner))
            times = state.day(opened.since), state.day(opened.until)
            views = "" if opened.views is None else f" · {counted(opened.views, 'view', 'views')}"
            st.caption(md("Since {} · until {}{}", *times, views))
        buttons.button("Close", f"close-{opened.id}", "lock", _close, opened.id)


@errors.stored
def _close(opened_id: str) -> None:
    closed = person.administration().sharing.close(opened_id, datetime.now(UTC))
    if closed and closed.kind == "room":
        app.get().engine.notifications.tell(closed.source_id)
