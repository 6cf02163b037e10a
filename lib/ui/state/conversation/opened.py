"""The conversation that a tab shows: the one in its address, as new as the store and the engine have it."""

from collections.abc import Collection

import streamlit as st

from lib import app
from lib.domain.conversation.conversations import Conversation
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.ui.state.conversation import following
from lib.ui.state.person import library, person_id
from lib.ui.state.session import PARAMETER, Session, held, with_choices

TEMPORARY = "temporary"
"""The parameter that names the tab's temporary chat."""


def current() -> Session:
    """Return this tab's session, its conversation updated from the address and the store."""
    session = held()
    session.next_page = None
    address = st.query_params.get(PARAMETER)
    # A message that is sent right after New chat carries the address of the chat before.
    is_late = session.sends != session.sends_drawn
    session.sends_drawn = session.sends
    wanted = session.conversation.id
    if address and address != session.address and not is_late:
        wanted = address
    _refresh(session, wanted)
    following.until_found(lambda: _catch_up(session), lambda: _refresh(session, session.conversation.id))
    conversation = session.conversation
    _mark_temporary(session)
    session.address = conversation.id if conversation.messages and not conversation.is_temporary else None
    # Links in the sidebar lead to the page without its query parameters: restore them.
    if session.address and session.address != address:
        st.query_params[PARAMETER] = session.address
    elif address and not session.address:
        del st.query_params[PARAMETER]
    return session


def _mark_temporary(session: Session) -> None:
    """Note in the address that a temporary chat is open: a page of another process knows what is lost."""
    conversation, marked = session.conversation, st.query_params.get(TEMPORARY)
    if conversation.is_temporary and conversation.messages:
        session.temporary_id = conversation.id
        if marked != conversation.id:
            st.query_params[TEMPORARY] = conversation.id
    elif marked:
        del st.query_params[TEMPORARY]
        if marked != session.temporary_id:
            st.toast(
                _("The temporary chat is gone: its page or its server has ended."),
                icon=":material/timer_off:",
            )


def _refresh(session: Session, wanted: str) -> None:
    """Load the wanted conversation, or reload it if the store has a newer version than this tab."""
    known = session.conversation
    if wanted == known.id and not _is_stale(known):
        return
    try:
        found = _find(wanted)
    except StoreError:
        st.toast(_("This conversation cannot be read now."), icon=":material/error:")
        return
    if found and wanted == known.id:
        session.conversation = with_choices(found, known)
    elif found:
        session.open(found)
        session.next_page = None  # this is the page for it
    elif wanted != known.id:
        st.toast(_("This conversation no longer exists."), icon=":material/search_off:")


def _is_stale(known: Conversation) -> bool:
    """Return whether the store has a newer version of a conversation than this tab."""
    if known.is_temporary or app.get().engine.is_behind(person_id(), known.id):
        return False
    try:
        updated_at = library().conversations.updated_at(known.id)
    except StoreError:
        return False
    return updated_at is not None and updated_at != known.updated_at


def _find(wanted: str) -> Conversation | None:
    """Return the conversation, including what is not stored yet."""
    engine = app.get().engine
    if engine.is_behind(person_id(), wanted):
        return next((each for each in engine.unstored(person_id()) if each.id == wanted), None)
    return library().conversations.get(wanted)


def _catch_up(session: Session) -> Collection[str]:
    """Take over ended replies and the tape to follow; return the ids of the lost replies."""
    found = following.catch_up(session.conversation)
    for message in found.ended:
        session.book(message)
    session.following = found.tape
    return found.lost
