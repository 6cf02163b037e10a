"""An open recording: played as it was, and always marked as what it is."""

import streamlit as st

from lib.chat.comparisons import labels
from lib.chat.messages import Message
from lib.chat.recordings import Recording
from lib.ui import replaying, results, scrubber, watching
from lib.ui.labels import plain
from lib.ui.recordings import recorded_on
from lib.ui.replaying import PACES, Replaying
from lib.ui.watching import Slots, Watched


def show(now: Replaying) -> list[Slots]:
    """Draw the recording as far as it is played; returns the slots of what is being played."""
    _show_head(now)
    _show_choices(now)
    _show_transport(now)
    if question := prompt(now):
        watching.show_question(question)
    with st.container(key="cells"):
        return watching.show(cells(now))


def follow(now: Replaying, running: list[Slots]) -> None:
    """Follow what is being played until it has ended."""
    if running:
        with now.player.watched():
            watching.follow(running)
        st.rerun()  # Pause becomes Play, and the figures of them all come below


def show_results(now: Replaying) -> None:
    """Draw what was measured, once all has been played."""
    if now.player.is_over and len(now.comparison.compared) > 1:
        results.show(now.comparison)


def prompt(now: Replaying) -> Message | None:
    """The shown question to all cells."""
    return now.turns[0].question


def cells(now: Replaying) -> list[Watched]:
    """The cells as far as they are played."""
    comparison, asked = now.comparison, prompt(now)
    found = []
    for cell, label, turn in zip(comparison.cells, labels(comparison.cells), now.turns, strict=True):
        tape = now.player.tapes[turn.last.id]
        is_same = bool(asked and turn.question and turn.question.content == asked.content)
        found.append(
            Watched(
                cell.id,
                label,
                [*turn.answer[:-1], watching.as_of(turn.last, tape)],
                tape=tape if now.player.is_playing else None,
                question=None if is_same else turn.question,
                before=turn.before,
                price=now.recording.prices.get(cell.model or ""),
            )
        )
    return found


def mark(recording: Recording) -> None:
    """Draw the sign that this is no live reply."""
    st.badge(recorded_on(recording.recorded_at), icon=":material/history:", color="gray")


def _show_head(now: Replaying) -> None:
    recording = now.recording
    with st.container(horizontal=True, vertical_alignment="center", key="replay_head"):
        st.page_link("pages/recordings.py", label="All recordings", icon=":material/arrow_back:")
        st.space("stretch")
        mark(recording)
        st.page_link(
            "pages/present.py",
            label="Present",
            icon=":material/slideshow:",
            query_params={replaying.OPEN: recording.id},
        )
    st.markdown(f"### {plain(recording.title)}")


def _show_choices(now: Replaying) -> None:
    """Which prompt of a deck, which question of a conversation."""
    comparisons = now.recording.comparisons
    if len(comparisons) > 1:
        st.selectbox(
            "Prompt",
            range(len(comparisons)),
            now.at,
            format_func=lambda at: f"{at + 1}. {plain(comparisons[at].title)}",
            key=replaying.PROMPT,
            on_change=replaying.choose_prompt,
        )
    if now.questions > 1:
        st.segmented_control(
            "Question",
            range(now.questions),
            default=now.number,
            format_func=lambda number: f"Question {number + 1}",
            key=replaying.QUESTION,
            label_visibility="collapsed",
            required=True,
            on_change=replaying.choose_question,
        )


def _show_transport(now: Replaying) -> None:
    """Play or pause, the line of time, the pace."""
    player = now.player
    with st.container(horizontal=True, vertical_alignment="center", key="transport"):
        if player.is_playing:
            st.button("", key="pause", icon=":material/pause:", help="Pause", on_click=replaying.pause)
        else:
            icon, label = ("replay", "Play again") if player.is_over else ("play_arrow", "Play")
            st.button("", key="play", icon=f":material/{icon}:", help=label, on_click=replaying.play)
        scrubber.show(player.position, player.seconds, is_playing=player.is_playing, on_seek=replaying.seek)
        names = list(PACES)
        st.selectbox(
            "Pace",
            names,
            list(PACES.values()).index(player.pace),
            key=replaying.PACE,
            label_visibility="collapsed",
            width=160,
            on_change=replaying.set_pace,
        )
