"""Callbacks for a comparison as a whole. They run before the page is drawn."""

from functools import partial

import streamlit as st

from lib import app
from lib.domain.comparison.comparisons import MOST_CELLS
from lib.domain.conversation.conversations import clean_title
from lib.i18n.translation import gettext as _
from lib.ui.compare import cell_callbacks
from lib.ui.kit import errors
from lib.ui.shell.lists.rows import Action, Chosen
from lib.ui.state import panel, undo, widgets
from lib.ui.state.comparison import new_comparisons
from lib.ui.state.comparison.comparison import held
from lib.ui.state.person import library

RENAME = "Rename comparison"
"""The dialog for another title."""


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


def act(chosen: Chosen) -> None:
    """Do what was chosen in the menu of a row of the list."""
    if chosen.action is Action.RENAME:
        panel.open_panel(RENAME, chosen.id)
    elif chosen.action is Action.DELETE:
        delete(chosen.id)


@errors.stored
def rename(comparison_id: str, key: str) -> None:
    """Rename a comparison as the field with this key says."""
    state = held()
    title = clean_title(widgets.text(key))
    if title:
        library().comparisons.rename(comparison_id, title)
        if state.comparison.id == comparison_id:
            state.comparison.title = title
        app.get().engine.notifications.tell(comparison_id)
    panel.close()


@errors.stored
def delete(comparison_id: str) -> None:
    """Delete a comparison; for a while it can be brought back."""
    state, comparisons = held(), library().comparisons
    is_open = state.comparison.id == comparison_id
    if found := comparisons.get(comparison_id):
        for cell in found.cells:
            cell_callbacks.stop(cell.id)
        undo.offer(found.id, found.title or _("New comparison"), partial(_bring_back, found.id, is_open))
        comparisons.delete(found.id)
        app.get().engine.notifications.tell(found.id)
    if is_open:
        start_new()


def _bring_back(comparison_id: str, was_open: bool) -> None:
    library().comparisons.restore(comparison_id)
    if was_open:
        open_listed(comparison_id)
