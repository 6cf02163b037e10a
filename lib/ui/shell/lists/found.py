"""Shows what a search has found: scrolls to the message and marks the words in it."""

from dataclasses import asdict
from pathlib import Path

import streamlit as st

from lib.ui.state.session import Found

_found = st.components.v2.component(
    "found", html="<span></span>", js=Path(__file__).with_name("found.js").read_text("utf-8")
)


def show(found: Found | None) -> None:
    """Show it, once; as long as it is drawn, the words stay marked."""
    if found:
        _found(data=asdict(found), key="found")
