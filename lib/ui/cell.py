"""One cell of a comparison: its model, its figures, what it was asked and says, what can be done with it."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.chat.comparisons import FEWEST_CELLS
from lib.chat.conversations import Conversation
from lib.chat.messages import Message
from lib.chat.reply import Reply
from lib.engine.live import LiveTape
from lib.ui import answer, asking, blind, buttons, cell_actions, choices, comparing, figures, remarks
from lib.ui.comparing import Comparing
from lib.ui.labels import plain


@dataclass(frozen=True, slots=True)
class Slots:
    """The places of a cell that change when its reply ends."""

    cell: Conversation
    figures: DeltaGenerator
    controls: DeltaGenerator
    outcome: DeltaGenerator


def show_cell(now: Comparing, cell: Conversation, label: str, models: list[str]) -> Slots | None:
    """Draw a cell; a running reply streams on a thread of its own. Returns the slots where one runs."""
    _show_head(now, cell, label, models)
    slots = _show_talk(now, cell) if cell.messages else None
    return slots if cell.id in now.following else None


def _show_head(now: Comparing, cell: Conversation, label: str, models: list[str]) -> None:
    is_draft = now.comparison.prompt is None
    if now.is_hidden:
        # No container: one in the same place would keep the pickers of before until the run ends.
        st.markdown(f"**{plain(label)}**")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"cellhead-{cell.id}"):
        if is_draft:
            choices.show_model(cell, models, comparing.of(cell), width=0)
        else:
            st.markdown(f"**{plain(label)}**", width="stretch")
        with st.popover(
            "", icon=":material/tune:", type="tertiary", key=f"settings-{cell.id}", on_change="rerun"
        ) as popover:
            if popover.open:
                if not is_draft:
                    choices.show_model(cell, models, comparing.of(cell), width=0)
                choices.show(cell, comparing.of(cell))
        if is_draft and len(now.comparison.cells) > FEWEST_CELLS:
            buttons.show_icon("close", "Remove", cell_actions.remove, cell.id)


def _show_talk(now: Comparing, cell: Conversation) -> Slots:
    """What was asked and said in a cell, below the figures of its last reply."""
    with st.container(key=f"figures-{cell.id}"):
        line, controls = st.empty(), st.empty()
    path = cell.path()
    _show_question(now, cell, path[:-1])
    tape = now.following.get(cell.id)
    with st.container(key=f"answer-{path[-1].id}"):
        if tape:
            _stream(tape)
        elif now.is_hidden:
            answer.show_text(path[-1:])  # who thinks, and for how long, tells models apart
        else:
            answer.show(path[-1:])
    slots = Slots(cell, line, controls, outcome=st.empty())
    if tape:
        _show_stop(slots)
    else:
        show_ended(now, slots)
    return slots


def _show_question(now: Comparing, cell: Conversation, path: list[Message]) -> None:
    """What a cell was asked last; what was said before is folded, so that the answer is in view."""
    *earlier, question = path
    if now.is_hidden:
        if earlier:
            _show_said(question)
    elif earlier:
        key = f"earlier-{cell.id}"
        with st.expander(
            f"Earlier ({len(earlier) // 2})", type="compact", key=key, on_change="rerun"
        ) as fold:
            if fold.open:
                for message in earlier:
                    _show_said(message)
        _show_said(question)
    elif question.content != now.comparison.prompt:
        key = f"task-{cell.id}"
        with st.expander("What it was asked", type="compact", key=key, on_change="rerun") as fold:
            if fold.open:
                answer.show_blocks(question.content)


def _show_said(message: Message) -> None:
    """A message of before, whole."""
    if message.role == "user":
        with st.container(key=f"bubble-{message.id}"):
            answer.show_blocks(message.content)
        return
    answer.show([message])
    answer.show_outcome(message)
    st.caption(figures.footer(message.reply or Reply()))


@st.fragment(parallel=True)
def _stream(tape: LiveTape) -> None:
    answer.stream(tape)


def _show_stop(slots: Slots) -> None:
    slots.controls.button(
        "Stop",
        key=f"stop-{slots.cell.id}",
        icon=":material/stop_circle:",
        type="tertiary",
        on_click=cell_actions.stop,
        args=(slots.cell.id,),
    )


def show_ended(now: Comparing, slots: Slots) -> None:
    """The figures of a reply that has ended, what went wrong, and what can be done with it."""
    cell = slots.cell
    message = cell.path()[-1]
    if now.is_hidden:
        with slots.controls.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            blind.show_controls(now, cell)
        with slots.outcome.container():
            blind.show_outcome(message)
        return
    reply = message.reply or Reply()
    slots.figures.caption(figures.summary(reply))
    with slots.controls.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        buttons.show_icon("refresh", "Retry: another version", asking.retry, cell.id)
        if reply.text:
            buttons.show_icon("content_copy", "Copy", cell_actions.copy, cell.id)
            buttons.show_icon("forum", "Continue in chat", cell_actions.take_over, cell.id)
        _show_versions(cell, message)
        remarks.show_other_model(reply)
    with slots.outcome.container():
        answer.show_outcome(message)


def _show_versions(cell: Conversation, message: Message) -> None:
    """Arrows to the other versions of the last answer, if there are any."""
    versions = [version.id for version in cell.versions(message.id)]
    buttons.show_versions(versions, message.id, cell_actions.show_version, cell.id, of=cell.id)
