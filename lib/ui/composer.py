"""Where a person writes: the message box, the model, the parameters, Stop."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

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
    show_box(session, "Ask anything", actions.submit)
    with st.bottom, st.container(key="composer", horizontal=True, vertical_alignment="center", gap="small"):
        choices.show_model(conversation, session.models)
        with st.popover(
            "Parameters", icon=":material/tune:", type="tertiary", key="parameters", on_change="rerun"
        ) as popover:
            if popover.open:
                choices.show(conversation)
        st.space("stretch")
        return st.empty()


def show_box(session: Session, placeholder: str, submit: Callable[[], None]) -> None:
    """The message box, and the hidden field with the id that what is sent will carry."""
    with st.container(key="hidden"):
        st.session_state[actions.SEND_ID] = session.send_id
        st.text_input("Send id", key=actions.SEND_ID, label_visibility="collapsed")
    st.chat_input(
        placeholder,
        key=actions.PROMPT,
        max_chars=LONGEST_MESSAGE,
        on_submit=submit,
        disabled=session.connection.needs_key,
    )


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
