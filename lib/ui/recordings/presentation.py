"""A presentation: large type, nothing of the app around it, and only what has been revealed."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from lib.domain.comparison.comparisons import Comparison
from lib.domain.text.markdown.literal import literal
from lib.ui.kit import keys
from lib.ui.recordings import overview
from lib.ui.reply import question, results, watched_cells
from lib.ui.reply.watched_cells import Slots
from lib.ui.share import share_links
from lib.ui.state import playback as state_playback
from lib.ui.state import presentation as state_presentation
from lib.ui.state.comparison import OPEN
from lib.ui.state.presentation import ALL, ONE, Presenting

COMPARE_PAGE, RECORDINGS_PAGE = "pages/compare.py", "pages/recordings.py"


def show(now: Presenting | None) -> list[Slots]:
    """Draw what is revealed; returns the slots of what runs or is played."""
    if now is None:
        st.info("There is nothing here to present.", icon=":material/slideshow:")
        st.page_link(COMPARE_PAGE, label="Compare models", icon=":material/view_column:")
        return []
    if now.has_left:
        _go_back(now)
    keys.listen(state_presentation.press)
    comparison = now.comparison
    _show_controls(now)
    with st.container(key="stage"):
        _show_question(now, comparison)
        with st.container(key="cells"):
            return _show_cells(now, comparison)


def follow(now: Presenting, running: list[Slots]) -> None:
    """Follow what runs or is played until it has ended."""
    if not running:
        return
    if now.player:
        with now.player.watched():
            watched_cells.follow(running)
    else:
        watched_cells.follow(running)
    st.rerun()


def show_results(now: Presenting) -> None:
    """Draw where the report is and what the cells took, as the last thing to be revealed."""
    comparison = now.comparison
    if now.revealed > len(comparison.cells):
        share_links.show_code(now.id)
        if len(comparison.compared) > 1:
            results.show(comparison, now.prices)


def _go_back(now: Presenting) -> None:
    if now.recording:
        st.switch_page(RECORDINGS_PAGE, query_params={state_playback.OPEN: now.id})
    st.switch_page(COMPARE_PAGE, query_params={OPEN: now.id})


def _show_controls(now: Presenting) -> None:
    """The presenter's row: quiet, and the same by keys."""
    is_last = now.revealed == now.steps and now.at + 1 == len(now.scenes)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="presenter"):
        _icon("arrow_back", "Back (←)", state_presentation.step_back, disabled=not (now.revealed or now.at))
        _icon("arrow_forward", "Reveal the next (→)", state_presentation.step_on, disabled=is_last)
        if now.revealed < len(now.comparison.cells):
            st.button("Reveal all", key="reveal_all", type="tertiary", on_click=state_presentation.reveal_all)
        if now.player and not now.player.is_over:
            icon, label = (
                ("pause", "Pause (space)") if now.player.is_playing else ("play_arrow", "Go on (space)")
            )
            _icon(icon, label, state_presentation.pause_or_play)
        if now.recording:
            overview.mark(now.recording)
        st.space("stretch")
        st.toggle("Cost", now.has_costs, key=state_presentation.COSTS, on_change=state_presentation.choose)
        st.segmented_control(
            "Seen",
            [ALL, ONE],
            default=now.view,
            key=state_presentation.VIEW,
            label_visibility="collapsed",
            required=True,
            on_change=state_presentation.choose,
        )
        _icon("close", "Leave (Esc)", state_presentation.leave)


def _show_question(now: Presenting, comparison: Comparison) -> None:
    """What was asked: alone in the middle before the first answer, then above all of them."""
    if asked := watched_cells.question_of(comparison):
        with st.container(key="stage_prompt" if now.revealed else "stage_opening"):
            question.show(asked)


def _show_cells(now: Presenting, comparison: Comparison) -> list[Slots]:
    is_followed = not now.player or now.player.is_playing
    cells = watched_cells.of(
        comparison,
        now.tapes,
        now.prices,
        votes=now.round,
        is_followed=is_followed,
        is_live=not now.recording,
    )
    if now.view == ONE:
        return watched_cells.show(cells[max(0, now.revealed - 1) : now.revealed])
    unseen = [replace(cell, answer=()) for cell in cells[now.revealed :]]
    return watched_cells.show([*cells[: now.revealed], *unseen]) if now.revealed else []


def _icon(icon: str, label: str, action: Callable[[], None], *, disabled: bool = False) -> None:
    st.button(
        "",
        key=icon,
        icon=f":material/{icon}:",
        help=literal(label),
        type="tertiary",
        disabled=disabled,
        on_click=action,
    )
