"""Where a person writes: the message box, the model, the parameters, Stop."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.chat.capabilities import Capabilities
from lib.engine.live import LiveTape
from lib.ui import actions, choices
from lib.ui.session import Session

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
        st.session_state[actions.SEND_ID] = session.send_id
        st.text_input("Send id", key=actions.SEND_ID, label_visibility="collapsed")
    st.chat_input(
        "Ask anything",
        key=actions.PROMPT,
        max_chars=LONGEST_MESSAGE,
        on_submit=actions.submit,
        disabled=session.connection.needs_key,
    )
    with st.bottom, st.container(key="composer", horizontal=True, vertical_alignment="center", gap="small"):
        _show_models(session)
        with st.popover(
            "Parameters", icon=":material/tune:", type="tertiary", key="parameters", on_change="rerun"
        ) as popover:
            if popover.open:
                known = app.get().store.models.capabilities(session.connection.base_url)
                choices.show(conversation, known.get(conversation.model or "", Capabilities()).missing)
        st.space("stretch")
        return st.empty()


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


def _show_models(session: Session) -> None:
    models = session.models
    chosen = session.conversation.model or (models[0] if models else None)
    if chosen and chosen not in models:
        models.insert(0, chosen)
    session.conversation.model = st.session_state[choices.MODEL] = chosen
    st.selectbox(
        "Model",
        models,
        key=choices.MODEL,
        index=0 if models else None,
        placeholder="Choose a model",
        label_visibility="collapsed",
        accept_new_options=True,
        on_change="ignore",
        width=280,
    )
