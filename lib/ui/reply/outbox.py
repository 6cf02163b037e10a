"""Gives a question that got no answer back to the person: its text returns to the message box."""

import streamlit as st

from lib.domain.reply.reply import State
from lib.ui.state.session import Session

# What a person is typing is known to the browser alone: only there one can tell whether the box is empty.
_SCRIPT = """
export default function ({ data, parentElement }) {
  const box = document.querySelector(".st-key-prompt textarea");
  const held = parentElement.querySelector("span").dataset;
  if (!box || !data || (held.text === data.text && held.times === String(data.times))) return;
  const write = (text) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  if (data.text && !box.value) write(data.text);
  if (!data.text && box.value === held.text) write("");
  Object.assign(held, data);
}
"""
_message_box = st.components.v2.component("unanswered", html="<span></span>", js=_SCRIPT)


def show(session: Session) -> None:
    """Let the browser put the text into the box if that is empty, or take it out once it is asked again."""
    look(session)
    if session.returned is not None:
        with st.container(key="hidden_outbox"):
            _message_box(data={"text": session.returned, "times": session.returns}, key="unanswered")


def look(session: Session) -> bool:
    """See how the reply that this tab waited for has ended; says whether its question comes back."""
    conversation = session.conversation
    leaf = conversation.messages.get(conversation.leaf_id or "")
    if not session.is_waiting or (leaf and leaf.reply and leaf.reply.state is State.RUNNING):
        return False
    session.is_waiting = False
    if (question := conversation.unanswered()) is None:
        return False
    session.returned = question.content
    session.returns += 1
    return True


def give_back(session: Session) -> None:
    """After a reply's end: draw the page again if its question comes back."""
    if look(session):
        st.rerun()
