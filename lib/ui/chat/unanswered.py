"""A question that got no answer: its text returns to the message box."""

import streamlit as st

from lib.domain.reply.reply import State
from lib.ui.state.session import Session


def look(session: Session) -> bool:
    """Check how the reply that this tab waited for ended; return whether its question comes back."""
    conversation = session.conversation
    leaf = conversation.messages.get(conversation.leaf_id or "")
    if not session.is_waiting or (leaf and leaf.reply and leaf.reply.state is State.RUNNING):
        return False
    session.is_waiting = False
    if (question := conversation.unanswered()) is None:
        return False
    session.draft.give_back(question.content, is_stored=True)
    return True


def give_back(session: Session) -> None:
    """After a reply's end, rerun the page if its question comes back."""
    if look(session):
        st.rerun()
