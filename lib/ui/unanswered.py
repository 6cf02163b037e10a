"""Gives a question that got no answer back to the person: its text returns to the message box."""

import streamlit as st

from lib.ui.session import Session

# What a person is typing is known to the browser alone: only there one can tell whether the box is empty.
_SCRIPT = """
export default function ({ data, parentElement }) {
  const box = document.querySelector(".st-key-prompt textarea");
  const held = parentElement.querySelector("span").dataset;
  if (!box || !data || held.text === data.text) return;
  const write = (text) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  if (data.text && !box.value) write(data.text);
  if (!data.text && box.value === held.text) write("");
  held.text = data.text;
}
"""
_message_box = st.components.v2.component("unanswered", html="<span></span>", js=_SCRIPT)


def show(session: Session) -> None:
    """Let the browser put the text into the box if that is empty, or take it out once it is asked again."""
    if session.returned is not None:
        _message_box(data={"text": session.returned}, key="unanswered")


def give_back(session: Session) -> None:
    """After a reply's end: if it failed without a word, draw the page again with the question in the box."""
    if question := session.conversation.unanswered():
        session.returned = question.content
        st.rerun()
