"""The message box, and the id under which its content is sent once."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.domain.conversation.messages import Message
from lib.domain.text.markdown.literal import literal
from lib.engine.live import LiveTape
from lib.files.upload_validation import LARGEST_UPLOAD
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.ui.composer.model_picker import picker
from lib.ui.server.components import component
from lib.ui.state import person, widgets
from lib.ui.state.conversation import sending
from lib.ui.state.conversation.draft import Draft
from lib.ui.state.session import Session

NEAR_LIMIT = 0.9
"""From this share of the longest message on, the box counts its characters."""
SCRIPTS = "drafts.js", "message_box.js"
_box = component("message_box", *(Path(__file__).with_name(name) for name in SCRIPTS))


def show(
    session: Session,
    draft: Draft,
    key: str,
    placeholder: str,
    on_submit: Callable[[], None],
    *,
    subject: str,
    question: Message | None,
    is_temporary: bool = False,
    accept_audio: bool = False,
    has_models: bool = True,
) -> None:
    """Draw a page's message box, and the hidden field with the id of the next send.

    The box has the focus when the page opens, and again with each new `subject`, with which it keeps what is
    typed and not sent, also through a reload unless `is_temporary`; before there is a `question`, all
    subjects are one. A text that was sent and has not arrived is put back into the box. `has_models` brings
    the list for the page's model pickers.
    """
    with st.container(key="hidden"):
        show_send_id(session)
        if has_models:
            picker.show_list(session)
        draft.returns_drawn = draft.returns
        drawn = _box(
            data={
                "box": key,
                "text": draft.returned,
                "returns": draft.returns,
                "subject": subject,
                "person": person.person_id(),
                "is_temporary": is_temporary,
                "send_id": session.send_id,
                "taken": draft.submitted,
                "question": question.id if question else None,
                "checked": draft.checked,
                "has_arrived": draft.has_arrived,
                "sends_with": person.preferences().sends_with,
                "longest": sending.LONGEST_MESSAGE,
                "near": int(sending.LONGEST_MESSAGE * NEAR_LIMIT),
            },
            key="message_box",
            on_check_change=lambda: None,
            on_too_long_change=lambda: None,
        )
        if drawn.too_long:
            said = _("A message has at most {} characters. Add a longer text as a file.")
            st.toast(
                literal(said.format(formats.number(sending.LONGEST_MESSAGE))), icon=":material/content_cut:"
            )
        if drawn.check and drawn.check != draft.checked:
            # Only now: a session that was made anew knows no component before it is drawn.
            draft.checked = drawn.check
            draft.has_arrived = sending.has_arrived(str(drawn.check).partition(" ")[0])
            st.rerun()
    st.chat_input(
        placeholder,
        key=key,
        max_chars=sending.LONGEST_MESSAGE,
        # No `file_type`: Streamlit would refuse by name, in its own words. What counts is a file's content.
        accept_file="multiple",
        accept_audio=accept_audio,
        # Only browsers check this; `lib/files/upload_validation.py` checks again.
        max_upload_size=LARGEST_UPLOAD // 1024**2,
        on_submit=on_submit,
        disabled=session.connection.needs_key,
    )


def show_send_id(session: Session) -> None:
    """Draw the field with the next click's id; it belongs in a container with the key `hidden`."""
    widgets.put(sending.SEND_ID, session.send_id)
    st.text_input(_("Send ID"), key=sending.SEND_ID, label_visibility="collapsed")


def show_stop(tape: LiveTape, slot: DeltaGenerator) -> None:
    """Draw a button that stops the running reply, from any tab, at any time; it lies in Send's place."""
    slot.button(
        _("Stop"),
        key=f"stop-{tape.reply_id}",
        icon=":material/stop:",
        type="primary",
        on_click=app.get().engine.cancel,
        args=(tape.person_id, tape.reply_id),
    )
