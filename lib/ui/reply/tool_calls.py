"""The tool calls of an answer: they are shown, never run."""

import streamlit as st

from lib.domain.reply.reply import ToolUse
from lib.domain.text.json_block import FENCE, JsonBlock
from lib.domain.text.markdown.literal import md


def show(call: ToolUse) -> None:
    """Draw a tool call with its arguments."""
    st.caption(md(":material/build: Asks for the tool **{}**", call.name or "without a name"))
    st.code(JsonBlock().feed(call.arguments).removeprefix(FENCE) or "{}", language="json", wrap_lines=True)
