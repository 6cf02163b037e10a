"""What JavaScript does around every page: its language, the sidebar of a phone, the focus in dialogs."""

from pathlib import Path

import streamlit as st

from lib.i18n import locale

_frame = st.components.v2.component(
    "frame", html="<span></span>", js=Path(__file__).with_name("frame.js").read_text("utf-8")
)


def show() -> None:
    """Let it do so."""
    _frame(data={"language": locale.current().tag}, key="frame")
