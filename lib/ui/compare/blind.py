"""Blind questions: answers that do not say whose they are, nor betray it by their pace, until the reveal."""

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.comparison.votes import Round, drawn
from lib.domain.conversation.conversations import Conversation
from lib.engine.engine import new_id
from lib.store.database.errors import StoreError
from lib.ui.compare import cell_callbacks
from lib.ui.kit import buttons, errors
from lib.ui.state import comparison as state_comparison
from lib.ui.state import widgets
from lib.ui.state.comparison import Comparing, held

PRESENTER = "presenter"
"""The voter at this page: without sign-in everybody at it is the same person."""


def show_switch(now: Comparing) -> None:
    """The switch for a blind question."""
    st.toggle(
        "Blind",
        now.is_blind,
        key=state_comparison.BLIND,
        help="Hides whose answer is whose, until you reveal it after the vote.",
    )


def begin(now: Comparing) -> str:
    """Put the next question to the vote where it is blind or has an audience; returns why that cannot be.

    After a first round every question has one: a round is always about the last question.
    """
    if now.is_blind or now.room or now.round:
        try:
            now.round = _open_round(now, is_blind=now.is_blind)
        except StoreError as error:
            return str(error)
    return ""


def synchronized(now: Comparing) -> AbstractContextManager[None]:
    """What is asked meanwhile is written at one speed, if it is blind."""
    if not now.is_hidden:
        return nullcontext()
    return app.get().engine.synchronized.together([cell.id for cell in now.comparison.cells])


def open_round(now: Comparing) -> None:
    """Put the last question to the vote, unless it is or was already. Raises `StoreError`."""
    if now.comparison.prompt is not None and not now.round:
        now.round = _open_round(now, is_blind=False)


def _open_round(now: Comparing, *, is_blind: bool) -> Round:
    opened = app.get().store.votes.open(
        new_id(),
        now.comparison.id,
        drawn(now.comparison.compared, is_blind=is_blind),
        datetime.now(UTC),
        is_blind=is_blind,
    )
    app.get().engine.notifications.tell(now.comparison.id)
    return opened


def show_controls(now: Comparing, cell: Conversation) -> None:
    """What can be done with an answer while nobody knows whose it is."""
    if cell.path()[-1].content:
        buttons.show_icon("content_copy", "Copy", cell_callbacks.copy, cell.id)
    if now.round and cell.id in now.round.models:
        given = app.get().store.votes.ballot(now.round.id, PRESENTER).thumbs.get(cell.id)
        st.feedback(
            "thumbs",
            key=_thumb_key(now.round, cell.id),
            default=None if given is None else int(given),
            on_change=_thumb,
            args=(now.round.id, cell.id),
        )


@errors.stored
def _thumb(round_id: str, cell_id: str) -> None:
    now = held()
    if now.round and now.round.id == round_id:
        given = widgets.value(_thumb_key(now.round, cell_id))
        app.get().store.votes.thumb(round_id, PRESENTER, cell_id, None if given is None else bool(given))


def _thumb_key(opened: Round, cell_id: str) -> str:
    return f"thumb-{opened.id}-{cell_id}"
