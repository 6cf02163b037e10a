"""The cells of a comparison, side by side: each with its model, figures and answer."""

import streamlit as st

from lib import app
from lib.ui.compare import audience
from lib.ui.compare.cell import cells_of, parts_of
from lib.ui.reply import cell as cell_view
from lib.ui.reply.cell import LIVE_SECONDS, CellPlaceholders
from lib.ui.state import widgets
from lib.ui.state.comparison import comparison as comparison_state
from lib.ui.state.comparison.comparison import ComparisonState
from lib.ui.state.conversation import following
from lib.ui.state.session import Session


def show(state: ComparisonState, tab: Session) -> list[CellPlaceholders]:
    """Draw the cells and return the slots of those that run; each running reply streams on its own thread."""
    return cell_view.show(cells_of(state), parts_of(state, tab))


def watch(state: ComparisonState, tab: Session, running: list[CellPlaceholders]) -> None:
    """Update the figures of running cells until every reply has ended.

    Meanwhile the texts stream on their own threads, which may draw nothing else.
    """
    live, parts = list(running), parts_of(state, tab)

    def settle(slots: CellPlaceholders) -> None:
        if cell := state.cell(slots.cell.id):
            following.settle(cell, slots.tape)

    while live or state.repeating:
        comparison_state.take_prices(state, tab)
        cell_view.advance(live, parts, state.prices, settle)
        audience.count(state)
        if comparison_state.is_outrun(state):
            st.rerun()
        if live:
            # Any of them will do: this waits half a second, or less if that reply ends.
            live[0].tape.wait_closed(LIVE_SECONDS)
        else:
            app.get().engine.repeats.wait(LIVE_SECONDS)
        widgets.still_here()
