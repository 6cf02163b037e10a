"""Badges, and what Streamlit makes of labels.

Streamlit reads labels, captions, tooltips and toasts as markdown, so they are typed `Markdown`. The options
of a selectbox, a text field's placeholder and a page's title are plain text: nothing is escaped there.
"""

import streamlit as st

from lib.domain.text.markdown.literal import Markdown, md


def show_badge(label: str, icon: Markdown | None = None) -> None:
    """Draw a gray badge; `st.badge` would escape the `plain` parts of the label a second time."""
    st.markdown(
        md(":gray-badge[{} {}]", icon, label) if icon else md(":gray-badge[{}]", label), width="content"
    )
