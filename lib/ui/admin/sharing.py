"""What somebody has opened to others: rooms, reports under a link, and what is shown to people here."""

from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.people.grants import EVERYBODY
from lib.domain.reply.wording import counted
from lib.domain.text.markdown.literal import md
from lib.i18n.translation import gettext as _
from lib.store.administration.sharing import Opened
from lib.ui.admin import state
from lib.ui.kit import buttons, errors
from lib.ui.state import person

ICONS = {"room": "groups", "report": "link", "grant": "person"}
NAMES = {"conversation": "Chat"}
"""What is not called as the store calls it."""


def show() -> None:
    """Draw the section."""
    found = person.administration().sharing.opened(datetime.now(UTC))
    if not app.get().settings.is_sharing:
        st.caption(_("Sharing by link is off (`CHAT_SHARING`): no room and no link can be reached."))
    if not found:
        st.info(_("Nothing is open to others now."), icon=":material/lock:")
    for opened in found:
        _show_row(opened)


def _show_row(opened: Opened) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"opened-{opened.id}"):
        with st.container(gap="xxsmall", width="stretch"):
            icon = md(_(":material/{}:"), ICONS[opened.kind])
            st.markdown(md(_("{} **{}** by {}"), icon, _told(opened), opened.owner))
            until = f"until {state.day(opened.until)}" if opened.until else "until it is taken back"
            views = "" if opened.views is None else f" · {counted(opened.views, 'view', 'views')}"
            st.caption(md(_("Since {} · {}{}"), state.day(opened.since), until, views))
        buttons.button(_("Close"), f"close-{opened.id}", "lock", _close, opened.id)


def _told(opened: Opened) -> str:
    """Return what is shown and to whom, in a few words."""
    name = NAMES.get(opened.shown, opened.shown.capitalize())
    if opened.kind == "room":
        return f"{name}, open to an audience"
    if opened.kind == "report":
        return f"{name}, as a report under a link"
    return f"{name}, to {'everybody here' if opened.audience == EVERYBODY else opened.audience}"


@errors.stored
def _close(opened_id: str) -> None:
    closed = person.administration().sharing.close(opened_id, datetime.now(UTC))
    if closed and closed.kind == "room":
        app.get().engine.notifications.tell(closed.source_id)
