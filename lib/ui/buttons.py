"""Buttons that look alike."""

from collections.abc import Callable
from typing import Literal

import streamlit as st


def button(
    label: str,
    key: str,
    icon: str,
    action: Callable[[], None],
    *,
    disabled: bool = False,
    kind: Literal["primary", "secondary", "tertiary"] = "secondary",
) -> None:
    """A button with a word and an icon."""
    st.button(label, key=key, icon=f":material/{icon}:", type=kind, disabled=disabled, on_click=action)
