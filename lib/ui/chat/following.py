"""Keeps the newest message in view, and leaves the page alone while a person reads further up."""

from pathlib import Path

import streamlit as st

from lib.i18n.translation import gettext as _
from lib.ui.server.components import component
from lib.ui.state.session import Session

_ARROW = (
    '<button type="button" hidden><svg viewBox="0 0 24 24" aria-hidden="true">'
    '<path d="M12 5v14m-6-6 6 6 6-6"/></svg></button>'
)
_STYLE = """
button {
  display: grid; place-items: center; width: 2.4rem; height: 2.4rem; padding: 0; cursor: pointer;
  color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: 50%; box-shadow: 0 1px 6px rgb(0 0 0 / 0.15);
}
button[hidden] { display: none; }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
svg { width: 1.2rem; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; }
@media (pointer: coarse) { button { width: 44px; height: 44px; } }
"""
_following = component("following", Path(__file__).with_suffix(".js"), html=_ARROW, css=_STYLE)


def show(session: Session) -> None:
    """Draw the button that leads to the end of the page, above the message box, and go there after a send."""
    # Each send, and each conversation that is opened, begins with an id of its own.
    data = {
        "opened": session.send_id,
        "isEditing": session.editing is not None,
        "label": _("Jump to the latest"),
    }
    with st.bottom:
        _following(data=data, key="following")
