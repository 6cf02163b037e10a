"""Buttons that make a file when they are pressed."""

from collections.abc import Callable
from io import BytesIO

import streamlit as st

from lib.domain.text.markdown.literal import literal
from lib.ui.state import exports


def show(
    label: str,
    data: Callable[[], str | BytesIO],
    file_name: str,
    mime: str,
    about: str,
    *,
    kind: str = "",
) -> None:
    """Draw a download button; `about` and `kind`, by default the label, are for the audit log."""
    st.download_button(
        literal(label),
        exports.audited(data, about, kind or label),
        file_name,
        mime,
        key=f"download_{file_name}",
        icon=":material/download:",
        # No rerun, which would draw the whole page: Streamlit calls `data` on the click, in another thread.
        on_click="ignore",
    )
