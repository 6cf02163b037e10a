"""Callbacks for a comparison as a whole. They run before the page is drawn."""

from functools import partial

import streamlit as st

from lib import app
from lib.domain.comparison.comparisons import MOST_CELLS
from lib.i18n.translation import gettext as _
from lib.ui.compare import cell_callbacks
from lib.ui.kit import errors
from lib.ui.state import undo
from lib.ui.state.comparison import new_comparisons
from lib.ui.state.comparison.comparison import held
from lib.ui.state.person import library


def add_cell() -> None:
    """Add a cell with the settings of the last one and a model that no cell has yet."""
    state = held()
    if len(state.comparison.cells) < MOST_CELLS:
        new_comparisons.add(state.comparison, like=state.comparison.cells[-1]).model = None
        state.is_chosen = True


def sweep() -> None:
    """Let the first cell's model answer at three temperatures, beside the other models that were chosen."""
    state = held()
    cells = new_comparisons.swept(state.comparison, is_chosen=state.is_chosen)
    if len(cells) <= MOST_CELLS:
        new_comparisons.arrange(state.comparison, cells)
        state.is_chosen = True


def stop_all() -> None:
    """Stop every cell and its repeats."""
    for cell in held().comparison.cells:
        cell_callbacks.stop(cell.id)


def start_new() -> None:
    """Start a new comparison of the same models."""
    state = held()
    state.open(new_comparisons.new(like=state.comparison))
    state.invitation = None
    st.query_params.clear()


@errors.stored
def open_listed(comparison_id: str) -> None:
    """Open the comparison chosen in the list."""
    state = held()
    if found := library().comparisons.get(comparison_id):
        state.open(found)


@errors.stored
def delete() -> None:
    """Delete the open comparison, after the person has confirmed; for a while it can be brought back."""
    state = held()
    stop_all()
    comparison = state.comparison
    undo.offer(comparison.id, comparison.title or _("New comparison"), partial(_bring_back, comparison.id))
    library().comparisons.delete(comparison.id)
    app.get().engine.notifications.tell(comparison.id)
    start_new()


def _bring_back(comparison_id: str) -> None:
    library().comparisons.restore(comparison_id)
    open_listed(comparison_id)
