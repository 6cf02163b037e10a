"""Callbacks of the compare page that send to its cells. They run before the page is drawn."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from lib import app
from lib.domain.comparison.comparisons import MOST_CELLS, missing, synthesis
from lib.domain.conversation.conversations import Conversation, title_from
from lib.domain.text.markdown.literal import literal
from lib.engine.sending import Accepted, SendRefused, new_id
from lib.engine.series.repeats import Repeated
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.ui.compare import blind
from lib.ui.composer import uploads
from lib.ui.shell import scheduler
from lib.ui.state import session, structured, widgets
from lib.ui.state.comparison import comparison as comparison_state
from lib.ui.state.comparison import new_comparisons
from lib.ui.state.comparison.comparison import ComparisonState, Pending, held
from lib.ui.state.conversation import sending
from lib.ui.state.person import library, person_id
from lib.ui.state.session import Session


def submit() -> None:
    """Send the composer's text and files to all cells; the text stays in the box if a file was refused."""
    state, tab, send_id, said = held(), session.held(), _send_id(), widgets.value(comparison_state.BOX)
    if not said:
        return
    with uploads.once(state.draft, send_id) as is_first:
        if is_first:
            state.draft.refusals, tab.send_id = [], new_id()
            uploads.take(state.draft, said.files)
            _submit(state, tab, said.text, send_id)


def _submit(state: ComparisonState, tab: Session, text: str, send_id: str) -> None:
    if not text.strip() and not state.draft.attachments:
        return
    if state.draft.refusals:
        state.draft.give_back(text)
    elif state.expected(text).is_much:
        state.pending = Pending(text)
    else:
        _ask_all(state, tab, text, send_id)


def detach(attachment_id: str) -> None:
    """Remove a file from the draft."""
    held().draft.detach(attachment_id)


def repeat() -> None:
    """Repeat the last question until every cell has the wanted number of answers."""
    state = held()
    if state.expected(None).is_much:
        state.pending = Pending(None)
    else:
        _repeat(state, session.held(), _send_id("repeated"))


def confirm() -> None:
    """Send the question that was held back because of its cost."""
    state, tab, send_id = held(), session.held(), _send_id("confirmed")
    pending, state.pending = state.pending, None
    if pending and pending.text is None:
        _repeat(state, tab, send_id)
    elif pending and pending.text is not None:
        _ask_all(state, tab, pending.text, send_id)


def withdraw() -> None:
    """Cancel the question that was held back; its text returns to the message box."""
    state = held()
    pending, state.pending = state.pending, None
    state.draft.give_back((pending.text if pending else None) or "")


def retry(cell_id: str) -> None:
    """Regenerate a cell's last answer."""
    state, tab, send_id = held(), session.held(), _send_id("regenerated")
    if cell := state.cell(cell_id):
        with scheduler.sending():
            again = partial(app.get().engine.regenerate, person_id(), question_id=cell.path()[-1].parent_id)
            refusal = _fault(state, cell) or _send(tab, cell, again, send_id)
        if refusal:
            st.toast(literal(refusal), icon=":material/error:")


def ask_model(cell_id: str, model: str) -> None:
    """Regenerate a cell's answer with another model."""
    if cell := held().cell(cell_id):
        cell.model = model
        retry(cell_id)


def synthesise(model: str) -> None:
    """Let the chosen model merge the last answers in a new cell."""
    state, tab, send_id = held(), session.held(), _send_id("merged")
    if not model or len(state.comparison.cells) > MOST_CELLS:
        return
    cell = new_comparisons.add(state.comparison)
    cell.model = model
    with scheduler.sending():
        say = partial(app.get().engine.say, person_id(), text=synthesis(state.comparison), parent_id=None)
        refusal = _send(tab, cell, say, send_id)
    if refusal or not cell.messages:  # refused, or already sent by the same click
        state.comparison.cells.remove(cell)
    if refusal:
        st.toast(literal(refusal), icon=":material/error:")


def _ask_all(state: ComparisonState, tab: Session, text: str, send_id: str) -> None:
    """Send to every cell, with the draft's files; a refused text stays in the composer.

    All in one turn, which does not touch the page: Streamlit may end a script whenever it does, and another
    run that looked in between would see only some cells.
    """
    with scheduler.sending():
        refusal = _refusal(state, tab, text) or blind.begin(state)
        if not refusal:
            with blind.synchronized(state):
                refusals = [
                    _send(tab, cell, sending.say(cell, text, state.draft.attachments), send_id)
                    for cell in state.comparison.cells
                ]
                refusal = next(filter(None, refusals), "")
            if state.repeats > 1:
                _repeat(state, tab, send_id)
    if refusal:
        state.draft.give_back(text, refusal)
    else:
        state.draft.take_out()
        state.draft.clear()


def _refusal(state: ComparisonState, tab: Session, text: str) -> str:
    """Return why nothing can be sent now, in one sentence, or ""; store a new comparison on the way."""
    comparison = state.comparison
    if comparison_state.repeating(comparison) or any(
        app.get().engine.running_anywhere(person_id(), cell.id) for cell in comparison.cells
    ):
        return _("Some replies are still running. Stop them, or wait until they finish.")
    new_comparisons.choose_models(comparison, tab.models_for_cells)
    if any(not cell.model for cell in comparison.cells):
        return _("Choose a model for each cell first.")
    if faults := [fault for cell in comparison.cells if (fault := _fault(state, cell))]:
        return faults[0]
    try:
        # Before the first one: a limit that some cells would reach keeps all of them from being asked.
        app.get().engine.check_limits(person_id(), len(comparison.cells))
        if comparison.prompt is None:
            comparison.title = comparison.title or title_from(text or state.draft.attachments[0].name)
            library().comparisons.add(comparison)
    except (SendRefused, StoreError) as error:
        return str(error)
    return ""


def _fault(state: ComparisonState, cell: Conversation) -> str | None:
    """Return why a cell's settings cannot be sent."""
    fault = structured.fault(state.structure(cell))
    return _("{} Change it in the settings of its cell.").format(fault) if fault else None


def _send(tab: Session, cell: Conversation, begin: Callable[..., Accepted | None], send_id: str) -> str:
    """Start a cell's reply in the engine; return why it was refused, or ""."""
    try:
        # The cell's position is part of the id: one click sends once to each cell.
        accepted = begin(
            cell, connection=tab.connection, send_id=f"{send_id}/{cell.position}", session_id=tab.id
        )
    except SendRefused as error:
        return str(error)
    if accepted:
        accepted.put_into(cell)
    tab.note_sent()
    return ""


def _repeat(state: ComparisonState, tab: Session, send_id: str) -> None:
    """Ask every cell as often as its last question lacks answers; skip temporary ones."""
    for cell in state.comparison.compared:
        count = missing(cell, state.repeats)
        if count and cell.path() and not cell.is_temporary:
            asked = Repeated(cell.path()[-1].parent_id, count, f"{send_id}/{cell.position}")
            app.get().engine.repeats.ask(
                person_id(), cell, asked, tab.connection, session_id=tab.id, after=cell.leaf_id
            )


def _send_id(how: str = "") -> str:
    """Return the id that the page had at the click, short enough to append the cell's position."""
    return sending.send_id(session.held(), how, suffix_length=8)
