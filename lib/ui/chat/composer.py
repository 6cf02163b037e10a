"""The bottom of the chat page: the draft's files, the message box, the model, the parameters, and Stop."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.ui.chat import callbacks
from lib.ui.reply import attachments, message_box, parameters
from lib.ui.state import choices, person, structured
from lib.ui.state.conversation import sending
from lib.ui.state.session import Session


def show(session: Session) -> DeltaGenerator:
    """Draw the pinned bottom of the page; return the slot of the Stop button."""
    conversation, is_image_model = session.conversation, session.is_image_model
    with st.bottom, st.container(key="tray"):
        again = callbacks.write_down_again if session.draft.recording else None
        attachments.show_waiting(session.draft, callbacks.detach, again)
        if app.get().engine.refuses_images(session.connection, conversation.model):
            st.caption(":material/hide_image: This model has refused images before.")
    placeholder = "Describe an image" if is_image_model else "Ask anything"
    # Not in `st.bottom`: the page follows a growing answer only if the box is at the top level.
    message_box.show(
        session,
        session.draft,
        sending.PROMPT,
        placeholder,
        callbacks.submit,
        accept_audio=_can_write_down(session),
    )
    with st.bottom, st.container(key="composer", horizontal=True, vertical_alignment="center", gap="small"):
        choices.show_model(conversation, session.models)
        # `rerun`: by default Streamlit draws the content of a closed popover too.
        with st.popover(
            "Parameters", icon=":material/tune:", type="tertiary", key="parameters", on_change="rerun"
        ) as popover:
            if popover.open:
                with st.container(width=parameters.WIDTH):
                    find = structured.in_chat
                    parameters.show(conversation, session.connection, find, is_image_model=is_image_model)
        st.space("stretch")
        return st.empty()


def _can_write_down(session: Session) -> bool:
    """Return whether speech can be transcribed: the embedded model cannot."""
    model = app.get().settings.transcription_model
    return model is not None and not session.is_local and person.may_use(model)
