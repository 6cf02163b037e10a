"""The message box, and the id under which its content is sent once."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.engine.live import LiveTape
from lib.files.upload_validation import LARGEST_UPLOAD
from lib.ui.reply import outbox
from lib.ui.state import sending, widgets
from lib.ui.state.draft import Draft
from lib.ui.state.session import Session


def show(
    session: Session,
    draft: Draft,
    key: str,
    placeholder: str,
    on_submit: Callable[[], None],
    *,
    accept_audio: bool = False,
) -> None:
    """Draw a page's message box, and the hidden field with the id of the next send."""
    with st.container(key="hidden"):
        show_send_id(session)
        outbox.show(draft, key)
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
    st.text_input("Send id", key=sending.SEND_ID, label_visibility="collapsed")


def show_stop(tape: LiveTape, slot: DeltaGenerator) -> None:
    """Draw a button that stops the running reply, from any tab, at any time."""
    if tape.is_remote:
        slot.caption(
            "Another process of this app runs this reply, or did so until a moment ago: then it ends soon."
        )
        return
    slot.button(
        "Stop",
        key=f"stop-{tape.reply_id}",
        icon=":material/stop_circle:",
        on_click=app.get().engine.cancel,
        args=(tape.reply_id,),
    )
