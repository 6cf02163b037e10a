"""The field in which a person changes a question that was sent."""

from pathlib import Path

import streamlit as st

from lib.domain.conversation.messages import Message
from lib.i18n.translation import gettext as _
from lib.ui.chat import callbacks
from lib.ui.server.components import component

_keys = component("editor", Path(__file__).with_suffix(".js"))


def show(message: Message) -> None:
    """Draw the field with its buttons. Escape cancels, Ctrl+Enter sends."""
    key = f"editor-{message.id}"
    with st.container(border=True, key=f"editing-{message.id}"):
        st.text_area(_("Edit your message"), message.content, key=key, height="content")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button(_("Cancel"), key="cancel_edit", on_click=callbacks.edit, args=(None,))
            st.button(
                _("Send"), key="send_edit", type="primary", on_click=callbacks.resend, args=(message.id, key)
            )
        _keys(data={"message": message.id}, key=f"editor_keys-{message.id}")
