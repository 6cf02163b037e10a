"""What a person does with the run of a deck: its buttons' callbacks, and what a click in its grid asks."""

from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.chat import deck_runs as values
from lib.chat.deck_runs import MOST_COLUMNS, DeckRun
from lib.chat.expected import Expected
from lib.engine.engine import SendRefused, new_id
from lib.store.database import StoreError
from lib.ui import comparing, drafts, errors, session
from lib.ui.deck_actions import click, stop_run
from lib.ui.decks import Decks, add_column, held

RUN, RESUME = "run", "resume"
"""What may wait for the person's agreement."""
COMPARE_PAGE = "pages/compare.py"


def add_model() -> None:
    """One more column, with the settings of the last one and a model that is not there yet."""
    now = held()
    if len(now.chosen.cells) < MOST_COLUMNS:
        add_column(now, like=now.chosen.cells[-1])


def remove_model(cell_id: str) -> None:
    """One column less."""
    cells = held().chosen.cells
    if len(cells) > values.FEWEST_COLUMNS:
        cells[:] = [cell for cell in cells if cell.id != cell_id]


def expected(run: DeckRun, missing: list[tuple[int, int]] | None = None) -> Expected:
    """What the missing fields of a run are expected to take; all of them, where none are named."""
    every = [(row, column) for row in range(len(run.deck.prompts)) for column in range(len(run.columns))]
    prices = app.get().engine.catalogue.prices(session.held().connection)
    return values.expected(run, every if missing is None else missing, prices)


def run() -> None:
    """Run the open deck over the chosen models; many tokens are asked about first."""
    _begin(RUN)


def resume() -> None:
    """Ask what the open run lacks; many tokens are asked about first."""
    _begin(RESUME)


def confirm() -> None:
    """Do what was asked about for its expected tokens."""
    now = held()
    what, now.asking = now.asking, None
    if what in (RUN, RESUME):
        _begin(what, is_agreed=True)


def _begin(what: str, *, is_agreed: bool = False) -> None:
    now = held()
    if not (own := click(now)):
        return
    try:
        refusal = _run(now, own, is_agreed) if what == RUN else _resume(now, is_agreed)
    except StoreError as error:
        refusal = str(error)
    if refusal:
        st.toast(refusal, icon=":material/error:")


def _run(now: Decks, run_id: str, is_agreed: bool) -> str:
    """Store a new run and begin it; returns why not, if not."""
    deck = app.get().store.decks.get(now.deck_id or "")
    if deck is None:
        return "This deck is not here any more."
    drafts.choose_models(now.chosen, session.held().models_for_cells)
    cells = now.chosen.cells
    if any(not cell.model for cell in cells):
        return "Choose a model for each column first."
    fresh, rows = values.of(run_id, deck, cells, now=datetime.now(UTC), new_id=new_id)
    if not rows:
        return "Write a prompt first."
    if not is_agreed and expected(fresh).is_much:
        now.asking = RUN
    elif app.get().store.deck_runs.add(fresh, rows):
        now.open_run(run_id)
        _start(fresh)
    return ""


def _resume(now: Decks, is_agreed: bool) -> str:
    """Begin the open run again; returns why not, if not."""
    store = app.get().store
    found = store.deck_runs.get(now.run_id or "")
    if found is None:
        return "This run is not here any more."
    if not is_agreed and expected(found, missing(found)).is_much:
        now.asking = RESUME
    else:
        _start(found)
    return ""


def missing(run_: DeckRun) -> list[tuple[int, int]]:
    """The fields of a run that lack an answer, as the store has them."""
    rows = app.get().store.comparisons.of_run(run_.id)
    fields = [each for row in rows for each in values.fields(run_, row)]
    return [(each.row, each.column) for each in fields if each.is_missing]


def _start(run_: DeckRun) -> None:
    tab = session.held()
    app.get().engine.deck_runs.start(run_, tab.connection, session_id=tab.id)


def pause() -> None:
    """Let what runs end, and begin nothing more."""
    app.get().engine.deck_runs.pause(held().run_id or "")


@errors.stored
def stop() -> None:
    """Stop what runs, and begin nothing more."""
    stop_run(held().run_id or "")


def retry(asked: str) -> None:
    """Ask a field once more: `asked` names its row, its column, and the tries that there were before."""
    now, tab = held(), session.held()
    row_id, column, tries = (*str(asked).split("/"), "", "", "")[:3]
    if not now.run or not (column.isdecimal() and tries.isdecimal()):
        return
    engine = app.get().engine.deck_runs
    try:
        engine.retry(now.run, row_id, int(column), int(tries), tab.connection, session_id=tab.id)
    except (SendRefused, StoreError) as error:
        st.toast(str(error), icon=":material/error:")


def open_row(row_id: str) -> None:
    """Open a row as a comparison on its own page: ends this run of the page."""
    now = held()
    found = app.get().store.comparisons.get(str(row_id))
    if found and now.run and found.deck_run_id == now.run.id and found.cells:
        comparing.held().open(found)
        # With its address: one step back in the browser then leads to the run again.
        st.switch_page(COMPARE_PAGE, query_params={comparing.OPEN: found.id})
