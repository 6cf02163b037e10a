"""Cells that are watched, in a replay or a presentation: nothing in them can be clicked, nothing sends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.playback import as_played, turns
from lib.domain.comparison.votes import Round, titles
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Prices
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import estimate_prompt
from lib.domain.text.markdown.literal import Markdown, md
from lib.engine.live import LiveTape
from lib.ui.kit import figures, grid
from lib.ui.reply import answer, question
from lib.ui.state import widgets

LIVE_SECONDS = 0.5
"""How often the figures of a running reply are drawn."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A cell as it stands now."""

    id: str
    label: str
    answer: Sequence[Message]
    """What is watched: an answer, and what continues it. Empty while it is not shown yet."""
    tape: LiveTape | None = None
    """The tape of the last reply: what it says so far, where it runs or is played."""
    is_followed: bool = False
    """Whether the page draws its tape as it grows."""
    is_live: bool = False
    """Whether it runs now; a recording does not."""
    prompt_tokens: int = 0
    """An estimate for the texts that were sent to get the answer."""
    question: Message | None = None
    """What the cell was asked, where that is not what stands above all cells."""
    before: Sequence[Message] = ()
    """What was said earlier."""
    prices: Prices = field(default_factory=dict)
    """Without any, no cost is told."""
    is_hidden: bool = False
    """Whether nobody may be told yet whose answer it is: no figures, no thinking, no error in its words."""


LIVE_SECONDS = 0.5
"""How often the figures of a running reply are drawn."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The places of a cell that change when its reply ends."""

    cell: Watched
    tape: LiveTape
    figures: DeltaGenerator
    outcome: DeltaGenerator


def of(
    comparison: Comparison,
    tapes: Mapping[str, LiveTape],
    prices: Prices,
    *,
    votes: Round | None = None,
    is_followed: bool = True,
    is_live: bool = False,
) -> list[Watched]:
    """The cells of a comparison, each with its last answer as its tape has it, or else as it is.

    While its votes are blind, they have letters for names.
    """
    asked, named = question_of(comparison), titles(comparison, votes)
    is_hidden = votes is not None and votes.is_hidden
    found = []
    for cell in comparison.cells:
        turn = turns(cell)[-1]
        tape = tapes.get(turn.last.id)
        # Asked before what it says is read: a tape that ends in between is followed, and so drawn to its end.
        is_open = is_followed and tape is not None and not tape.is_closed
        is_same = bool(asked and turn.question and turn.question.content == asked.content)
        watched = Watched(
            cell.id,
            named[cell.id],
            [*turn.answer[:-1], as_played(turn.last, tape.reply()) if tape else turn.last],
            tape=tape,
            is_followed=is_open,
            is_live=is_live,
            prompt_tokens=estimate_prompt(cell.prompt(turn.last.id)),
            question=None if is_same else turn.question,
            before=() if is_hidden else turn.before,  # earlier figures and names would tell
            prices=prices,
            is_hidden=is_hidden,
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
    beside = sum(cell.is_followed for cell in cells) - 1
    running = []
    for cell, box in zip(cells, grid.boxes([cell.id for cell in cells]), strict=True):
        with box:
            slots = _show_cell(cell, beside)
        if slots:
            running.append(slots)
    return running


def follow(running: Sequence[Slots]) -> None:
    """Keep the figures of running replies moving; returns when every one has ended."""
    live = list(running)
    while live:
        for slots in list(live):
            if not slots.tape.is_closed:
                if not slots.cell.is_hidden:
                    slots.figures.caption(_running(slots.cell))
                continue
            live.remove(slots)
            ended = replace(slots.cell, answer=[as_played(slots.cell.answer[-1], slots.tape.reply())])
            _show_ended(ended, slots.figures, slots.outcome)
        if live:
            live[0].tape.wait_closed(LIVE_SECONDS)
        widgets.still_here()


def show_question(message: Message) -> None:
    """Draw a question as a bubble, with what came with it."""
    with (
        st.container(key=f"asked-{message.id}", horizontal_alignment="right"),
        st.container(key=f"said-{message.id}", width="content"),
    ):
        question.show(message)


def _show_cell(cell: Watched, beside: int) -> Slots | None:
    """Draw a cell; `beside` is how many others stream. Returns its slots where it does."""
    with st.container(key=f"cellhead-{cell.id}"):
        st.markdown(md("**{}**", cell.label))
    if not cell.answer:
        st.caption("…")
        return None
    with st.container(key=f"figures-{cell.id}"):
        line = st.empty()
    _show_earlier(cell)
    *first, last = cell.answer
    with st.container(key=f"answer-{last.id}"):
        if cell.is_followed and cell.tape:
            _stream(cell.tape, first, beside)
        elif cell.is_hidden:
            answer.show_text(cell.answer)
        else:
            answer.show(cell.answer)
    outcome = st.empty()
    if cell.is_followed and cell.tape:
        if not cell.is_hidden:
            line.caption(_line(cell))
        return Slots(cell, cell.tape, line, outcome)
    _show_ended(cell, line, outcome)
    return None


def _show_ended(cell: Watched, line: DeltaGenerator, outcome: DeltaGenerator) -> None:
    """The figures of a reply that stands as it is, and what went wrong."""
    if not cell.is_hidden:
        line.caption(_line(cell))
    with outcome.container():
        (answer.show_blind_outcome if cell.is_hidden else answer.show_outcome)(cell.answer[-1])


@st.fragment(parallel=True)
def _stream(tape: LiveTape, earlier: Sequence[Message], beside: int) -> None:
    answer.stream(tape, earlier, beside=beside)


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
                question.show_text(cell.question)


def _show_said(message: Message) -> None:
    if message.role == "user":
        with st.container(key=f"said-{message.id}"):
            question.show_text(message)
        return
    answer.show([message])
    answer.show_outcome(message)
    st.caption(figures.footer(message.reply or Reply()))


def _line(cell: Watched) -> Markdown:
    """The lines over a cell, as far as its tape has come."""
    reply = cell.answer[-1].reply or Reply()
    if reply.state is State.RUNNING:
        return _running(cell)
    return figures.summary(reply, figures.cost(reply, cell.prices))


def _running(cell: Watched) -> Markdown:
    """A recorded reply's figures have the times of its recording, however fast it is played."""
    message, tape = cell.answer[-1], cell.tape or LiveTape("", "")
    elapsed_ms = tape.events[-1].at_ms if tape.events else 0.0
    if cell.is_live:
        elapsed_ms = (datetime.now(UTC) - message.created_at).total_seconds() * 1000
    asked = message.reply.model_requested if message.reply else None
    reply = replace(tape.so_far(cell.prompt_tokens, elapsed_ms), model_requested=asked)
    return figures.running(reply, figures.cost(reply, cell.prices))
