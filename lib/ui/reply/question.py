"""A question, drawn as it was typed: with its line breaks and spaces, links, and fenced code."""

import streamlit as st

from lib.domain.comparison.comparisons import SYNTHESIS
from lib.domain.conversation.messages import Message
from lib.domain.text.markdown.literal import literal_lines
from lib.domain.text.markdown.typed import Code, typed
from lib.ui.reply import answer, attachments


def show(message: Message) -> None:
    """Draw a question with its files."""
    attachments.show(message.attachments)
    show_text(message)


def show_text(message: Message) -> None:
    """Draw a question's text; a synthesis question contains answers, which are markdown."""
    if message.content.startswith(SYNTHESIS):
        answer.show_blocks(message.content)
        return
    show_text_of(message.content)


def show_text_of(content: str) -> None:
    """Draw what somebody typed."""
    for piece in typed(content):
        if isinstance(piece, Code):
            st.code(piece.text, piece.language or None)
        else:
            st.markdown(literal_lines(piece.text))
