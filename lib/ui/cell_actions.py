"""What a person does on the compare page: callbacks of its widgets. They run before the page is drawn."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.chat.comparisons import (
    CEILING_TOKENS,
    FEWEST_CELLS,
    MOST_CELLS,
    SWEEP_TEMPERATURES,
    expected_tokens,
    missing,
    released,
    synthesis,
)
from lib.chat.conversations import Conversation, title_from
from lib.engine.engine import SendRefused, new_id
from lib.engine.live import LiveTape
from lib.engine.repeats import Send
from lib.store.database import StoreError
from lib.ui import actions, choices, comparing, errors, pace, session
from lib.ui.comparing import Comparing, held
from lib.ui.session import Session


def submit() -> None:
    """Ask all cells what stands in the composer."""
    now, text = held(), st.session_state[comparing.BOX] or ""
    if not text.strip():
        return
    if expected_tokens(now.comparison.compared, text, now.repeats) > CEILING_TOKENS:
        now.pending = text
    elif not _ask_all(now, text):
        st.session_state[comparing.BOX] = text


def repeat() -> None:
    """Ask the last question again, until every cell has as many answers as are wanted."""
    now = held()
    if expected_tokens(now.comparison.compared, "", now.repeats) > CEILING_TOKENS:
        now.pending = ""
    else:
        _repeat(now, session.held(), _send_id())


def confirm() -> None:
    """Ask what was held back for its expected tokens."""
    now = held()
    text, now.pending = now.pending, None
    if text:
        if not _ask_all(now, text):
            st.session_state[comparing.BOX] = text
    elif text is not None:
        _repeat(now, session.held(), _send_id())


def withdraw() -> None:
    """Do not ask it; the text goes back to where it was written."""
    now = held()
    st.session_state[comparing.BOX], now.pending = now.pending, None


def _ask_all(now: Comparing, text: str) -> bool:
    """Send to every cell; says whether they took it, or had taken it before.

    All in one turn, in which nothing touches the page: Streamlit may end a script whenever it does, and
    another run that looked meanwhile would see some cells only.
    """
    send_id, tab = _send_id(), session.held()
    with pace.sending():
        if send_id == now.sent:
            return True
        refusal = _refusal(now, text, tab.models_for_cells)
        if not refusal:
            now.sent = send_id
            refusal = "".join(
                _ask(now, tab, cell, text, cell.leaf_id, send_id) for cell in now.comparison.cells
            )
            if now.repeats > 1:
                _repeat(now, tab, send_id)
    if refusal:
        st.toast(refusal, icon=":material/error:")
    return not refusal


def _refusal(now: Comparing, text: str, models: Sequence[str]) -> str:
    """Why nothing can be asked now, in one sentence; a new comparison is stored on the way."""
    comparison = now.comparison
    if comparing.repeating(comparison) or any(app.get().engine.running(cell.id) for cell in comparison.cells):
        return "Some replies are still running. Stop them, or wait for their end."
    comparing.choose_models(comparison, models)
    if any(not cell.model for cell in comparison.cells):
        return "Choose a model for each cell first."
    if comparison.prompt is None:
        comparison.title = title_from(text)
        try:
            app.get().store.comparisons.add(comparison)
        except StoreError as error:
            return str(error)
    return ""


def _ask(
    now: Comparing, tab: Session, cell: Conversation, text: str | None, parent_id: str | None, send_id: str
) -> str:
    """Hand a cell's send to the engine; returns why it was refused, if it was."""
    try:
        tape = app.get().engine.send(
            cell,
            text,
            parent_id=parent_id,
            connection=tab.connection,
            send_id=f"{send_id}/{cell.position}",
            session_id=tab.id,
        )
    except SendRefused as error:
        return str(error)
    if tape:
        now.tapes[tape.reply_id] = tape
    tab.send_id = new_id()
    return ""


def _repeat(now: Comparing, tab: Session, send_id: str) -> None:
    """Let every cell be asked as often as its last question lacks answers; cells in memory are left out."""
    for cell in now.comparison.compared:
        count = missing(cell, now.repeats)
        if count and cell.path() and not cell.is_temporary:
            send = _again(tab, cell, f"{send_id}/{cell.position}")
            after = now.tapes.get(cell.leaf_id or "")
            app.get().engine.repeats.start(cell.id, count, send, after=after)


def _again(tab: Session, cell: Conversation, send_id: str) -> Send:
    """Asks a cell's last question once more. It works on a copy: the engine's threads are not the page's."""
    copy = replace(cell, messages=dict(cell.messages))
    parent_id, connection, session_id = cell.path()[-1].parent_id, tab.connection, tab.id
    engine = app.get().engine

    def send(number: int) -> LiveTape | None:
        return engine.send(
            copy,
            None,
            parent_id=parent_id,
            connection=connection,
            send_id=f"{send_id}/{number}",
            session_id=session_id,
        )

    return send


def _send_id() -> str:
    """The id that the page had when it was clicked, with room for the cell's place."""
    return str(st.session_state.get(actions.SEND_ID) or session.held().send_id)[: actions.LONGEST_SEND_ID - 8]


def retry(cell_id: str) -> None:
    """Ask a cell for another version of its last answer."""
    now, tab, send_id = held(), session.held(), _send_id()
    if cell := _cell(now, cell_id):
        with pace.sending():
            refusal = _ask(now, tab, cell, None, cell.path()[-1].parent_id, send_id)
        if refusal:
            st.toast(refusal, icon=":material/error:")


def synthesise() -> None:
    """Let the chosen model merge the last answers, in one more cell."""
    now, tab, send_id = held(), session.held(), _send_id()
    model = str(st.session_state.get(comparing.MERGER) or "").strip()[: choices.LONGEST_MODEL_NAME]
    if not model or len(now.comparison.cells) > MOST_CELLS:
        return
    cell = comparing.add(now.comparison)
    cell.model = model
    with pace.sending():
        refusal = _ask(now, tab, cell, synthesis(now.comparison), None, send_id)
    if refusal or not cell.messages:  # refused, or sent before by a click that came twice
        now.comparison.cells.remove(cell)
    if refusal:
        st.toast(refusal, icon=":material/error:")


def stop(cell_id: str) -> None:
    """Stop a cell: its running reply, and those that would follow."""
    engine = app.get().engine
    engine.repeats.stop(cell_id)
    for tape in engine.running(cell_id):
        engine.cancel(tape.reply_id)


def stop_all() -> None:
    """Stop every cell of the comparison."""
    for cell in held().comparison.cells:
        stop(cell.id)


def copy(cell_id: str) -> None:
    """Put a cell's last answer on the clipboard, as the model wrote it."""
    if cell := _cell(held(), cell_id):
        session.held().copied = cell.path()[-1].content


@errors.stored
def show_version(cell_id: str, message_id: str) -> None:
    """Show another version of a cell's answer."""
    if cell := _cell(held(), cell_id):
        cell.leaf_id = cell.newest_leaf(message_id)
        app.get().store.conversations.show(cell.id, cell.leaf_id)


@errors.stored
def take_over(cell_id: str) -> None:
    """Continue a cell in the chat: open a chat that begins with all that was said in it."""
    now = held()
    if cell := _cell(now, cell_id):
        chat = released(cell, new_id=new_id, now=datetime.now(UTC))
        if not chat.is_temporary:
            app.get().store.conversations.take([chat])
        session.held().open(chat)


def add_cell() -> None:
    """One more cell, with the settings of the last one and a model that is not there yet."""
    now = held()
    if len(now.comparison.cells) < MOST_CELLS:
        comparing.add(now.comparison, like=now.comparison.cells[-1]).model = None


def remove_cell(cell_id: str) -> None:
    """Take a cell out before anything was asked."""
    cells = held().comparison.cells
    if len(cells) > FEWEST_CELLS:
        cells[:] = [cell for cell in cells if cell.id != cell_id]


def sweep() -> None:
    """Ask one model, the first cell's, at three temperatures."""
    now = held()
    first = now.comparison.cells[0]
    now.comparison.cells.clear()
    for temperature in SWEEP_TEMPERATURES:
        cell = comparing.add(now.comparison, like=first)
        cell.params = replace(first.params, temperature=temperature)


def start_new() -> None:
    """A new comparison of the same models."""
    now = held()
    now.open(comparing.draft(like=now.comparison))
    now.invitation = None
    st.query_params.clear()


@errors.stored
def open_comparison(key: str) -> None:
    """Open the comparison that was chosen in the list."""
    now, wanted = held(), st.session_state[key]
    if found := app.get().store.comparisons.get(wanted) if wanted else None:
        now.open(found)


def _cell(now: Comparing, cell_id: str) -> Conversation | None:
    return next((cell for cell in now.comparison.cells if cell.id == cell_id), None)
