"""The settings of a conversation as one panel: for the composer of a chat and for each cell."""

import streamlit as st

from lib import app
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.capabilities import Capabilities
from lib.domain.models.connection import Connection
from lib.ui.state import choices, structured

WIDTH = 460
"""In pixels; the same for both tabs, so that nothing moves when they are switched."""


def show(
    conversation: Conversation,
    connection: Connection,
    find: structured.Find,
    prefix: str = "",
    *,
    is_image_model: bool = False,
) -> None:
    """Draw system prompt, parameters, structured output and tools, except what the model is known to lack.

    `prefix` is prepended to the widgets' keys; `find` finds the pasted text.
    """
    if is_image_model:
        choices.show(conversation, prefix, is_image_model=True)
        return
    general, structure = st.tabs(["General", "Structured"])
    known = app.get().store.capabilities.of(connection.base_url)
    missing = known.get(conversation.model or "", Capabilities()).missing
    with general:
        choices.show(conversation, prefix, missing=missing)
    with structure:
        structured.show(find, missing)
