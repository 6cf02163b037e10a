"""Returns a text to the message box: one that was not sent, or a question that got no answer."""

import streamlit as st

from lib.ui.state.draft import Draft

# Only the browser knows what a person is typing, so only it can tell whether the box is free. React keeps a
# copy of its fields' values: it sees a new value only after a call of the prototype's own setter and an
# `input` event.
_SCRIPT = """
export default function ({ data, parentElement }) {
  const held = parentElement.querySelector("span").dataset;
  let frame = 0;
  const write = (box, text) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const put = () => {
    const box = document.querySelector(`.st-key-${data.box} textarea`);
    if (!box) { frame = requestAnimationFrame(put); return; }  // it is drawn a moment later
    if (held.text === data.text && held.returns === String(data.returns)) return;
    if (!box.value || box.value === held.text) write(box, data.text);
    else if (data.text && !data.is_stored) write(box, `${data.text}\\n${box.value}`);
    Object.assign(held, { text: data.text, returns: data.returns });
  };
  put();
  return () => cancelAnimationFrame(frame);
}
"""
_outbox = st.components.v2.component("outbox", html="<span></span>", js=_SCRIPT)


def show(draft: Draft, box: str) -> None:
    """Put the text into the box with this key, or remove it once it is sent; what a person types stays."""
    draft.drawn = draft.returns
    if draft.returned is not None:
        data = {"box": box, "text": draft.returned, "returns": draft.returns, "is_stored": draft.is_stored}
        _outbox(data=data, key="outbox")
