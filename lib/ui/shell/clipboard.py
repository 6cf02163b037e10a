"""Copies text to the visitor's clipboard, which takes a few lines of JavaScript."""

import streamlit as st

from lib.engine.sending import new_id
from lib.i18n.translation import gettext as _
from lib.ui.state import widgets

COPIED = "copied"

# Browsers have `navigator.clipboard` on https and loopback only; elsewhere the text is shown, selected.
# Streamlit calls the script on every rerun: `id` tells which text has been copied already.
_SCRIPT = """
export default function ({ data, parentElement }) {
  const area = parentElement.querySelector("textarea");
  if (!data || area.dataset.done === data.id) return;
  area.dataset.done = data.id;
  area.ariaLabel = data.label;
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
    "clipboard", html="<textarea hidden readonly rows='6'></textarea>", js=_SCRIPT
)


def copy(text: str) -> None:
    """Copy a text to the clipboard in the next run of the page; for callbacks."""
    widgets.put(COPIED, text)


def show() -> None:
    """Copy the text that callbacks asked for since the last run."""
    if (text := widgets.take(COPIED)) is not None:
        _copy(data={"text": text, "id": new_id(), "label": _("Copy this text")}, key="clipboard")
        st.toast(_("Copied"), icon=":material/content_copy:")
