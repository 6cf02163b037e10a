"""What stands around the cells: the prompt, the composer, the comparisons of before."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.chat.comparisons import MOST_CELLS
from lib.ui import answer, comparing, composer, results, sidebar
from lib.ui.comparing import Comparing
from lib.ui.labels import plain
from lib.ui.session import Session

LIST = "comparisons.list"
_IDLE = "Each model goes on with its own conversation."


def show_sidebar(now: Comparing) -> None:
    """The sidebar of the compare page: a new comparison, and those of before."""
    with st.sidebar:
        sidebar.show_brand()
        st.button(
            "New comparison",
            key="new_comparison",
            icon=":material/add:",
            width="stretch",
            on_click=comparing.start_new,
        )
        summaries = app.get().store.comparisons.latest(comparing.LISTED)
        with st.container(key="conversations"):
            if summaries:
                titles = {summary.id: plain(summary.title) for summary in summaries}
                sidebar.choose(LIST, "Comparisons", titles, now.comparison.id, comparing.open_comparison)
            else:
                st.caption("Your comparisons will be listed here.")


def show_prompt(now: Comparing, tab: Session) -> None:
    """What all cells were asked; an invitation while nothing was."""
    prompt = now.comparison.prompt
    if prompt is not None:
        with (
            st.container(key="prompt_row", horizontal_alignment="right"),
            st.container(key="bubble-prompt", width="content"),
        ):
            answer.show_blocks(prompt)
        return
    st.markdown("### Compare models")
    if tab.connection.needs_key:
        st.info("Comparing needs an API key. Add one on the chat page first.", icon=":material/key:")
    else:
        st.caption(
            "Choose two to eight models, then ask once: they answer side by side, each with its figures."
        )


def show_composer(now: Comparing, tab: Session) -> DeltaGenerator:
    """Where a person writes to all cells at once. Returns the slot of what stands below the message box."""
    is_draft = now.comparison.prompt is None
    placeholder = "Ask all models" if is_draft else "Ask all of them something more"
    with st.bottom:  # a message box at the top level would make the page scroll after the longest answer
        composer.show_box(tab, placeholder, comparing.submit)
        with st.container(key="composer"):
            slot = st.empty()
    with slot.container(horizontal=True, vertical_alignment="center", gap="small"):
        if is_draft:
            is_full = len(now.comparison.cells) >= MOST_CELLS
            _button("Add a model", "add_cell", "add", comparing.add_cell, disabled=is_full)
            _button("Sweep temperature", "sweep", "device_thermostat", comparing.sweep)
        elif now.following:
            _button("Stop all", "stop_all", "stop_circle", comparing.stop_all)
        else:
            st.caption(_IDLE)
    return slot


def show_ended(now: Comparing, slot: DeltaGenerator) -> None:
    """What stands below the message box and below the cells when no reply runs any more."""
    if now.comparison.prompt is not None:
        slot.caption(_IDLE)
        results.show(now.comparison)


def leave(now: Comparing) -> None:
    """Go to the chat page when a cell was taken over."""
    if now.is_leaving:
        now.is_leaving = False
        st.switch_page("pages/chat.py")


def _button(label: str, key: str, icon: str, action: Callable[[], None], *, disabled: bool = False) -> None:
    st.button(label, key=key, icon=f":material/{icon}:", type="tertiary", on_click=action, disabled=disabled)
