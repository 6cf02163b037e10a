"""A deck run on the page: its progress, its actions, and its live grid."""

import streamlit as st

from lib import app
from lib.domain.comparison import deck_runs as values
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import DeckRun, GridCell, Progress
from lib.domain.comparison.estimates import Expected
from lib.domain.comparison.statistics import of_replies
from lib.domain.reply.reply import Reply
from lib.domain.text.markdown.literal import Markdown, md, plain
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.ui.decks import callbacks, grid, run_callbacks
from lib.ui.kit import buttons, figures
from lib.ui.share import keeping, reports
from lib.ui.state import session
from lib.ui.state.comparison.decks import DecksState, held
from lib.ui.state.person import library, person_id
from lib.ui.state.session import Session

LIVE_SECONDS, IDLE_SECONDS = 1.0, 4.0
"""How often the grid is redrawn: while replies run, and while only another tab may change it."""
MENU = "run_menu"

Rows = list[tuple[Comparison, list[GridCell]]]


def show(state: DecksState, tab: Session) -> None:
    """Draw the open run."""
    run = state.run
    if run is None:
        return
    rows = _rows(state, run)
    _show_head(run)
    shown = _standing(run, rows)
    _show_controls(run, rows, tab)
    # `run_every` is a timer in the browser: a closed tab causes no more reruns.
    st.fragment(_show_moving, run_every=LIVE_SECONDS if _is_moving(run, rows) else IDLE_SECONDS)(shown)


def _rows(state: DecksState, run: DeckRun) -> Rows:
    """Return the rows with their grid cells. Only rows that changed in the store are read again."""
    store, engine = library().comparisons, app.get().engine
    stamps = store.updated_in_run(run.id)
    stale = [
        row_id
        for row_id, cells in stamps.items()
        if row_id not in state.rows or state.rows[row_id].updated_at != cells
    ]
    if stale:
        state.rows |= {row.id: row for row in store.of_run(run.id, stale)}

    def live(reply_id: str) -> Reply | None:
        tape = engine.follow(person_id(), reply_id)
        return tape.so_far() if tape else None

    kept = [state.rows[row_id] for row_id in stamps if row_id in state.rows]
    return [(row, values.grid_cells(run, row, live)) for row in kept if row.position < len(run.deck.prompts)]


def _progress(rows: Rows) -> Progress:
    return values.progress([grid_cell for _, grid_cells in rows for grid_cell in grid_cells])


def _is_moving(run: DeckRun, rows: Rows) -> bool:
    return app.get().engine.deck_runs.is_running(person_id(), run.id) or _progress(rows).running > 0


def _standing(run: DeckRun, rows: Rows) -> tuple[object, ...]:
    """Return what the controls depend on: when it changes, the whole page reruns."""
    engine = app.get().engine.deck_runs
    is_running = engine.is_running(person_id(), run.id)
    idle = None if is_running else (_progress(rows).missing, _progress(rows).running > 0)
    return is_running, engine.is_ending(person_id(), run.id), idle


def _show_head(run: DeckRun) -> None:
    has_deck = library().decks.get(run.deck.id) is not None
    with st.container(horizontal=True, vertical_alignment="center", key="run_head"):
        st.markdown(md("**{}**", run.deck.shown_title))
        st.caption(md(_("run on {}"), formats.moment(run.created_at)), width="content")
        st.space("stretch")
        if has_deck:
            buttons.button(
                _("Prompt set"), "show_deck", "notes", callbacks.show_deck, run.deck.id, kind="tertiary"
            )
        buttons.menu(
            [callbacks.DELETE_RUN],
            MENU,
            callbacks.choose,
            MENU,
            named=callbacks.named,
            destroys=callbacks.DELETE_RUN,
        )


def _show_controls(run: DeckRun, rows: Rows, tab: Session) -> None:
    """Draw the actions on the run and on its answers."""
    engine = app.get().engine.deck_runs
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run_controls"):
        if engine.is_running(person_id(), run.id):
            _show_running(run)
        else:
            _show_resting(run, rows, tab)
        st.space("stretch")
        with st.container(key="deck_run_actions", horizontal=True, width="content"):
            has_report = _progress(rows).done > 0 and not engine.is_running(person_id(), run.id)
            if has_report:
                keeping.show_keep_run(run.id)
            wants_report = has_report and reports.show_button()
    if wants_report:
        reports.open_run(run)
    if problem := engine.problem(person_id(), run.id):
        st.warning(plain(problem), icon=":material/pause_circle:")


def _show_running(run: DeckRun) -> None:
    if app.get().engine.deck_runs.is_ending(person_id(), run.id):
        st.caption(_("Waiting for running answers…"), width="content")
        buttons.button(_("Go on"), "resume_run", "play_arrow", run_callbacks.resume)
    else:
        buttons.button(_("Pause"), "pause_run", "pause", run_callbacks.pause)
    buttons.button(_("Stop"), "stop_run", "stop_circle", run_callbacks.stop)


def _show_resting(run: DeckRun, rows: Rows, tab: Session) -> None:
    """Offer to ask the missing grid cells, with the expected tokens and cost."""
    progress = _progress(rows)
    if progress.missing:
        label = _ask_label(progress)
        is_blocked = tab.connection.needs_key
        buttons.button(label, "resume_run", "play_arrow", run_callbacks.resume, disabled=is_blocked)
        gaps = [(each.row, each.column) for _, grid_cells in rows for each in grid_cells if each.is_missing]
        st.caption(estimated(run_callbacks.expected(run, tab, gaps), len(gaps)), width="content")
    elif progress.running:
        buttons.button(_("Stop"), "stop_run", "stop_circle", run_callbacks.stop)
    else:
        st.caption(_("All answers are here. Click one to open it as a comparison."), width="content")


def _ask_label(progress: Progress) -> str:
    if progress.waiting:
        return _("Resume") if progress.waiting < progress.total else _("Run")
    missing = progress.missing
    return ngettext("Ask the missing {}", "Ask the missing {}", missing).format(missing)


def estimated(one: Expected, answers: int) -> Markdown:
    """Return the expected tokens and cost of so many answers, in words."""
    return md(ngettext("{} for {} answer", "{} for {} answers", answers), figures.about(one), answers)


def _show_moving(shown: tuple[object, ...]) -> None:
    """Draw the progress and the grid; the fragment reruns by timer."""
    state = held()
    run = state.run
    if run is None:
        return
    rows = _rows(state, run)
    progress = _progress(rows)
    st.progress(progress.done / max(progress.total, 1), text=_in_words(run, progress))
    prices = app.get().engine.catalogue.prices(session.held().connection)
    columns = [
        of_replies([grid_cells[at].reply for _, grid_cells in rows], prices, column.model)
        for at, column in enumerate(run.columns)
    ]
    clicked = grid.show(grid.table(run, rows, columns, prices), key="deck_grid")
    if clicked.retried:
        run_callbacks.retry(clicked.retried)
    if clicked.opened:
        run_callbacks.open_row(clicked.opened)
    # Not before the grid: a run that ends earlier loses the click that caused it.
    if clicked.retried or _standing(run, rows) != shown:
        st.rerun()


def _in_words(run: DeckRun, progress: Progress) -> Markdown:
    engine = app.get().engine.deck_runs
    parts = [
        md(ngettext("{} of {} answer", "{} of {} answers", progress.total), progress.done, progress.total)
    ]
    if progress.running:
        parts.append(md(_("{} running"), progress.running))
    if progress.failed:
        parts.append(md(_("{} to ask again"), progress.failed))
    if not engine.is_running(person_id(), run.id) and progress.waiting:
        parts.append(md(_("paused")))
    return md(" · ").join(parts)
