"""Copies text to the visitor's clipboard; a page can only do so with a few lines of JavaScript."""

import streamlit as st

from lib.engine.engine import new_id
from lib.ui.state.session import Session

_SCRIPT = """
export default function ({ data, parentElement }) {
  const area = parentElement.querySelector("textarea");
  if (!data || area.dataset.done === data.id) return;
  area.dataset.done = data.id;
  const byHand = () => {
    area.value = data.text;
    area.hidden = false;
    area.select();
    if (document.execCommand("copy")) area.hidden = true;
  };
  if (navigator.clipboard) navigator.clipboard.writeText(data.text).catch(byHand);
  else byHand();
}
"""
_copy = st.components.v2.component(
    "clipboard", html="<textarea hidden readonly aria-label='Copy this text' rows='6'></textarea>", js=_SCRIPT
)


def show(session: Session) -> None:
    """Copy what was asked for since the last run."""
    if session.copied is not None:
        _copy(data={"text": session.copied, "id": new_id()}, key="clipboard")
        st.toast("Copied", icon=":material/content_copy:")
        session.copied = None
