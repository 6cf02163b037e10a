"""Callbacks of a deck run's buttons, and the actions of clicks in its grid."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.comparison import deck_runs as values
from lib.domain.comparison.deck_runs import MOST_COLUMNS, DeckRun
from lib.domain.comparison.estimates import Expected
from lib.domain.text.markdown.literal import literal
from lib.engine.sending import SendRefused, new_id
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.ui.decks.callbacks import click_id, is_first, stop_run
from lib.ui.kit import errors
from lib.ui.shell import scheduler
from lib.ui.state import session
from lib.ui.state.comparison import comparison as comparison_state
from lib.ui.state.comparison import new_comparisons
from lib.ui.state.comparison.decks import DecksState, held
from lib.ui.state.pages import COMPARE_PAGE
from lib.ui.state.person import library, person_id
from lib.ui.state.session import Session

RUN, RESUME = "run", "resume"
"""The actions that may wait for confirmation."""


def add_model() -> None:
    """Add a column with the settings of the last one and a model that no column has yet."""
    state = held()
    if len(state.chosen.cells) < MOST_COLUMNS:
        new_comparisons.add(state.chosen, like=state.chosen.cells[-1]).model = None


def remove_model(cell_id: str) -> None:
    """Remove a column."""
    cells = held().chosen.cells
    if len(cells) > values.FEWEST_COLUMNS:
        cells[:] = [cell for cell in cells if cell.id != cell_id]


def expected(run: DeckRun, tab: Session, missing: Sequence[tuple[int, int]] | None = None) -> Expected:
    """Return the expected tokens and cost of a run's `missing` grid cells; `None` means all of them."""
    every = [(row, column) for row in range(len(run.deck.prompts)) for column in range(len(run.columns))]
    prices = app.get().engine.catalogue.prices(tab.connection)
    return values.expected(run, every if missing is None else missing, prices)


def run() -> None:
    """Run the open deck over the chosen models; an expensive run waits for confirmation."""
    _begin(RUN)


def resume() -> None:
    """Ask the missing grid cells of the open run; an expensive run waits for confirmation."""
    _begin(RESUME)


def confirm() -> None:
    """Do what was waiting for confirmation."""
    _begin(None)


def _begin(what: str | None) -> None:
    """Run or resume, once per click; `None` does what the person has confirmed."""
    state, tab, click = held(), session.held(), click_id()
    refusal, models = "", tab.models_for_cells
    with scheduler.sending():
        if not is_first(state, tab, click):
            return
        is_agreed, what, state.to_confirm = what is None, what or state.to_confirm, None
        try:
            if what == RUN:
                new_comparisons.choose_models(state.chosen, models)
                refusal = _run(state, tab, click, is_agreed=is_agreed)
            elif what == RESUME:
                refusal = _resume(state, tab, is_agreed=is_agreed)
        except StoreError as error:
            refusal = str(error)
    if refusal:
        st.toast(literal(refusal), icon=":material/error:")


def _run(state: DecksState, tab: Session, run_id: str, *, is_agreed: bool) -> str:
    """Store a new run and start it; return why that failed, or ""."""
    deck = library().decks.get(state.deck_id or "")
    if deck is None:
        return _("This prompt set no longer exists.")
    cells = state.chosen.cells
    if any(not cell.model for cell in cells):
        return _("Choose a model for each column first.")
    fresh, rows = values.of(run_id, deck, cells, now=datetime.now(UTC), new_id=new_id)
    if not rows:
        return _("Write a prompt first.")
    if not is_agreed and expected(fresh, tab).is_much:
        state.to_confirm = RUN
    elif library().deck_runs.add(fresh, rows):
        state.open_run(run_id)
        _start(fresh, tab)
    return ""


def _resume(state: DecksState, tab: Session, *, is_agreed: bool) -> str:
    """Resume the open run; return why that failed, or ""."""
    found = library().deck_runs.get(state.run_id or "")
    if found is None:
        return _("This run no longer exists.")
    if not is_agreed and expected(found, tab, missing(found)).is_much:
        state.to_confirm = RESUME
    else:
        _start(found, tab)
    return ""


def missing(run_: DeckRun) -> list[tuple[int, int]]:
    """Return the grid cells of a run that have no answer in the store."""
    rows = library().comparisons.of_run(run_.id)
    grid_cells = [each for row in rows for each in values.grid_cells(run_, row)]
    return [(each.row, each.column) for each in grid_cells if each.is_missing]


def _start(run_: DeckRun, tab: Session) -> None:
    app.get().engine.deck_runs.start(person_id(), run_, tab.connection, session_id=tab.id)


def pause() -> None:
    """Let running replies end, and start no more."""
    app.get().engine.deck_runs.pause(person_id(), held().run_id or "")


@errors.stored
def stop() -> None:
    """Stop running replies, and start no more."""
    stop_run(held().run_id or "")


def retry(asked: str) -> None:
    """Retry a grid cell: `asked` names its row, its column, and how many tries there were before."""
    state, tab = held(), session.held()
    # A component's value comes from the browser: it may be anything.
    row_id, column, tries = (*str(asked).split("/"), "", "", "")[:3]
    if not state.run or not (column.isdecimal() and tries.isdecimal()):
        return
    engine = app.get().engine.deck_runs
    try:
        engine.retry(
            person_id(), state.run, row_id, int(column), int(tries), tab.connection, session_id=tab.id
        )
    except (SendRefused, StoreError) as error:
        st.toast(literal(str(error)), icon=":material/error:")


def open_row(row_id: str) -> None:
    """Open a row as a comparison on the compare page; this ends the script run."""
    state = held()
    found = library().comparisons.get(str(row_id))
    if found and state.run and found.deck_run_id == state.run.id and found.cells:
        comparison_state.held().open(found)
        # With its address, so that the browser's Back button leads to the run again.
        st.switch_page(COMPARE_PAGE, query_params={comparison_state.OPEN: found.id})
