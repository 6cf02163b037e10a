"""The settings of a conversation as one panel: for the composer of a chat and for each cell."""

import streamlit as st
from streamlit.elements.lib.mutable_popover_container import PopoverContainer

from lib import app
from lib.domain.models.capabilities import Capabilities
from lib.domain.models.connection import Connection
from lib.domain.text.markdown.literal import Markdown
from lib.i18n.translation import gettext as _
from lib.ui.state import choices, structured, widgets

WIDTH = 460
"""In pixels; the same for both tabs, so that nothing moves when they are switched."""
KEY = "parameters"
"""Key of the panel of a chat."""

# A field's value arrives when the field loses the focus. A panel that closes takes its fields away before: so
# they lose the focus first, and Escape closes the panel a moment later. Listens on the window: Streamlit does
# on the document.
_LEAVE = """
const PANEL = "[data-testid=stPopoverBody]";
export default function ({ parentElement }) {
  const field = () => {
    const at = document.activeElement;
    return at?.matches("input, textarea") && at.closest(PANEL) ? at : null;
  };
  const press = (event) => {
    const at = field();
    const isList = at?.getAttribute("aria-expanded") === "true";  // Escape closes an open list first
    if (event.key !== "Escape" || !at || isList || event.isComposing) return;
    event.stopImmediatePropagation();
    const panel = at.closest(PANEL);
    at.blur();
    setTimeout(() => panel.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })));
  };
  // The list of a field of the panel lies beside it.
  const inside = "[data-st-overlay-root], [role=listbox]";
  const point = (event) => event.target.closest?.(inside) || field()?.blur();
  const listeners = { keydown: press, pointerdown: point };
  const stop = () => {
    for (const [name, hear] of Object.entries(listeners)) window.removeEventListener(name, hear, true);
  };
  parentElement.stopWatching?.();  // what was begun by the run before
  parentElement.stopWatching = stop;
  for (const [name, hear] of Object.entries(listeners)) window.addEventListener(name, hear, true);
  return stop;
}
"""
_leave = st.components.v2.component("parameters_left", html="<span></span>", js=_LEAVE)


def open_panel() -> None:
    """Open the panel of a chat; for callbacks."""
    widgets.put(KEY, True)


def popover(key: str = KEY, label: Markdown | None = None) -> PopoverContainer:
    """Return the panel's popover; its content is drawn only while it is open."""
    # `rerun`: by default Streamlit draws the content of a closed popover too.
    name = label or _("Parameters")
    return st.popover(name, icon=":material/tune:", type="tertiary", key=key, on_change="rerun")


def show(form: structured.Form, connection: Connection, *, is_image_model: bool = False) -> None:
    """Draw system prompt, parameters, structured output and tools, except what the model is known to lack."""
    conversation, prefix = form.conversation, form.prefix
    with st.container(width=WIDTH):
        _leave(key=f"{prefix}left")
        if is_image_model:
            choices.show(conversation, prefix, is_image_model=True)
            return
        general, structure = st.tabs([_("General"), _("JSON and tools")])
        known = app.get().store.capabilities.of(connection.base_url)
        missing = known.get(conversation.model or "", Capabilities()).missing
        with general:
            choices.show(conversation, prefix, missing=missing)
        with structure:
            structured.show(form, missing)
