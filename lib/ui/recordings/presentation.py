"""A presentation: large type, no other part of the app, and only what has been revealed."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from lib.domain.comparison.comparisons import Comparison
from lib.domain.text.markdown.literal import literal
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.kit import buttons, keys
from lib.ui.recordings import overview
from lib.ui.reply import question, results, watched_cells
from lib.ui.reply.cell import CellPlaceholders
from lib.ui.share import share_links
from lib.ui.state.comparison import playback as playback_state
from lib.ui.state.comparison import presentation as presentation_state
from lib.ui.state.comparison.comparison import OPEN
from lib.ui.state.comparison.presentation import ALL, ONE, PresentationState
from lib.ui.state.pages import COMPARE_PAGE, RECORDINGS_PAGE

_VIEWS = {ALL: mark("All answers"), ONE: mark("One at a time")}


def show(state: PresentationState | None) -> list[CellPlaceholders]:
    """Draw what is revealed; return the slots of the cells that run or play."""
    if state is None:
        st.info(_("There is nothing here to present."), icon=":material/slideshow:")
        st.page_link(COMPARE_PAGE, label=_("Compare models"), icon=":material/view_column:")
        return []
    if state.has_left:
        _go_back(state)
    keys.listen(presentation_state.press)
    comparison = state.comparison
    _show_controls(state)
    with st.container(key="stage"):
        _show_question(state, comparison)
        with st.container(key="cells"):
            return _show_cells(state, comparison)


def follow(state: PresentationState, running: list[CellPlaceholders]) -> None:
    """Follow the running or playing cells until they end."""
    if not running:
        return
    if state.player:
        with state.player.watched():
            watched_cells.follow(running)
    else:
        watched_cells.follow(running)
    st.rerun()


def show_results(state: PresentationState) -> None:
    """Draw the report's link and the cells' figures, which are revealed last."""
    comparison = state.comparison
    if state.revealed > len(comparison.cells):
        share_links.show_code(state.id)
        if len(comparison.compared) > 1:
            results.show(comparison, state.prices)


def _go_back(state: PresentationState) -> None:
    if state.recording:
        st.switch_page(RECORDINGS_PAGE, query_params={playback_state.OPEN: state.id})
    st.switch_page(COMPARE_PAGE, query_params={OPEN: state.id})


def _show_controls(state: PresentationState) -> None:
    """Draw the presenter's quiet row of buttons; keys do the same."""
    is_last = state.revealed == state.steps and state.at + 1 == len(state.scenes)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="presenter"):
        is_first = not (state.revealed or state.at)
        _show_icon("arrow_back", _("Back (←)"), presentation_state.step_back, is_first)
        _show_icon("arrow_forward", _("Reveal the next (→)"), presentation_state.step_on, is_last)
        if state.revealed < len(state.comparison.cells):
            st.button(
                _("Reveal all"), key="reveal_all", type="tertiary", on_click=presentation_state.reveal_all
            )
        if state.player and not state.player.is_over:
            pause, play = ("pause", _("Pause (space)")), ("play_arrow", _("Go on (space)"))
            icon, label = pause if state.player.is_playing else play
            _show_icon(icon, label, presentation_state.pause_or_play)
        if state.recording:
            overview.mark(state.recording)
        st.space("stretch")
        st.toggle(
            _("Cost"), state.has_costs, key=presentation_state.COSTS, on_change=presentation_state.choose
        )
        st.segmented_control(
            _("Answers shown"),
            [ALL, ONE],
            default=state.view,
            format_func=lambda view: literal(_(_VIEWS[view])),
            key=presentation_state.VIEW,
            label_visibility="collapsed",
            required=True,
            on_change=presentation_state.choose,
        )
        _show_icon("close", _("Leave (Esc)"), presentation_state.leave)


def _show_question(state: PresentationState, comparison: Comparison) -> None:
    """Draw the question: alone in the middle before the first answer, then above all answers."""
    if asked := watched_cells.question_of(comparison):
        with st.container(key="stage_prompt" if state.revealed else "stage_opening"):
            question.show(asked)


def _show_cells(state: PresentationState, comparison: Comparison) -> list[CellPlaceholders]:
    is_followed = not state.player or state.player.is_playing
    cells = watched_cells.of(
        comparison,
        state.tapes,
        state.prices,
        votes=state.round,
        is_followed=is_followed,
        is_live=not state.recording,
    )
    if state.view == ONE:
        return watched_cells.show(cells[max(0, state.revealed - 1) : state.revealed])
    unseen = [replace(cell, answer=()) for cell in cells[state.revealed :]]
    return watched_cells.show([*cells[: state.revealed], *unseen]) if state.revealed else []


def _show_icon(icon: str, label: str, action: Callable[[], None], is_disabled: bool = False) -> None:
    buttons.show_icon(icon, label, action, key="presenter", disabled=is_disabled)
