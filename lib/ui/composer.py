"""Where a person writes: the message box, the model, the parameters, Stop."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.chat.capabilities import Capabilities
from lib.engine.live import LiveTape
from lib.files.intake import LARGEST_UPLOAD
from lib.ui import actions, attached, choices, structured, unanswered
from lib.ui.session import Session

LONGEST_MESSAGE = 200_000
"""Characters; more is a document, not a message."""
WIDTH = 460
"""Of the parameters, in pixels: the same for both tabs, so that nothing moves between them."""
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
        unanswered.show(session)
    with st.bottom, st.container(key="tray"):
        attached.show_waiting(session)
        if app.get().engine.refuses_images(session.connection, session.conversation.model):
            st.caption(":material/hide_image: This model has refused images before.")
    is_drawing = session.is_drawing
    session.drawn = session.draft
    if session.drawn:
        st.session_state[actions.PROMPT] = session.drawn
    st.chat_input(
        "Describe an image" if is_drawing else "Ask anything",
        key=actions.PROMPT,
        max_chars=LONGEST_MESSAGE,
        accept_file="multiple",
        max_upload_size=LARGEST_UPLOAD // 1024**2,
        accept_audio=_can_write_down(session),
        on_submit=actions.submit,
        disabled=session.connection.needs_key,
    )
    with st.bottom, st.container(key="composer", horizontal=True, vertical_alignment="center", gap="small"):
        choices.show_model(conversation, session.models)
        with st.popover(
            "Parameters", icon=":material/tune:", type="tertiary", key="parameters", on_change="rerun"
        ) as popover:
            if popover.open:
                _show_parameters(session, is_drawing=is_drawing)
        st.space("stretch")
        return st.empty()


def show_box(session: Session, key: str, placeholder: str, submit: Callable[[], None]) -> None:
    """A message box for text alone, and the hidden field with the id that what is sent will carry."""
    with st.container(key="hidden"):
        show_send_id(session)
    st.chat_input(
        placeholder,
        key=key,
        max_chars=LONGEST_MESSAGE,
        on_submit=submit,
        disabled=session.connection.needs_key,
    )


def show_send_id(session: Session) -> None:
    """The field with the id that the next click carries; it belongs into a container of the key `hidden`."""
    st.session_state[actions.SEND_ID] = session.send_id
    st.text_input("Send id", key=actions.SEND_ID, label_visibility="collapsed")


def _can_write_down(session: Session) -> bool:
    """Whether something may be spoken: the embedded model does not listen."""
    application = app.get()
    is_local = application.local_model is not None and not session.api_key
    return application.settings.transcription_model is not None and not is_local


def settle(session: Session) -> None:
    """The page is drawn: a text that was put back into the box stays the person's from here on.

    What a run draws after another one has begun is thrown away: then reading the session state ends it here.
    """
    if session.drawn and session.drawn == session.draft:
        st.session_state.get(actions.PROMPT)
        session.draft = ""


def show_stop(tape: LiveTape, slot: DeltaGenerator) -> None:
    """A button that stops the running reply, from any tab, at any time."""
    slot.button(
        "Stop", key="stop", icon=":material/stop_circle:", on_click=actions.stop, args=(tape.reply_id,)
    )


def show_suggestions() -> None:
    """Something to begin with, for an empty chat."""
    st.pills(
        "Suggestions",
        SUGGESTIONS,
        key="suggestion",
        label_visibility="collapsed",
        on_change=actions.pick,
        args=("suggestion",),
    )


def _show_parameters(session: Session, *, is_drawing: bool) -> None:
    with st.container(width=WIDTH):
        if is_drawing:
            choices.show(session.conversation, is_drawing=True)
            return
        general, structure = st.tabs(["General", "Structured"])
        with general:
            known = app.get().store.models.capabilities(session.connection.base_url)
            capabilities = known.get(session.conversation.model or "", Capabilities())
            choices.show(session.conversation, missing=capabilities.missing)
        with structure:
            structured.show(session, capabilities.missing)
