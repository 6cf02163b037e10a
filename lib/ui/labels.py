"""Text that Streamlit takes for markdown, shown as it is.

For labels, captions, tooltips, toasts and all else that Streamlit reads as markdown. The options of a
selectbox, a text field's placeholder and a page's title are plain text: nothing is escaped there.
"""

import streamlit as st

from lib.chat.markdown.literal import literal, plain

__all__ = ["literal", "plain", "show_badge"]


def show_badge(label: str, icon: str = "") -> None:
    """Draw a gray badge; `st.badge` would escape once more what is `plain` in the label."""
    st.markdown(f":gray-badge[{icon} {label}]" if icon else f":gray-badge[{label}]", width="content")
