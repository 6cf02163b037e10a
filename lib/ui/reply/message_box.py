"""The message box, and the id under which its content is sent once."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.engine.live import LiveTape
from lib.files.upload_validation import LARGEST_UPLOAD
from lib.ui.state import widgets
from lib.ui.state.conversation import sending
from lib.ui.state.conversation.draft import Draft
from lib.ui.state.session import Session

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


def show(
    session: Session,
    draft: Draft,
    key: str,
    placeholder: str,
    on_submit: Callable[[], None],
    *,
    accept_audio: bool = False,
) -> None:
    """Draw a page's message box, and the hidden field with the id of the next send."""
    with st.container(key="hidden"):
        show_send_id(session)
        _show_returned(draft, key)
    st.chat_input(
        placeholder,
        key=key,
        max_chars=sending.LONGEST_MESSAGE,
        # No `file_type`: Streamlit would refuse by name, in its own words. What counts is a file's content.
        accept_file="multiple",
        accept_audio=accept_audio,
        # Only browsers check this; `lib/files/upload_validation.py` checks again.
        max_upload_size=LARGEST_UPLOAD // 1024**2,
        on_submit=on_submit,
        disabled=session.connection.needs_key,
    )


def _show_returned(draft: Draft, box: str) -> None:
    """Put the text into the box with this key, or remove it once it is sent; what a person types stays."""
    draft.returns_drawn = draft.returns
    if draft.returned is not None:
        data = {"box": box, "text": draft.returned, "returns": draft.returns, "is_stored": draft.is_stored}
        _outbox(data=data, key="outbox")


def show_send_id(session: Session) -> None:
    """Draw the field with the next click's id; it belongs in a container with the key `hidden`."""
    widgets.put(sending.SEND_ID, session.send_id)
    st.text_input("Send id", key=sending.SEND_ID, label_visibility="collapsed")


def show_stop(tape: LiveTape, slot: DeltaGenerator) -> None:
    """Draw a button that stops the running reply, from any tab, at any time."""
    if tape.is_remote:
        slot.caption(
            "This reply runs in another process and cannot be stopped here. If that process is gone, "
            "the reply ends soon."
        )
        return
    slot.button(
        "Stop",
        key=f"stop-{tape.reply_id}",
        icon=":material/stop_circle:",
        on_click=app.get().engine.cancel,
        args=(tape.person_id, tape.reply_id),
    )
