"""Cells that are watched, in a replay or a presentation: nothing in them can be clicked, nothing sends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.chat.comparisons import Comparison, labels
from lib.chat.messages import Message
from lib.chat.playback import as_played, turns
from lib.chat.prices import Price, Prices
from lib.chat.reply import Reply, State
from lib.chat.usage import estimate_tokens
from lib.engine.live import LiveTape
from lib.ui import answer, attached, figures
from lib.ui.frames import still_here
from lib.ui.labels import plain

LIVE_SECONDS = 0.5
"""How often the figures of a running reply are drawn."""
CELLS_PER_ROW = (1, 1, 2, 3, 4, 3, 3, 4, 4, 3)
"""How many stand side by side, by the number of cells."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A cell as it stands now."""

    id: str
    label: str
    answer: Sequence[Message]
    """What is watched: an answer, and what continues it. Empty while it is not shown yet."""
    tape: LiveTape | None = None
    """The tape of the last reply while it runs, or is played."""
    question: Message | None = None
    """What the cell was asked, where that is not what stands above all cells."""
    before: Sequence[Message] = ()
    """What was said earlier."""
    price: Price | None = None
    """Of its model; without it no cost is told."""
    has_figures: bool = True


@dataclass(frozen=True, slots=True)
class Slots:
    """The places of a cell that change when its reply ends."""

    cell: Watched
    tape: LiveTape
    figures: DeltaGenerator
    outcome: DeltaGenerator


def of(
    comparison: Comparison, tapes: Mapping[str, LiveTape], prices: Prices, *, is_followed: bool = True
) -> list[Watched]:
    """The cells of a comparison, each with its last answer as its tape has it, or else as it is."""
    asked = question_of(comparison)
    found = []
    for cell, label in zip(comparison.cells, labels(comparison.cells), strict=True):
        turn = turns(cell)[-1]
        tape = tapes.get(turn.last.id)
        is_same = bool(asked and turn.question and turn.question.content == asked.content)
        watched = Watched(
            cell.id,
            label,
            [*turn.answer[:-1], as_played(turn.last, tape.events) if tape else turn.last],
            tape=tape if tape and is_followed and not tape.is_closed else None,
            question=None if is_same else turn.question,
            before=turn.before,
            price=prices.get(cell.model or ""),
        )
        found.append(watched)
    return found


def question_of(comparison: Comparison) -> Message | None:
    """What the cells were asked last."""
    return turns(comparison.cells[0])[-1].question if comparison.cells else None


def show(cells: Sequence[Watched]) -> list[Slots]:
    """Draw the cells side by side; running replies stream, each on a thread of its own.

    Returns the slots of those that run.
    """
    width = CELLS_PER_ROW[min(len(cells), len(CELLS_PER_ROW) - 1)]
    running = []
    for start in range(0, len(cells), width):
        with st.container(key=f"cells-{start}"):
            columns = st.columns(width, gap="small")
        for column, cell in zip(columns, cells[start : start + width], strict=False):
            with column, st.container(border=True, height="stretch", key=f"cell-{cell.id}"):
                slots = _show_cell(cell)
            if slots:
                running.append(slots)
    return running


def follow(running: Sequence[Slots]) -> None:
    """Keep the figures of running replies moving; returns when every one has ended."""
    live = list(running)
    while live:
        for slots in list(live):
            slots.figures.caption(_line(slots.cell, as_played(slots.cell.answer[-1], slots.tape.events)))
            if slots.tape.is_closed:
                live.remove(slots)
                with slots.outcome.container():
                    answer.show_outcome(as_played(slots.cell.answer[-1], slots.tape.events))
        if live:
            live[0].tape.wait_closed(LIVE_SECONDS)
        still_here()


def show_question(message: Message) -> None:
    """Draw a question as a bubble, with what came with it."""
    with (
        st.container(key=f"asked-{message.id}", horizontal_alignment="right"),
        st.container(key=f"said-{message.id}", width="content"),
    ):
        attached.show(message.attachments)
        answer.show_blocks(message.content)


def _show_cell(cell: Watched) -> Slots | None:
    with st.container(key=f"cellhead-{cell.id}"):
        st.markdown(f"**{plain(cell.label)}**")
    if not cell.answer:
        st.caption("…")
        return None
    with st.container(key=f"figures-{cell.id}"):
        line = st.empty()
    _show_earlier(cell)
    *first, last = cell.answer
    with st.container(key=f"answer-{last.id}"):
        if cell.tape:
            _stream(cell.tape, first)
        else:
            answer.show(cell.answer)
    outcome = st.empty()
    line.caption(_line(cell, last))
    if cell.tape:
        return Slots(cell, cell.tape, line, outcome)
    with outcome.container():
        answer.show_outcome(last)
    return None


@st.fragment(parallel=True)
def _stream(tape: LiveTape, earlier: Sequence[Message]) -> None:
    answer.stream(tape, earlier)


def _show_earlier(cell: Watched) -> None:
    """What was said before, and what the cell was asked, folded: so the answer is in view."""
    if cell.before:
        key = f"earlier-{cell.id}"
        with st.expander("Earlier", type="compact", key=key, on_change="rerun") as fold:
            if fold.open:
                for message in cell.before:
                    _show_said(message)
    if cell.question:
        key = f"task-{cell.id}"
        with st.expander("What it was asked", type="compact", key=key, on_change="rerun") as fold:
            if fold.open:
                answer.show_blocks(cell.question.content)


def _show_said(message: Message) -> None:
    if message.role == "user":
        with st.container(key=f"said-{message.id}"):
            answer.show_blocks(message.content)
        return
    answer.show([message])
    answer.show_outcome(message)
    st.caption(figures.footer(message.reply or Reply()))


def _line(cell: Watched, message: Message) -> str:
    """The figures over a cell: those of its tape, so far as it has come."""
    if not cell.has_figures:
        return ""
    reply = message.reply or Reply()
    if reply.state is State.RUNNING:
        tokens = estimate_tokens(reply.text + reply.reasoning)
        first = reply.timing.first_token_ms
        begun = [f"first token {figures.seconds(first)}"] if first is not None else []
        return " · ".join([*begun, f"≈ {tokens:,} tokens"])
    cost = cell.price.cost(reply.usage) if cell.price else None
    return figures.summary(reply) + (f" · {dollars(cost)}" if cost is not None else "")


def dollars(cost: float) -> str:
    """An amount in USD, for a caption: small ones with the digits that matter."""
    return f"\\${cost:,.2f}" if cost >= 1 else f"\\${cost:.2g}" if cost >= 0.0001 else f"\\${cost:.6f}"
