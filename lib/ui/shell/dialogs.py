"""The dialogs that every page with a sidebar can open, and the offer to undo a deletion."""

import streamlit as st

from lib.domain.text.markdown.literal import md
from lib.i18n.translation import gettext as _
from lib.ui.kit import buttons
from lib.ui.kit import dialogs as kit_dialogs
from lib.ui.shell.settings import account, api_key, dialog
from lib.ui.state import panel, undo
from lib.ui.state.conversation import conversations
from lib.ui.state.person import library

SETTINGS, CONNECT, RENAME = "settings", "connect", "rename"


def show() -> None:
    """Draw the open dialog, if it is one of these."""
    name = panel.held().name
    if name == SETTINGS:
        panel.show(_("Settings"), dialog.show, width="medium")
    elif name == CONNECT:
        panel.show(_("Connect SynStar AI"), api_key.show, icon="key")
    elif name == RENAME:
        panel.show(_("Rename this chat"), _rename)
    elif name == account.REMOVAL:
        panel.show(_("Remove your account?"), account.show_removal)
    _show_undo()


def _rename() -> None:
    """Draw the form for the title of the chat that the panel is about."""
    conversation_id = panel.held().subject or ""
    summary = library().conversations.summary(conversation_id)
    title = summary.title if summary else ""
    kit_dialogs.show_rename(title, conversations.rename, conversation_id, cancel=panel.close)


def _show_undo() -> None:
    """Offer to bring back what was deleted a moment ago; the style lets the offer fade."""
    if deleted := undo.offered():
        with st.container(key=f"undo-{deleted.id}", horizontal=True, vertical_alignment="center"):
            st.markdown(md(_("“{}” was deleted."), deleted.title))
            buttons.button(_("Undo"), "undo", "undo", undo.take, kind="tertiary")
