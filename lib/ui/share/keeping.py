"""Buttons and links that lead to a recording or to a presentation."""

from collections.abc import Callable

import streamlit as st

from lib import app
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.recordings import RecordingKind
from lib.ui.share import recording_callbacks
from lib.ui.state import playback
from lib.ui.state.comparison import OPEN

KEEP_ICON = ":material/radio_button_checked:"
RECORDINGS_PAGE, PRESENT_PAGE = "pages/recordings.py", "pages/present.py"


def show_keep(comparison: Comparison) -> None:
    """A button that keeps a comparison as a recording."""
    _show_keep(recording_callbacks.keep_comparison, comparison.id)


def show_keep_run(run_id: str) -> None:
    """A button that keeps the run of a deck as a recording."""
    _show_keep(recording_callbacks.keep_run, run_id)


def _show_keep(action: Callable[[str], None], source_id: str) -> None:
    st.button(
        recording_callbacks.KEEP,
        key="keep",
        icon=KEEP_ICON,
        type="tertiary",
        on_click=action,
        args=(source_id,),
    )


def show_example() -> None:
    """Where nothing was compared yet: a link to a comparison that can be watched at once."""
    for summary in app.get().store.recordings.latest(1, RecordingKind.COMPARISON):
        st.page_link(
            RECORDINGS_PAGE,
            label="Watch a recorded comparison",
            icon=":material/play_circle:",
            query_params={playback.OPEN: summary.id},
        )


def show_present(comparison: Comparison) -> None:
    """A link to the presentation of a comparison."""
    st.page_link(
        PRESENT_PAGE, label="Present", icon=":material/slideshow:", query_params={OPEN: comparison.id}
    )
