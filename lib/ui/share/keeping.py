"""Buttons and links to a recording or a presentation."""

from collections.abc import Callable

import streamlit as st

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.recordings import RecordingKind
from lib.i18n.translation import gettext as _
from lib.ui.kit import buttons
from lib.ui.share import recording_callbacks
from lib.ui.state.comparison import playback
from lib.ui.state.comparison.comparison import OPEN
from lib.ui.state.pages import PRESENT_PAGE, RECORDINGS_PAGE
from lib.ui.state.person import library


def show_keep(comparison: Comparison) -> None:
    """Draw a button that keeps a comparison as a recording."""
    _show_keep(recording_callbacks.keep_comparison, comparison.id)


def show_keep_run(run_id: str) -> None:
    """Draw a button that keeps a deck run as a recording."""
    _show_keep(recording_callbacks.keep_run, run_id)


def _show_keep(action: Callable[[str], None], source_id: str) -> None:
    buttons.button(
        _(recording_callbacks.KEEP), "keep", "radio_button_checked", action, source_id, kind="tertiary"
    )


def show_example() -> None:
    """Draw a link to an example comparison, for people who have not compared anything yet."""
    for summary in library().recordings.latest(1, RecordingKind.COMPARISON):
        st.page_link(
            RECORDINGS_PAGE,
            label=_("Watch a recorded comparison"),
            icon=":material/play_circle:",
            query_params={playback.OPEN: summary.id},
        )


def show_present(comparison: Comparison) -> None:
    """Draw a link to the presentation of a comparison."""
    st.page_link(
        PRESENT_PAGE, label=_("Present"), icon=":material/slideshow:", query_params={OPEN: comparison.id}
    )
