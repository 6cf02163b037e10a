"""The line above the conversation: its title, what it has used, and what can be done with it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.domain.conversation.conversations import shown_title
from lib.domain.text.markdown.literal import literal, plain
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.chat import callbacks, dialogs
from lib.ui.kit import buttons, figures
from lib.ui.share import grants, share_links
from lib.ui.shell import sidebar
from lib.ui.shell.dialogs import RENAME
from lib.ui.state.panel import open_panel
from lib.ui.state.person import person_id
from lib.ui.state.session import Session

MENU = "conversation_menu"
ENTRIES = {
    RENAME: mark("Rename"),
    callbacks.PIN: mark("Pin"),
    callbacks.UNPIN: mark("Unpin"),
    dialogs.EXPORT: mark("Export"),
    callbacks.INSPECT: mark("Inspect"),
    callbacks.DELETE: mark("Delete"),
}
"""What the menu may hold, in its order, and how it is called."""
USAGE = "open_usage"
"""Key of the button that opens the usage; while a reply runs it has another, since a run draws a key once."""


def show(session: Session) -> DeltaGenerator:
    """Draw the line, which stays on top; return the place of what the conversation has used."""
    conversation = session.conversation
    sidebar.leave_title()
    st.set_page_config(page_title=shown_title(conversation.title))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="header"):
        st.title(plain(shown_title(conversation.title)), anchor=False, width="stretch")
        _show_state(session)
        place = st.empty()
        with place:
            _show_used(session, "open_usage-running" if session.following else USAGE)
        if not conversation.is_temporary and (grants.is_offered() or share_links.is_offered()):
            buttons.show_icon("ios_share", _("Share"), open_panel, grants.SHARE)
        other = callbacks.PIN if conversation.is_pinned else callbacks.UNPIN
        entries = [entry for entry in ENTRIES if entry != other]
        buttons.menu(
            entries,
            MENU,
            callbacks.menu_action,
            MENU,
            named=lambda entry: _(ENTRIES[entry]),
            destroys=callbacks.DELETE,
        )
    return place


def show_used(session: Session, place: DeltaGenerator) -> None:
    """Draw again what the conversation has used, now that a reply has ended."""
    with place:
        _show_used(session, USAGE)


def _show_state(session: Session) -> None:
    conversation = session.conversation
    if conversation.is_temporary:
        st.badge(_("Not stored"), icon=":material/visibility_off:", color="gray")
    elif app.get().engine.is_behind(person_id(), conversation.id):
        st.badge(_("Not stored yet"), icon=":material/hourglass:", color="orange")


def _show_used(session: Session, key: str) -> None:
    conversation = session.conversation
    replies = [message.reply for message in conversation.messages.values() if message.reply]
    used = figures.used(replies, session.prices, conversation.model)
    st.button(
        literal(used or _("Usage")),
        key=key,
        icon=":material/bar_chart:",
        type="tertiary",
        help=_("Token usage"),
        on_click=open_panel,
        args=(dialogs.USAGE,),
    )
