"""One cell: its figures, what it was asked, its answer; drawn so on every screen that has cells."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.domain.comparison.playback import as_played
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Prices
from lib.domain.reply.errors import ChatError
from lib.domain.reply.reply import Reply, State
from lib.domain.text.markdown.literal import Markdown
from lib.engine.live import LiveTape
from lib.ui.kit import figures, grid
from lib.ui.reply import answer, question

LIVE_SECONDS = 0.5
"""How often the figures of a running reply are drawn."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it stands now."""

    id: str
    label: str
    answer: Sequence[Message]
    """An answer, and what continues it. Empty while there is none, or it is not shown yet."""
    tape: LiveTape | None = None
    """The tape of the last reply: what it says so far, where it runs or is played."""
    is_followed: bool = False
    """Whether the page draws its tape as it grows."""
    is_live: bool = False
    """Whether it runs now; a recording does not."""
    prompt_tokens: int = 0
    """An estimate for what was sent to get the answer."""
    question: Message | None = None
    """What the cell was asked, where that is not what stands above all cells."""
    before: Sequence[Message] = ()
    """What was said earlier."""
    prices: Prices = field(default_factory=dict)
    """Without any, no cost is told."""
    is_hidden: bool = False
    """Whether nobody may be told yet whose answer it is: no figures, no thinking, no error in its words."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The places of a cell that change when its reply ends."""

    cell: Cell
    tape: LiveTape
    figures: DeltaGenerator
    controls: DeltaGenerator | None
    outcome: DeltaGenerator


@dataclass(frozen=True, slots=True)
class Parts:
    """What a screen draws of its own in a cell: each is called in its place."""

    head: Callable[[Cell], None]
    asked: Callable[[Cell], None]
    """What was asked and said before the answer."""
    running: Callable[[Cell], None] | None = None
    """What can be done while it answers."""
    ended: Callable[[Cell], None] | None = None
    """What can be done with the answer."""
    remedy: Callable[[Cell, ChatError], None] | None = None
    """What helps after an error."""


def show(cells: Sequence[Cell], parts: Parts) -> list[Slots]:
    """Draw cells side by side; running replies stream, each on a thread of its own.

    Returns the slots of those that run.
    """
    # One browser draws them all: the more there are, the more rarely each is drawn.
    beside = sum(cell.is_followed for cell in cells) - 1
    running = []
    for cell, box in zip(cells, grid.boxes([cell.id for cell in cells]), strict=True):
        with box:
            slots = _show_cell(cell, parts, beside)
        if slots:
            running.append(slots)
    return running


def advance(live: list[Slots], parts: Parts, prices: Prices, on_ended: Callable[[Slots], None]) -> None:
    """Draw the figures of running replies as they are now; those that have ended leave the list."""
    for slots in list(live):
        if not slots.tape.is_closed:
            if not slots.cell.is_hidden:
                slots.figures.caption(_running(replace(slots.cell, prices=prices)))
            continue
        live.remove(slots)
        on_ended(slots)
        said = [*slots.cell.answer[:-1], as_played(slots.cell.answer[-1], slots.tape.reply())]
        cell = replace(slots.cell, answer=said, is_followed=False, prices=prices)
        _show_ended(cell, parts, slots.figures, slots.controls, slots.outcome)


def show_said(message: Message, key: str) -> None:
    """Draw a message of before, whole; a question in a box with this key, or without one."""
    if message.role == "user":
        with st.container(key=f"{key}-{message.id}") if key else nullcontext():
            question.show(message)
        return
    answer.show([message])
    answer.show_outcome(message)
    st.caption(figures.footer(message.reply or Reply()))


def show_folded(label: Markdown, key: str, messages: Sequence[Message], said: str = "") -> None:
    """Draw what was said before, folded, so that the answer is in view; `said` as in `show_said`."""
    # `rerun`: by default Streamlit runs what is in a fold though it is closed.
    with st.expander(label, type="compact", key=key, on_change="rerun") as fold:
        if fold.open:
            for message in messages:
                show_said(message, said)


def _show_cell(cell: Cell, parts: Parts, beside: int) -> Slots | None:
    parts.head(cell)
    if not cell.answer:
        return None
    with st.container(key=f"figures-{cell.id}"):
        line, controls = st.empty(), st.empty() if parts.ended else None
    parts.asked(cell)
    *first, last = cell.answer
    with st.container(key=f"answer-{last.id}"):
        if cell.is_followed and cell.tape:
            _stream(cell.tape, first, beside)
        elif cell.is_hidden:
            answer.show_text(cell.answer)  # who thinks, and for how long, tells models apart
        else:
            answer.show(cell.answer)
    outcome = st.empty()
    if not cell.is_followed or not cell.tape:
        _show_ended(cell, parts, line, controls, outcome)
        return None
    if not cell.is_hidden:
        line.caption(_line(cell))
    _show_controls(controls, parts.running, cell)
    return Slots(cell, cell.tape, line, controls, outcome)


# A parallel fragment draws nothing outside of itself, and a click in it waits for the end of the whole run:
# figures and buttons are the script's (docs/decisions/0010).
@st.fragment(parallel=True)
def _stream(tape: LiveTape, earlier: Sequence[Message], beside: int) -> None:
    answer.stream(tape, earlier, beside=beside)


def _show_controls(
    controls: DeltaGenerator | None, show_them: Callable[[Cell], None] | None, cell: Cell
) -> None:
    if controls and show_them:
        with controls.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            show_them(cell)


def _show_ended(
    cell: Cell, parts: Parts, line: DeltaGenerator, controls: DeltaGenerator | None, outcome: DeltaGenerator
) -> None:
    """The figures of a reply that stands as it is, what can be done with it, and what went wrong."""
    if not cell.is_hidden:
        line.caption(_line(cell))
    _show_controls(controls, parts.ended, cell)
    with outcome.container():
        if cell.is_hidden:
            answer.show_blind_outcome(cell.answer[-1])
        else:
            remedy = parts.remedy
            answer.show_outcome(cell.answer[-1], (lambda error: remedy(cell, error)) if remedy else None)


def _line(cell: Cell) -> Markdown:
    """The lines over a cell, as far as its tape has come."""
    reply = cell.answer[-1].reply or Reply()
    if reply.state is State.RUNNING:
        return _running(cell)
    return figures.summary(reply, figures.cost(reply, cell.prices))


def _running(cell: Cell) -> Markdown:
    """A recorded reply's figures have the times of its recording, however fast it is played."""
    message, tape = cell.answer[-1], cell.tape or LiveTape("", "")
    elapsed_ms = tape.events[-1].at_ms if tape.events else 0.0
    if cell.is_live:
        elapsed_ms = (datetime.now(UTC) - message.created_at).total_seconds() * 1000
    asked = message.reply.model_requested if message.reply else None
    reply = replace(tape.so_far(cell.prompt_tokens, elapsed_ms), model_requested=asked)
    return figures.running(reply, figures.cost(reply, cell.prices))
