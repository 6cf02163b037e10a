"""One cell of a comparison: its model, its figures, what it was asked and says, what can be done with it."""

from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.domain.comparison.comparisons import FEWEST_CELLS, is_synthesis
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.reply.reply import Reply
from lib.domain.text.markdown.literal import md, plain
from lib.engine.live import LiveTape
from lib.ui.compare import blind, callbacks, cell_callbacks, comparison_callbacks
from lib.ui.kit import buttons, figures
from lib.ui.reply import answer, badges, parameters, question, remedies
from lib.ui.reply.remedies import Ways
from lib.ui.state import choices
from lib.ui.state import comparison as comparison_state
from lib.ui.state.comparison import ComparisonState
from lib.ui.state.session import Session

LONGEST_LABEL = 18
"""Characters of a cell's name that are sure to be seen whole; a longer one is told in a tooltip too."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The places of a cell that change when its reply ends."""

    state: ComparisonState
    tab: Session
    cell: Conversation
    figures: DeltaGenerator
    controls: DeltaGenerator
    outcome: DeltaGenerator


def show_cell(state: ComparisonState, tab: Session, cell: Conversation, label: str) -> Slots | None:
    """Draw a cell; a running reply streams on a thread of its own. Returns the slots where one runs."""
    _show_head(state, tab, cell, label)
    slots = _show_talk(state, tab, cell) if cell.messages else None
    return slots if cell.id in state.following else None


def _show_head(state: ComparisonState, tab: Session, cell: Conversation, label: str) -> None:
    if state.is_hidden:
        # No container: one in the same place would keep the pickers of before until the run ends.
        st.markdown(md("**{}**", label))
        return
    is_draft, models = state.comparison.prompt is None, tab.models_for_cells
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"cellhead-{cell.id}"):
        if is_draft:
            choices.show_model(cell, models, comparison_state.prefix_of(cell), width=0)
        else:
            _show_name(label)
        with st.popover(
            "", icon=":material/tune:", type="tertiary", key=f"settings-{cell.id}", on_change="rerun"
        ) as popover:
            if popover.open:
                _show_settings(tab, cell, is_draft=is_draft)
        if is_draft and len(state.comparison.cells) > FEWEST_CELLS:
            buttons.show_icon("close", "Remove", cell_callbacks.remove, cell.id)


def _show_name(label: str) -> None:
    """The cell's name in one line; what tells it from others stays in view, all of it is in a tooltip."""
    model, _, settings = label.partition(" · ")
    is_long = len(label) > LONGEST_LABEL
    shown = model.rpartition("/")[2] if is_long else model
    st.markdown(md("**{}**", shown), width="stretch", help=plain(label) if is_long else None)
    if settings:
        st.caption(plain(settings), width="content")


def _show_settings(tab: Session, cell: Conversation, *, is_draft: bool) -> None:
    prefix = comparison_state.prefix_of(cell)
    with st.container(width=parameters.WIDTH):
        if not is_draft:
            choices.show_model(cell, tab.models_for_cells, prefix, width=0)
        find = partial(comparison_state.structure_of, cell.id)
        parameters.show(cell, tab.connection, find, prefix)


def _show_talk(state: ComparisonState, tab: Session, cell: Conversation) -> Slots:
    """What was asked and said in a cell, below the figures of its last reply."""
    with st.container(key=f"figures-{cell.id}"):
        line, controls = st.empty(), st.empty()
    path = cell.path()
    _show_question(state, cell, path[:-1])
    tape = state.following.get(cell.id)
    with st.container(key=f"answer-{path[-1].id}"):
        if tape:
            _stream(tape, beside=len(state.following) - 1)
        elif state.is_hidden:
            answer.show_text(path[-1:])  # who thinks, and for how long, tells models apart
        else:
            answer.show(path[-1:])
    slots = Slots(state, tab, cell, line, controls, outcome=st.empty())
    if tape:
        _show_stop(slots)
    else:
        show_ended(slots)
    return slots


def _show_question(state: ComparisonState, cell: Conversation, path: list[Message]) -> None:
    """What a cell was asked last; what was said before is folded, so that the answer is in view."""
    *earlier, asked = path
    if state.is_hidden:  # earlier figures and names would tell
        if earlier:
            _show_said(asked)
    elif earlier:
        key = f"earlier-{cell.id}"
        with st.expander(
            md("Earlier ({})", len(earlier) // 2), type="compact", key=key, on_change="rerun"
        ) as fold:
            if fold.open:
                for message in earlier:
                    _show_said(message)
        _show_said(asked)
    elif is_synthesis(cell):
        key = f"task-{cell.id}"
        with st.expander("What it was asked", type="compact", key=key, on_change="rerun") as fold:
            if fold.open:
                question.show_text(asked)
    elif asked.content != state.comparison.prompt:
        _show_said(asked)


def _show_said(message: Message) -> None:
    """A message of before, whole."""
    if message.role == "user":
        with st.container(key=f"bubble-{message.id}"):
            question.show(message)
        return
    answer.show([message])
    answer.show_outcome(message)
    st.caption(figures.footer(message.reply or Reply()))


@st.fragment(parallel=True)
def _stream(tape: LiveTape, beside: int) -> None:
    answer.stream(tape, beside=beside)


def _show_stop(slots: Slots) -> None:
    cell_id = slots.cell.id
    with slots.controls.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button(
            "Stop",
            key=f"stop-{cell_id}",
            icon=":material/stop_circle:",
            type="tertiary",
            on_click=cell_callbacks.stop,
            args=(cell_id,),
        )
        if not slots.state.is_hidden:
            _show_inspect(cell_id, key=f"running-{cell_id}")  # the same run draws the other one at the end


def show_ended(slots: Slots) -> None:
    """The figures of a reply that has ended, what went wrong, and what can be done with it."""
    cell = slots.cell
    message = cell.path()[-1]
    if slots.state.is_hidden:
        with slots.controls.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            blind.show_controls(slots.state, cell)
        with slots.outcome.container():
            answer.show_blind_outcome(message)
        return
    reply = message.reply or Reply()
    slots.figures.caption(figures.summary(reply, figures.cost(reply, slots.state.prices)))
    with slots.controls.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        buttons.show_icon("refresh", "Retry: another version", callbacks.retry, cell.id)
        if reply.text:
            buttons.show_icon("content_copy", "Copy", cell_callbacks.copy, cell.id)
            buttons.show_icon("forum", "Continue in chat", cell_callbacks.take_over, cell.id)
        _show_inspect(cell.id, key=cell.id)
        _show_versions(cell, message)
        badges.show_other_model(reply)
    with slots.outcome.container():
        answer.show_outcome(message, partial(remedies.show, slots.tab, [message], _ways(cell)))


def _show_inspect(cell_id: str, key: str) -> None:
    buttons.show_icon("frame_inspect", "Inspect", cell_callbacks.inspect, cell_id, key=key)


def _ways(cell: Conversation) -> Ways:
    """What can be done about an error in a cell."""
    return Ways(
        try_again=lambda _: callbacks.retry(cell.id),
        ask_model=lambda _, model: callbacks.ask_model(cell.id, model),
        new=comparison_callbacks.start_new,
        new_label="New comparison",
        edit=None,
        go_on=None,
    )


def _show_versions(cell: Conversation, message: Message) -> None:
    """Arrows to the other versions of the last answer, if there are any."""
    versions = [version.id for version in cell.versions(message.id)]
    buttons.show_versions(versions, message.id, cell_callbacks.show_version, cell.id, key=cell.id)
