"""A presentation: large type, no other part of the app, and only what has been revealed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.domain.comparison import wording
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.votes import Tally, titles
from lib.domain.text.markdown.literal import literal, md, plain
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.store.comparison.rooms import Room
from lib.ui.kit import buttons, keys
from lib.ui.recordings import overview
from lib.ui.reply import question, results, watched_cells
from lib.ui.reply.cell import LIVE_SECONDS, CellPlaceholders
from lib.ui.share import rooms, share_links
from lib.ui.state.comparison import comparison as comparison_state
from lib.ui.state.comparison import playback as playback_state
from lib.ui.state.comparison import presentation as presentation_state
from lib.ui.state.comparison.comparison import OPEN
from lib.ui.state.comparison.presentation import ALL, ONE, PresentationState
from lib.ui.state.pages import COMPARE_PAGE, RECORDINGS_PAGE

CODE_PIXELS = 480
"""The QR code's own width; the page draws it as large as it fits (`styles/recordings.css`)."""
_VIEWS = {ALL: mark("All answers"), ONE: mark("One at a time")}


def show(state: PresentationState | None) -> tuple[list[CellPlaceholders], DeltaGenerator]:
    """Draw what is revealed; return the slots of the cells that run or play, and the place of the results."""
    if state is None:
        st.info(_("There is nothing here to present."), icon=":material/slideshow:")
        st.page_link(COMPARE_PAGE, label=_("Compare models"), icon=":material/view_column:")
        return [], st.empty()
    if state.has_left:
        _go_back(state)
    state.count = None
    comparison = state.comparison
    _show_controls(state)
    with st.container(key="stage"):
        _show_question(state, comparison)
        if state.is_at_vote:
            _show_vote(state, comparison)
        shown = st.container(key="results")  # above the answers: who steps on sees them at once
        with st.container(key="cells"):
            running = _show_cells(state, comparison)
    if state.room:
        _show_room(state, state.room)
    return running, shown


def follow(state: PresentationState, running: list[CellPlaceholders]) -> None:
    """Follow the running or playing cells until they end, and until the last of the repeats has ended."""
    is_repeating = not state.recording and bool(comparison_state.repeating(state.comparison))
    if not (running or is_repeating):
        return
    if state.player:
        with state.player.watched():
            watched_cells.follow(running)
    else:
        watched_cells.follow(running, partial(_count, state))
        if not running:  # the next answer is about to begin
            app.get().engine.repeats.wait(LIVE_SECONDS)
    st.rerun()


def show_results(state: PresentationState) -> None:
    """Draw the report's link and the cells' figures, which come last, and keep the counts moving."""
    comparison = state.comparison
    if state.is_at_figures:
        share_links.show_code(state.id)
        if len(comparison.compared) > 1:
            results.show(comparison, state.prices, state.tally.winners if state.tally else ())
    if state.count:
        with state.count.container():
            rooms.keep_counting(partial(rooms.counted, state.room, state.round))


def _go_back(state: PresentationState) -> None:
    if state.recording:
        st.switch_page(RECORDINGS_PAGE, query_params={playback_state.OPEN: state.id})
    st.switch_page(COMPARE_PAGE, query_params={OPEN: state.id})


def _show_controls(state: PresentationState) -> None:
    """Draw the presenter's quiet row of buttons; keys do the same."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="presenter"):
        is_first = not (state.revealed or state.at)
        _show_icon("arrow_back", _("Back (←)"), presentation_state.step_back, is_first)
        _show_icon("arrow_forward", _next_label(state), presentation_state.step_on, not state.has_next)
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
        keys.listen(presentation_state.press, _told_keys(state), _("Keys of the presentation"), _("Close"))


def _next_label(state: PresentationState) -> str:
    """Return what the next step is."""
    if state.may_close:
        return _("Show the result (→)")
    is_ballot_next = state.has_vote and state.revealed == len(state.comparison.cells)
    return _("To the vote (→)") if is_ballot_next else _("Reveal the next (→)")


def _told_keys(state: PresentationState) -> dict[str, str]:
    """Return what each key does, in the order in which they are told."""
    return {
        "→": _("Next step: an answer, the vote, the result, the figures"),
        "←": _("One step back"),
        "↑ ↓": _("Scroll"),
        **({_("Space"): _("Pause the recording, or go on")} if state.recording else {}),
        "?": _("Show these keys"),
        "Esc": _("Leave the presentation"),
    }


def _show_vote(state: PresentationState, comparison: Comparison) -> None:
    """Draw the ballot, or who won."""
    named = titles(comparison, state.round)
    with st.container(key="stage_vote"):
        if state.is_voting and state.round:
            rooms.show_ballot(state.round, named)
        elif state.tally:
            order = [cell.id for cell in comparison.cells]
            st.markdown(md("**{}**", wording.verdict(state.tally, order, named)))
            st.caption(plain(" · ".join(_others(state.tally))))


def _others(tally: Tally) -> Iterator[str]:
    """Yield the counts of the choices that are no cell, which have none of their own."""
    for choice, words in wording.CHOICES.items():
        yield f"{_(words)}: {tally.choices.get(choice, 0)}"


def _show_room(state: PresentationState, room: Room) -> None:
    """Draw where phones find the room, and how many are there: large before the first answer."""
    with st.container(key="stage_room" if state.revealed else "stage_door", horizontal=True):
        rooms.show_code(room, CODE_PIXELS)
        with st.container(key="stage_link", gap=None, width="content"):
            st.markdown(_("Vote on your phone") if state.is_voting else _("Follow on your phone"))
            st.markdown(md("**{}**", rooms.short_address(room)))
            state.count = st.empty()
            _count(state)


def _count(state: PresentationState) -> None:
    if state.count:
        state.count.caption(rooms.counted(state.room, state.round), width="content")


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
        tally=state.tally if state.is_at_vote else None,
        is_followed=is_followed,
        is_live=not state.recording,
    )
    if state.view == ONE:  # with the result, the one that won
        newest = cells[max(0, state.revealed - 1) : state.revealed]
        return watched_cells.show(newest or [cell for cell in cells if cell.is_winner])
    unseen = [replace(cell, answer=()) for cell in cells[state.revealed :]]
    return watched_cells.show([*cells[: state.revealed], *unseen]) if state.revealed else []


def _show_icon(icon: str, label: str, action: Callable[[], None], is_disabled: bool = False) -> None:
    buttons.show_icon(icon, label, action, key="presenter", disabled=is_disabled)
