"""The cells of a comparison, side by side: each with its model, its figures, and what it says."""

import streamlit as st

from lib import app
from lib.ui.compare import audience
from lib.ui.compare.cell import cells_of, parts_of
from lib.ui.reply import cell as cell_view
from lib.ui.reply.cell import LIVE_SECONDS, Slots
from lib.ui.state import comparison as comparison_state
from lib.ui.state import following, widgets
from lib.ui.state.comparison import ComparisonState
from lib.ui.state.session import Session


def show(state: ComparisonState, tab: Session) -> list[Slots]:
    """Draw the cells; running replies stream, each on a thread of its own. Returns those cells' slots."""
    return cell_view.show(cells_of(state), parts_of(state, tab))


def watch(state: ComparisonState, tab: Session, running: list[Slots]) -> None:
    """Keep the figures of running cells moving; returns when every reply has ended.

    The texts stream beside this on threads of their own, which may draw nothing but their text.
    """
    live, parts = list(running), parts_of(state, tab)

    def settle(slots: Slots) -> None:
        if cell := state.cell(slots.cell.id):
            following.settle(cell, slots.tape)

    while live or state.repeating:
        comparison_state.take_prices(state, tab)
        cell_view.advance(live, parts, state.prices, settle)
        audience.count(state)
        if comparison_state.is_outrun(state):
            st.rerun()
        if live:
            # Any of them: it is half a second that ends early when that reply does.
            live[0].tape.wait_closed(LIVE_SECONDS)
        else:
            app.get().engine.repeats.wait(LIVE_SECONDS)
        widgets.still_here()
