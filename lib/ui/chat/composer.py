"""The bottom of the chat page: the draft's files, the message box, the model, the parameters, and Stop."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.domain.text.markdown.literal import md
from lib.i18n.translation import gettext as _
from lib.ui.chat import callbacks
from lib.ui.composer import chips, message_box, parameters
from lib.ui.composer.model_picker import picker
from lib.ui.reply import attachments
from lib.ui.state import person
from lib.ui.state.conversation import sending
from lib.ui.state.session import Session


def show(session: Session) -> DeltaGenerator:
    """Draw the pinned bottom of the page, one box; return the slot of the Stop button."""
    conversation, is_image_model = session.conversation, session.is_image_model
    with st.bottom, st.container(key="tray"):
        again = callbacks.write_down_again if session.draft.recording else None
        attachments.show_waiting(session.draft, callbacks.detach, again)
        if app.get().engine.refuses_images(session.connection, conversation.model):
            st.caption(md(_(":material/hide_image: This model has refused images before.")))
    with st.bottom:  # at the top level Streamlit would scroll the page, also away from where a person reads
        message_box.show(
            session,
            session.draft,
            sending.PROMPT,
            _("Describe an image") if is_image_model else _("Ask anything"),
            callbacks.submit,
            subject=conversation.id,
            question=conversation.last_question(),
            is_temporary=conversation.is_temporary,
            accept_audio=_can_write_down(session),
        )
    with st.bottom, st.container(key="composer", horizontal=True, vertical_alignment="center", gap="xsmall"):
        picker.show(conversation, session)
        with parameters.popover() as popover:
            if popover.open:
                parameters.show(session.structure, session.connection, is_image_model=is_image_model)
        chips.show(conversation, callbacks.clear_parameter, is_image_model=is_image_model)
        return st.empty()


def _can_write_down(session: Session) -> bool:
    """Return whether speech can be transcribed: the embedded model cannot."""
    model = app.get().settings.transcription_model
    return model is not None and not session.is_local and person.may_use(model)
