"""The settings of a conversation as one panel: for the composer of a chat and for each cell."""

from pathlib import Path

import streamlit as st
from streamlit.elements.lib.mutable_popover_container import PopoverContainer

from lib import app
from lib.domain.models.capabilities import Capabilities
from lib.domain.models.connection import Connection
from lib.domain.text.markdown.literal import Markdown
from lib.i18n.translation import gettext as _
from lib.ui.server.components import component
from lib.ui.state import choices, structured, widgets

WIDTH = 460
"""In pixels; the same for both tabs, so that nothing moves when they are switched."""
KEY = "parameters"
"""Key of the panel of a chat."""

FIELD = "parameters.field"
"""Key of the name of the field at which the panel of a chat was opened."""
_focus = component("parameters", Path(__file__).with_suffix(".js"))


def open_at(field: str) -> None:
    """Open the panel of a chat at a field, by the name of the parameter; for callbacks."""
    widgets.put(KEY, True)
    widgets.put(FIELD, field)


def _forget_field() -> None:
    widgets.take(FIELD)


def popover(key: str = KEY, label: Markdown | None = None) -> PopoverContainer:
    """Return the panel's popover; its content is drawn only while it is open."""
    # With a callback: by default Streamlit draws the content of a closed popover too.
    name = label or _("Parameters")
    return st.popover(name, icon=":material/tune:", type="tertiary", key=key, on_change=_forget_field)


def show(form: structured.Form, connection: Connection, *, is_image_model: bool = False) -> None:
    """Draw system prompt, parameters, structured output and tools, except what the model is known to lack."""
    conversation, prefix, field = form.conversation, form.prefix, widgets.text(FIELD)
    with st.container(width=WIDTH):
        _focus(data={"field": _element(field)}, key=f"{prefix}focus")
        if is_image_model:
            choices.show(conversation, prefix, is_image_model=True)
            return
        tabs = [_("General"), _("JSON and tools")]
        is_structure = choices.PARAMS + field in (structured.FORMAT, structured.TOOLS)
        general, structure = st.tabs(tabs, default=tabs[is_structure])
        known = app.get().store.capabilities.of(connection.base_url)
        missing = known.get(conversation.model or "", Capabilities()).missing
        with general:
            choices.show(conversation, prefix, missing=missing)
        with structure:
            structured.show(form, missing)


def _element(field: str) -> str:
    """Return what Streamlit makes of the key of a field's widget."""
    key = field if field in ("", choices.SYSTEM_PROMPT) else choices.PARAMS + field
    return key.replace(".", "-")
