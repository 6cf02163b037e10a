"""One cell: its name, question, answer and figures, drawn the same on every screen that has cells."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.domain.comparison.playback import as_played
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Prices
from lib.domain.reply.errors import ChatError
from lib.domain.reply.reply import Reply, State
from lib.domain.text.markdown.literal import Markdown
from lib.engine.live import LiveTape
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.ui.kit import figures, grid
from lib.ui.reply import answer, question

LIVE_SECONDS = 0.5
"""How often the figures of a running reply are redrawn."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The current state of a cell."""

    id: str
    label: str
    answer: Sequence[Message]
    """An answer and its continuations. Empty while there is none, or while it is not shown yet."""
    tape: LiveTape | None = None
    """The tape of the last reply, while it runs or plays."""
    is_followed: bool = False
    """Whether the page draws the tape as it grows."""
    is_live: bool = False
    """Whether the reply runs now, unlike a recording."""
    prompt_tokens: int = 0
    """An estimate of what the request took."""
    question: Message | None = None
    """The cell's question, if it differs from the one above all cells."""
    before: Sequence[Message] = ()
    """The earlier messages."""
    model: str | None = None
    """The model of its conversation."""
    prices: Prices = field(default_factory=dict)
    """Without prices no cost is shown."""
    is_hidden: bool = False
    """Whether the model is still hidden: then no figures, no thinking, and no error in its own words."""
    colour: int = 0
    """The index of its colour."""
    is_winner: bool = False
    """Whether most people chose it."""
    votes: tuple[int, int] | None = None
    """How many people chose it, and how many voted, once that may be seen."""
    is_repeating: bool = False
    """Whether more answers to the same question follow this one."""
    count: int = 1
    """How many answers it has had, with this one."""


@dataclass(frozen=True, slots=True)
class CellPlaceholders:
    """The places in a cell that change when its reply ends: `running` and `ended` are for the buttons."""

    cell: Cell
    tape: LiveTape
    figures: DeltaGenerator
    running: DeltaGenerator
    ended: DeltaGenerator
    outcome: DeltaGenerator


@dataclass(frozen=True, slots=True)
class CellRenderers:
    """The parts of a cell that a screen draws itself: each function is called in its place."""

    head: Callable[[Cell], None]
    asked: Callable[[Cell], None]
    """Draws the question and the earlier messages."""
    running: Callable[[Cell], None] | None = None
    """Draws the actions while the reply runs."""
    ended: Callable[[Cell], None] | None = None
    """Draws the actions on the answer."""
    remedy: Callable[[Cell, ChatError], None] | None = None
    """Draws the remedy for an error."""


def show(cells: Sequence[Cell], parts: CellRenderers) -> list[CellPlaceholders]:
    """Draw cells side by side; each running reply streams on its own thread.

    Return the slots of those that run.
    """
    # One browser draws them all: the more there are, the less often each is redrawn.
    beside = sum(cell.is_followed for cell in cells) - 1
    running = []
    for cell, box in zip(cells, grid.boxes([cell.id for cell in cells]), strict=True):
        with box:
            slots = _show_cell(cell, parts, beside)
        if slots:
            running.append(slots)
    return running


def advance(
    live: list[CellPlaceholders],
    parts: CellRenderers,
    prices: Prices,
    on_ended: Callable[[CellPlaceholders], None],
) -> None:
    """Redraw the figures of running replies; remove those that have ended from `live`."""
    for slots in list(live):
        if not slots.tape.is_closed:
            if not slots.cell.is_hidden:
                slots.figures.caption(_running(replace(slots.cell, prices=prices)))
            continue
        live.remove(slots)
        on_ended(slots)
        said = [*slots.cell.answer[:-1], as_played(slots.cell.answer[-1], slots.tape.reply())]
        cell = replace(slots.cell, answer=said, is_followed=False, prices=prices)
        _show_ended(replace(slots, cell=cell), parts)


def show_said(message: Message, key: str) -> None:
    """Draw an earlier message in full; a question gets a box with this key, or none if it is empty."""
    if message.role == "user":
        with st.container(key=f"{key}-{message.id}") if key else nullcontext():
            question.show(message)
        return
    answer.show([message])
    answer.show_outcome(message)
    st.caption(figures.footer(message.reply or Reply()))


def show_folded(label: Markdown, key: str, messages: Sequence[Message], said: str = "") -> None:
    """Draw earlier messages collapsed, so that the answer is in view; `said` is the `key` of `show_said`."""
    # `rerun`: by default Streamlit runs the content of a closed expander too.
    with st.expander(label, type="compact", key=key, on_change="rerun") as fold:
        if fold.open:
            for message in messages:
                show_said(message, said)


def _show_cell(cell: Cell, parts: CellRenderers, beside: int) -> CellPlaceholders | None:
    with st.container(key=f"colour-{cell.colour}-{cell.id}"):
        parts.head(cell)
        if cell.votes:
            _show_votes(*cell.votes)
    if not cell.answer:
        return None
    with st.container(key=f"before-{cell.id}"):
        parts.asked(cell)
    _show_answer(cell, beside)
    outcome = st.empty()
    with st.container(key=f"figures-{cell.id}"):
        line, running, ended = st.empty(), st.empty(), st.empty()
        if cell.is_winner:
            _show_winner(cell)
    slots = CellPlaceholders(cell, cell.tape or LiveTape("", "", ""), line, running, ended, outcome)
    if cell.is_followed or cell.is_repeating:
        _show_buttons(running, parts.running, cell)
    if not cell.is_followed:
        _show_ended(slots, parts)
        return None
    if not cell.is_hidden:
        line.caption(_line(cell))
    return slots


def _show_answer(cell: Cell, beside: int) -> None:
    # What stands in a container stays until it is drawn over, which an answer that has just begun does not
    # do. So two answers in a row have different places, and the other place is empty.
    places = st.empty(), st.empty()
    *first, last = cell.answer
    with places[cell.count % 2].container(key=f"answer-{last.id}"):
        if cell.is_followed and cell.tape:
            _stream(cell.tape, first, beside)
        elif cell.is_hidden:
            answer.show_text(cell.answer)  # whether and how long it thinks would give a model away
        else:
            answer.show(cell.answer)


def _show_winner(cell: Cell) -> None:
    with st.container(key=f"winner-{cell.id}"):
        st.badge(_("Winner"), icon=":material/trophy:", color="green")


def _show_votes(count: int, of: int) -> None:
    """Draw the votes for a cell as a bar in its colour."""
    said = ngettext("{} vote", "{} votes", count).format(count)
    bar = f'<i class="bar" style="width: {100 * count / of:.0f}%"></i>' if count else ""
    st.html(f'<div class="votes">{bar}<span>{escape(said)}</span></div>')


# A parallel fragment draws nothing outside itself, and a click in it waits for the end of the whole run: so
# the script draws figures and buttons (docs/decisions/0010).
@st.fragment(parallel=True)
def _stream(tape: LiveTape, earlier: Sequence[Message], beside: int) -> None:
    answer.stream(tape, earlier, beside=beside)


def _show_buttons(place: DeltaGenerator, show_them: Callable[[Cell], None] | None, cell: Cell) -> None:
    if show_them:
        with place.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            show_them(cell)


def _show_ended(slots: CellPlaceholders, parts: CellRenderers) -> None:
    """Draw the figures, actions and error of a reply that has ended."""
    cell = slots.cell
    if not cell.is_hidden:
        slots.figures.caption(_line(cell))
    if not cell.is_repeating:  # otherwise it can still be stopped
        slots.running.empty()
        _show_buttons(slots.ended, parts.ended, cell)
    with slots.outcome.container():
        if cell.is_hidden:
            answer.show_blind_outcome(cell.answer[-1])
        else:
            remedy = parts.remedy
            answer.show_outcome(cell.answer[-1], (lambda error: remedy(cell, error)) if remedy else None)


def _line(cell: Cell) -> Markdown:
    """Return the line under a cell for what is on its tape so far."""
    reply = cell.answer[-1].reply or Reply()
    if reply.state is State.RUNNING:
        return _running(cell)
    return figures.summary(reply, figures.cost(reply, cell.prices, cell.model))


def _running(cell: Cell) -> Markdown:
    """Return a running cell's line; a recording shows its recorded times, at whatever pace it plays."""
    message, tape = cell.answer[-1], cell.tape or LiveTape("", "", "")
    elapsed_ms = tape.events[-1].at_ms if tape.events else 0.0
    if cell.is_live:
        elapsed_ms = (datetime.now(UTC) - message.created_at).total_seconds() * 1000
    asked = message.reply.model_requested if message.reply else None
    reply = replace(tape.so_far(cell.prompt_tokens, elapsed_ms), model_requested=asked)
    return figures.running(reply, figures.cost(reply, cell.prices, cell.model))
