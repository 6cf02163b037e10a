"""The tool calls of an answer: they are shown, never run."""

import streamlit as st

from lib.domain.reply.reply import ToolUse
from lib.domain.text.json_block import FENCE, JsonBlock
from lib.domain.text.markdown.literal import md
from lib.i18n.translation import gettext as _


def show(call: ToolUse) -> None:
    """Draw a tool call with its arguments."""
    said = md(_("Asks for the tool **{}**"), call.name) if call.name else _("Asks for a tool without a name")
    st.caption(md(":material/build: {}", said))
    st.code(JsonBlock().feed(call.arguments).removeprefix(FENCE) or "{}", language="json", wrap_lines=True)
