"""Blind questions: until the reveal, neither names nor speed show which model wrote an answer."""

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.comparison.votes import Round, shuffled
from lib.domain.conversation.conversations import Conversation
from lib.engine.sending import new_id
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.ui.compare import cell_callbacks
from lib.ui.kit import buttons, errors
from lib.ui.share import rooms
from lib.ui.state import widgets
from lib.ui.state.comparison import comparison as comparison_state
from lib.ui.state.comparison.comparison import ComparisonState, held
from lib.ui.state.person import library, person_id


def show_switch(state: ComparisonState) -> None:
    """Draw the switch for a blind question."""
    st.toggle(
        _("Blind"),
        state.is_blind,
        key=comparison_state.BLIND,
        help=_("Hides which model wrote which answer until you reveal it after the vote."),
    )


def begin(state: ComparisonState) -> str:
    """Open a round for the next question if it is blind or has an audience; return why that fails, or "".

    After a first round every question gets one: a round is always about the last question.
    """
    if state.is_blind or state.room or state.round:
        try:
            state.round = _open_round(state, is_blind=state.is_blind)
        except StoreError as error:
            return str(error)
    return ""


def synchronized(state: ComparisonState) -> AbstractContextManager[None]:
    """Show answers to what is sent in this context at one speed, if the question is blind."""
    if not state.is_hidden:
        return nullcontext()
    return app.get().engine.synchronized.together(person_id(), [cell.id for cell in state.comparison.cells])


def open_round(state: ComparisonState) -> None:
    """Open a round for the last question, unless it has or had one. Raises `StoreError`."""
    if state.comparison.prompt is not None and not state.round:
        state.round = _open_round(state, is_blind=False)


def _open_round(state: ComparisonState, *, is_blind: bool) -> Round:
    opened = library().votes.open(
        new_id(),
        state.comparison.id,
        shuffled(state.comparison.compared, is_blind=is_blind),
        datetime.now(UTC),
        is_blind=is_blind,
    )
    app.get().engine.notifications.tell(state.comparison.id)
    return opened


def show_controls(state: ComparisonState, cell: Conversation) -> None:
    """Draw the actions on an answer while its model is hidden."""
    if cell.path()[-1].content:
        buttons.show_icon("content_copy", _("Copy"), cell_callbacks.copy, cell.id)
    if state.round and cell.id in state.round.models:
        given = library().votes.ballot(state.round.id, rooms.PRESENTER).thumbs.get(cell.id)
        st.feedback(
            "thumbs",
            key=_thumb_key(state.round, cell.id),
            default=None if given is None else int(given),
            on_change=_thumb,
            args=(state.round.id, cell.id),
        )


@errors.stored
def _thumb(round_id: str, cell_id: str) -> None:
    state = held()
    if state.round and state.round.id == round_id:
        given = widgets.value(_thumb_key(state.round, cell_id))
        library().votes.thumb(round_id, rooms.PRESENTER, cell_id, None if given is None else bool(given))


def _thumb_key(opened: Round, cell_id: str) -> str:
    return f"thumb-{opened.id}-{cell_id}"
