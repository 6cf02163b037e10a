"""Where a person writes: the message box, the model, the parameters, Stop."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.engine.live import LiveTape
from lib.files.upload_validation import LARGEST_UPLOAD
from lib.ui.chat import callbacks as chat_callbacks
from lib.ui.reply import attachments, outbox, parameters
from lib.ui.reply.uploads import Tray
from lib.ui.state import choices, structured
from lib.ui.state.session import Session

LONGEST_MESSAGE = 200_000
"""Characters; more is a document, not a message."""
SUGGESTIONS = (
    "Explain how a large language model writes its answer, in five sentences",
    "Write a Python function that finds the longest word in a text",
    "Give me three ideas for a short team workshop",
    "Write a haiku about a quiet morning",
)


def show(session: Session) -> DeltaGenerator:
    """Draw the pinned bottom of the page. Returns the slot of the Stop button."""
    conversation = session.conversation
    with st.container(key="hidden"):
        show_send_id(session)
        outbox.show(session)
    with st.bottom, st.container(key="tray"):
        again = chat_callbacks.write_down_again if session.recording else None
        attachments.show_waiting(session, chat_callbacks.detach, again)
        if app.get().engine.refuses_images(session.connection, session.conversation.model):
            st.caption(":material/hide_image: This model has refused images before.")
    is_drawing = session.is_drawing
    _put_back(session, chat_callbacks.PROMPT)
    st.chat_input(
        "Describe an image" if is_drawing else "Ask anything",
        key=chat_callbacks.PROMPT,
        max_chars=LONGEST_MESSAGE,
        accept_file="multiple",
        max_upload_size=LARGEST_UPLOAD // 1024**2,
        accept_audio=_can_write_down(session),
        on_submit=chat_callbacks.submit,
        disabled=session.connection.needs_key,
    )
    with st.bottom, st.container(key="composer", horizontal=True, vertical_alignment="center", gap="small"):
        choices.show_model(conversation, session.models)
        with st.popover(
            "Parameters", icon=":material/tune:", type="tertiary", key="parameters", on_change="rerun"
        ) as popover:
            if popover.open:
                with st.container(width=parameters.WIDTH):
                    find = structured.in_chat
                    parameters.show(conversation, session.connection, find, is_drawing=is_drawing)
        st.space("stretch")
        return st.empty()


def show_box(session: Session, tray: Tray, key: str, placeholder: str, submit: Callable[[], None]) -> None:
    """Another page's message box, and the hidden field with the id that what is sent will carry."""
    with st.container(key="hidden"):
        show_send_id(session)
    _put_back(tray, key)
    st.chat_input(
        placeholder,
        key=key,
        max_chars=LONGEST_MESSAGE,
        accept_file="multiple",
        max_upload_size=LARGEST_UPLOAD // 1024**2,
        on_submit=submit,
        disabled=session.connection.needs_key,
    )


def _put_back(tray: Tray, key: str) -> None:
    """Write a text that comes back into the message box that is drawn next."""
    tray.drawn = tray.draft
    if tray.drawn:
        st.session_state[key] = tray.drawn


def show_send_id(session: Session) -> None:
    """The field with the id that the next click carries; it belongs into a container of the key `hidden`."""
    st.session_state[chat_callbacks.SEND_ID] = session.send_id
    st.text_input("Send id", key=chat_callbacks.SEND_ID, label_visibility="collapsed")


def _can_write_down(session: Session) -> bool:
    """Whether something may be spoken: the embedded model does not listen."""
    application = app.get()
    is_local = application.local_model is not None and not session.api_key
    return application.settings.transcription_model is not None and not is_local


def settle(tray: Tray, key: str = chat_callbacks.PROMPT) -> None:
    """The page is drawn: a text that was put back into the box stays the person's from here on.

    What a run draws after another one has begun is thrown away: then reading the session state ends it here.
    """
    if tray.drawn and tray.drawn == tray.draft:
        st.session_state.get(key)
        tray.draft = ""


def show_stop(tape: LiveTape, slot: DeltaGenerator) -> None:
    """A button that stops the running reply, from any tab, at any time."""
    if tape.is_remote:
        slot.caption(
            "Another process of this app runs this reply, or did so until a moment ago: then it ends soon."
        )
        return
    slot.button(
        "Stop",
        key=f"stop-{tape.reply_id}",
        icon=":material/stop_circle:",
        on_click=chat_callbacks.stop,
        args=(tape.reply_id,),
    )


def show_suggestions() -> None:
    """Something to begin with, for an empty chat."""
    st.pills(
        "Suggestions",
        SUGGESTIONS,
        key="suggestion",
        label_visibility="collapsed",
        on_change=chat_callbacks.pick,
        args=("suggestion",),
    )
