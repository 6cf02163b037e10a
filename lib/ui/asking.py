"""Sends to the cells of a comparison: callbacks of the compare page. They run before the page is drawn."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lib import app
from lib.chat.comparisons import CEILING_TOKENS, MOST_CELLS, expected_tokens, missing, synthesis
from lib.chat.conversations import Conversation, title_from
from lib.engine.engine import SendRefused, new_id
from lib.engine.live import LiveTape
from lib.engine.repeats import Send
from lib.store.database import StoreError
from lib.ui import actions, blind, choices, comparing, pace, session
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


def retry(cell_id: str) -> None:
    """Ask a cell for another version of its last answer."""
    now, tab, send_id = held(), session.held(), _send_id()
    if cell := now.cell(cell_id):
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


def _ask_all(now: Comparing, text: str) -> bool:
    """Send to every cell; says whether they took it, or had taken it before.

    All in one turn, in which nothing touches the page: Streamlit may end a script whenever it does, and
    another run that looked meanwhile would see some cells only.
    """
    send_id, tab = _send_id(), session.held()
    with pace.sending():
        if send_id == now.sent:
            return True
        refusal = _refusal(now, text, tab.models_for_cells) or blind.begin(now)
        if not refusal:
            now.sent = send_id
            with blind.paced(now):
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
