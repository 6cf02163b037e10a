"""Read-only cells for a replay or a presentation: they have no buttons and send nothing."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from lib.domain.comparison.colours import colours_of
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.playback import as_played, exchanges
from lib.domain.comparison.votes import Round, Tally, in_order, titles
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Prices
from lib.domain.reply.usage import estimate_prompt
from lib.domain.text.markdown.literal import md
from lib.engine.live import LiveTape
from lib.i18n.translation import gettext as _
from lib.ui.reply import cell as cell_view
from lib.ui.reply import question
from lib.ui.reply.cell import LIVE_SECONDS, Cell, CellPlaceholders, CellRenderers
from lib.ui.state import widgets


def of(
    comparison: Comparison,
    tapes: Mapping[str, LiveTape],
    prices: Prices,
    *,
    votes: Round | None = None,
    tally: Tally | None = None,
    is_followed: bool = True,
    is_live: bool = False,
) -> list[Cell]:
    """Return a comparison's cells, each with its last answer: from its tape if there is one, or as stored.

    In a blind round the cells are named by letters, in the round's order. `tally` are the votes on them,
    once these are closed.
    """
    asked, named = question_of(comparison), titles(comparison, votes)
    ordered = in_order(comparison.cells, votes)
    colours = colours_of(ordered)
    is_hidden = votes is not None and votes.is_hidden
    found = []
    for cell in ordered:
        exchange = exchanges(cell)[-1]
        tape = tapes.get(exchange.last.id)
        # Checked before the text is read: a tape that ends in between is followed, and so drawn to its end.
        is_open = is_followed and tape is not None and not tape.is_closed
        is_same = bool(asked and exchange.question and exchange.question.content == asked.content)
        watched = Cell(
            cell.id,
            named[cell.id],
            [*exchange.answer[:-1], as_played(exchange.last, tape.reply()) if tape else exchange.last],
            tape=tape,
            is_followed=is_open,
            is_live=is_live,
            prompt_tokens=estimate_prompt(cell.prompt(exchange.last.id)),
            question=None if is_same else exchange.question,
            before=() if is_hidden else exchange.before,  # earlier figures and names would give it away
            model=cell.model,
            prices=prices,
            is_hidden=is_hidden,
            colour=colours[cell.id],
            is_winner=tally is not None and cell.id in tally.winners,
            votes=(tally.choices.get(cell.id, 0), tally.votes) if tally and tally.votes else None,
            count=1 + sum(message.reply is not None for message in exchange.before),
        )
        found.append(watched)
    return found


def question_of(comparison: Comparison) -> Message | None:
    """Return the last question to the cells."""
    return exchanges(comparison.cells[0])[-1].question if comparison.cells else None


def show(cells: Sequence[Cell]) -> list[CellPlaceholders]:
    """Draw the cells side by side; return the slots of those that run."""
    return cell_view.show(cells, PARTS)


def follow(running: Sequence[CellPlaceholders], also: Callable[[], None] = lambda: None) -> None:
    """Update the figures of running replies until every one has ended; `also` is called as often."""
    live = list(running)
    while live:
        cell_view.advance(live, PARTS, live[0].cell.prices, lambda _: None)
        also()
        if live:
            live[0].tape.wait_closed(LIVE_SECONDS)
        widgets.still_here()


def show_question(message: Message) -> None:
    """Draw a question as a bubble, with its files."""
    with (
        st.container(key=f"asked-{message.id}", horizontal_alignment="right"),
        st.container(key=f"said-{message.id}", width="content"),
    ):
        question.show(message)


def _show_head(cell: Cell) -> None:
    with st.container(key=f"cellhead-{cell.id}"):
        st.markdown(md("**{}**", cell.label))
    if not cell.answer:
        st.caption("…")


def _show_asked(cell: Cell) -> None:
    """Draw the earlier messages and the cell's question collapsed, so that the answer is in view."""
    if cell.before:
        cell_view.show_folded(md(_("Earlier")), f"earlier-{cell.id}", cell.before, "said")
    if cell.question:
        cell_view.show_folded(md(_("What it was asked")), f"task-{cell.id}", [cell.question])


PARTS = CellRenderers(_show_head, _show_asked)
