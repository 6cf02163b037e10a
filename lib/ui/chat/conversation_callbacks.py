"""What a person does with whole conversations: callbacks of the list, the bin and the dialogs."""

from functools import partial
from io import BytesIO

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lib import app
from lib.files.imports.incoming import Incoming, Source
from lib.files.upload_validation import FileRefused
from lib.store.database.database import StoreError
from lib.ui.kit import errors
from lib.ui.server import upload_storage
from lib.ui.state.session import CONVERSATIONS_LISTED, draft, held

LONGEST_TITLE = 120
_RECEIVED, _IMPORTS = "import_received", "imports"
"""In `st.session_state`: uploaded files that wait to be read, and how often there were any."""


def new_chat() -> None:
    session = held()
    session.open(draft(like=session.conversation))


@errors.stored
def open_conversation(key: str) -> None:
    """Open the conversation that was chosen in a list."""
    session, wanted = held(), st.session_state[key]
    found = app.get().store.conversations.get(wanted) if wanted else None
    if found:
        session.open(found)


@errors.stored
def rename(key: str) -> None:
    session = held()
    title = " ".join((st.session_state[key] or "").split())[:LONGEST_TITLE]
    if title:
        app.get().store.conversations.rename(session.conversation.id, title)
        session.conversation.title = title
    session.panel = None


@errors.stored
def pin(is_pinned: bool) -> None:
    """Keep the open conversation at the top of the list, or no longer."""
    app.get().store.conversations.pin(held().conversation.id, is_pinned)


@errors.stored
def delete() -> None:
    """Put the open conversation into the bin, for which the person was asked."""
    session = held()
    for reply_id in app.get().engine.running(session.conversation.id):
        app.get().engine.cancel(reply_id)
    app.get().store.conversations.delete(session.conversation.id)
    session.open(draft(like=session.conversation))


@errors.stored
def restore(conversation_id: str) -> None:
    """Take a conversation out of the bin and open it."""
    conversations = app.get().store.conversations
    conversations.restore(conversation_id)
    if found := conversations.get(conversation_id):
        held().open(found)


@errors.stored
def purge(conversation_id: str) -> None:
    """Delete a conversation in the bin for good."""
    app.get().store.conversations.purge(conversation_id)


def import_field() -> str:
    """The key of the field for files to import: another one after each import, so that it is empty again."""
    return f"import_files-{st.session_state.get(_IMPORTS, 0)}"


def receive(key: str) -> None:
    """Take the uploaded files out of their field: they are read when the dialog is drawn, and only once."""
    uploaded = upload_storage.arrived(st.session_state[key])
    if not uploaded:
        return
    st.session_state[_RECEIVED] = uploaded
    st.session_state[_IMPORTS] = st.session_state.get(_IMPORTS, 0) + 1
    upload_storage.release(uploaded)


def received() -> list[UploadedFile]:
    """The files that wait to be read, if any do."""
    files: list[UploadedFile] = st.session_state.pop(_RECEIVED, [])
    return files


def import_files(uploaded: list[UploadedFile]) -> None:
    """Take conversations from the uploaded files; the dialog says what came of it."""
    session, application = held(), app.get()
    incoming = Incoming(application.files)
    sources, refusals = [], []
    for each in uploaded:
        try:
            sources.append(Source(each.name, partial(BytesIO, upload_storage.content(each))))
        except FileRefused as refused:
            refusals.append(str(refused))
    try:
        added = application.store.conversations.take(incoming.read(sources))
    except StoreError as error:
        session.notice = str(error)
    else:
        session.notice = "\n\n".join([*incoming.outcome.said(added), *incoming.outcome.faults, *refusals])


def show_more() -> None:
    """List more conversations."""
    held().listed += CONVERSATIONS_LISTED


def make_temporary(key: str) -> None:
    """Keep the new chat in memory only, or not."""
    held().conversation.is_temporary = bool(st.session_state[key])
