"""An open recording: played as it happened, and always marked as a recording."""

import streamlit as st

from lib.domain.comparison.votes import Tally
from lib.domain.people.grants import GrantKind
from lib.domain.text.markdown.literal import md
from lib.i18n.translation import gettext as _
from lib.ui.kit import buttons, errors, scrubber
from lib.ui.recordings import overview
from lib.ui.reply import results, watched_cells
from lib.ui.reply.cell import CellPlaceholders
from lib.ui.share import grants, reports
from lib.ui.state.comparison import playback as playback_state
from lib.ui.state.comparison.playback import PACES, PlaybackState
from lib.ui.state.pages import PRESENT_PAGE
from lib.ui.state.person import library


def show(state: PlaybackState) -> list[CellPlaceholders]:
    """Draw the recording as far as it has played; return the slots of the cells that play."""
    _show_head(state)
    with st.container(key="choices"):  # even if empty: what is below keeps its place
        _show_choices(state)
    _show_transport(state)
    comparison, player = state.comparison, state.player
    if question := watched_cells.question_of(comparison):
        watched_cells.show_question(question)
    with st.container(key="cells"):
        cells = watched_cells.of(
            comparison,
            player.tapes,
            state.recording.prices,
            tally=_tally(state),
            is_followed=player.is_playing,
        )
        return watched_cells.show(cells)


def follow(state: PlaybackState, running: list[CellPlaceholders]) -> None:
    """Follow the playing cells until they end."""
    if running:
        with state.player.watched():
            watched_cells.follow(running)
        st.rerun()  # Pause becomes Play, and the results appear below


def show_results(state: PlaybackState) -> None:
    """Draw the results once everything has played."""
    if state.player.is_over and len(state.comparison.compared) > 1:
        tally = _tally(state)
        results.show(state.comparison, state.recording.prices, tally.winners if tally else ())


def _tally(state: PlaybackState) -> Tally | None:
    """Return the votes on the cells. People voted on the last question."""
    is_last = state.number == state.questions - 1
    return state.recording.tallies.get(state.comparison.id) if is_last else None


def _show_head(state: PlaybackState) -> None:
    recording = state.recording
    with st.container(horizontal=True, vertical_alignment="center", key="replay_head"):
        buttons.button(
            _("All recordings"), "close_recording", "arrow_back", playback_state.go_to, None, kind="tertiary"
        )
        st.space("stretch")
        if state.owner:
            buttons.button(_("Make a copy"), "copy_recording", "content_copy", _copy, kind="tertiary")
        wants_share = grants.is_offered() and not state.owner and grants.show_button(playback_state.pause)
        wants_report = reports.show_button(playback_state.pause)  # its dialog waits until playback has ended
        st.page_link(
            PRESENT_PAGE,
            label=_("Present"),
            icon=":material/slideshow:",
            query_params={playback_state.OPEN: recording.id},
        )
    with st.container(horizontal=True, vertical_alignment="center", key="replay_title"):
        st.markdown(md("## {}", recording.title), width="content")
        overview.mark(recording)
    if state.owner:
        st.caption(md(_("Shared by {}"), state.owner))
    if wants_report:
        reports.open_dialog(recording, recording.id, is_own=not state.owner)
    elif wants_share:
        grants.open_dialog(GrantKind.RECORDING, recording.id, recording.title)


@errors.stored
def _copy() -> None:
    """Keep a recording that somebody shows as one's own."""
    state = playback_state.held()
    if state and (found := playback_state.find(state.recording.id)):
        library().recordings.add(found)
        state.owner = ""
        st.toast(_("Copied. It is among your recordings now."), icon=":material/play_circle:")


def _show_choices(state: PlaybackState) -> None:
    """Draw the pickers for a deck's prompt and a conversation's question."""
    comparisons = state.recording.comparisons
    if len(comparisons) > 1:
        st.selectbox(
            _("Prompt"),
            range(len(comparisons)),
            state.at,
            format_func=lambda at: f"{at + 1}. {comparisons[at].title}",
            key=playback_state.PROMPT,
            on_change=playback_state.choose_prompt,
        )
    if state.questions > 1:
        st.segmented_control(
            _("Question"),
            range(state.questions),
            default=state.number,
            format_func=lambda number: md(_("Question {}"), number + 1),
            key=playback_state.QUESTION,
            label_visibility="collapsed",
            required=True,
            on_change=playback_state.choose_question,
        )


def _show_transport(state: PlaybackState) -> None:
    """Draw play or pause, the timeline, and the pace."""
    player = state.player
    with st.container(horizontal=True, vertical_alignment="center", key="transport"):
        if player.is_playing:
            st.button(
                "", key="pause", icon=":material/pause:", help=_("Pause"), on_click=playback_state.pause
            )
        else:
            icon, label = ("replay", _("Play again")) if player.is_over else ("play_arrow", _("Play"))
            st.button("", key="play", icon=f":material/{icon}:", help=label, on_click=playback_state.play)
        scrubber.show(
            player.position, player.seconds, is_playing=player.is_playing, on_seek=playback_state.seek
        )
        st.selectbox(
            _("Pace"),
            range(len(PACES)),  # by position: what may be `None` has a button that clears it
            list(PACES).index(player.pace),
            format_func=lambda at: _(PACES[list(PACES)[at]]),
            key=playback_state.PACE,
            label_visibility="collapsed",
            width=160,
            on_change=playback_state.set_pace,
        )
