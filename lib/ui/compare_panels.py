"""The dialogs of the compare page."""

from collections.abc import Callable

import streamlit as st

from lib.chat.comparisons import expected_tokens
from lib.ui import asking, audience, comparison_actions
from lib.ui.comparing import Comparing, held
from lib.ui.labels import plain

DELETE = "Delete"
"""The names of the dialogs."""


def show(now: Comparing) -> None:
    """Draw the dialog that is open, if one is."""
    if now.pending is not None:
        _ask_first(now)
    elif draw := _PANELS.get(now.panel or ""):
        draw()


def _closed() -> None:
    comparison_actions.open_panel(None)


@st.dialog("Run this?", on_dismiss=asking.withdraw)
def _ask_first(now: Comparing) -> None:
    cells = now.comparison.cells
    tokens = expected_tokens(cells, now.pending or "", now.repeats)
    st.markdown(f"{len(cells)} cells with {now.repeats} answers each will take about **{tokens:,} tokens**.")
    if st.button("Run", key="confirm_run", type="primary", on_click=asking.confirm):
        st.rerun()


@st.dialog("Delete this comparison?", on_dismiss=_closed)
def _delete() -> None:
    title = plain(held().comparison.title)
    st.markdown(f"“{title}” goes for good, with all that was said in its cells.")
    if st.button("Delete", key="confirm_delete", type="primary", on_click=comparison_actions.delete):
        st.rerun()


_PANELS: dict[str, Callable[[], None]] = {DELETE: _delete, audience.PANEL: audience.show_dialog}
