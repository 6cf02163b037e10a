"""Reading a chat of somebody else: with a reason, which the audit log keeps and the owner sees."""

import streamlit as st

from lib import app
from lib.domain.conversation.conversations import Conversation, shown_title
from lib.domain.text.markdown.literal import literal, plain
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.store.people.reading import LONGEST_REASON, SHORTEST_REASON
from lib.ui.admin.audit_words import ID_SHOWN
from lib.ui.kit import buttons
from lib.ui.reply import cell
from lib.ui.state import widgets
from lib.ui.state.person import actor

EMAIL, CHAT, REASON = "reading_email", "reading_chat", "reading_reason"
"""Keys of the fields."""
READ = "reading"
"""Key of the chat that is being read."""


def show() -> None:
    """Draw the section, which is there only where the settings allow it."""
    st.caption(_("Its owner sees who read it, when and why. The audit log keeps it."))
    if isinstance(found := widgets.value(READ), Conversation):
        _show_transcript(found)
    else:
        _show_form()


def _show_form() -> None:
    email = st.text_input(
        _("E-mail address of the chat’s owner"), key=EMAIL, placeholder=_("name@example.com")
    )
    try:
        chats = app.get().store.reading.chats(actor(), email, is_allowed=True) if email.strip() else {}
    except StoreError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if not chats:
        if email.strip():
            st.caption(_("They have no chats, or are not here."))
        else:
            st.caption(_("Enter an address to see when their chats last changed."))
        return
    chosen = st.selectbox(
        _("Chat, by when it last changed"),
        list(chats),
        # With the id: several may have changed in the same minute.
        format_func=lambda id_: _("{} · chat {}").format(formats.moment(chats[id_]), id_[:ID_SHOWN]),
        key=CHAT,
    )
    reason = st.text_input(
        _("Reason"),
        key=REASON,
        max_chars=LONGEST_REASON,
        placeholder=_("At least {} characters; its owner sees it").format(SHORTEST_REASON),
    )
    if st.button(_("Read this chat"), key="read_chat", icon=":material/visibility:"):
        _read(chosen, reason)


def _read(conversation_id: str, reason: str) -> None:
    may = app.get().settings.may_admins_read
    try:
        found = app.get().store.reading.read(actor(), conversation_id, reason, is_allowed=may)
    except StoreError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if found is None:
        st.error(_("This chat is not here any more."), icon=":material/error:")
        return
    widgets.put(READ, found)
    st.rerun()


def _show_transcript(found: Conversation) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="reading_head"):
        st.header(literal(shown_title(found.title)), anchor=False)
        buttons.button(_("Close"), "close_reading", "close", _close, kind="tertiary")
    for message in found.path():
        cell.show_said(message, "said")


def _close() -> None:
    widgets.take(READ)
