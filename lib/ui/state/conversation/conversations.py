"""Callbacks for whole conversations: of the list, the bin and the dialogs."""

from functools import partial
from io import BytesIO

from streamlit.runtime.uploaded_file_manager import UploadedFile

from lib import app
from lib.domain.conversation.conversations import LONGEST_TITLE
from lib.files.imports.incoming import Incoming, Source
from lib.files.refusal import FileRefused
from lib.store.database.errors import StoreError
from lib.ui.kit import errors
from lib.ui.server import upload_storage
from lib.ui.state import panel, widgets
from lib.ui.state.person import library, person_id
from lib.ui.state.session import held, new_conversation

CONVERSATIONS_LISTED = 30
"""Conversations listed at once; "Show more" adds as many again."""
_LISTED, _RECEIVED, _IMPORTS = "listed", "import_received", "imports"
"""Keys: how many are listed, the uploaded files that wait to be read, and the number of imports."""


def new_chat() -> None:
    session = held()
    session.open(new_conversation(like=session.conversation))


@errors.stored
def open_conversation(key: str) -> None:
    """Open the conversation chosen in a list."""
    session, wanted = held(), widgets.value(key)
    found = library().conversations.get(wanted) if wanted else None
    if found:
        session.open(found)


@errors.stored
def rename(key: str) -> None:
    session = held()
    title = " ".join(widgets.text(key).split())[:LONGEST_TITLE]
    if title:
        library().conversations.rename(session.conversation.id, title)
        session.conversation.title = title
    panel.close()


@errors.stored
def pin(is_pinned: bool) -> None:
    """Pin the open conversation to the top of the list, or unpin it."""
    library().conversations.pin(held().conversation.id, is_pinned)


@errors.stored
def delete() -> None:
    """Move the open conversation to the bin, after the person has confirmed."""
    session = held()
    for reply_id in app.get().engine.running(person_id(), session.conversation.id):
        app.get().engine.cancel(person_id(), reply_id)
    library().conversations.delete(session.conversation.id)
    session.open(new_conversation(like=session.conversation))


@errors.stored
def restore(conversation_id: str) -> None:
    """Restore a conversation from the bin and open it."""
    conversations = library().conversations
    conversations.restore(conversation_id)
    if found := conversations.get(conversation_id):
        held().open(found)


@errors.stored
def purge(conversation_id: str) -> None:
    """Delete a conversation in the bin permanently."""
    library().conversations.purge(conversation_id)


def import_field() -> str:
    """Return the key of the import field: a new one after each import, so that the field is empty again."""
    return f"import_files-{widgets.value(_IMPORTS) or 0}"


def receive(key: str) -> None:
    """Take the uploaded files out of their field: they are read once, when the dialog is drawn."""
    uploaded = upload_storage.arrived(widgets.value(key))
    if not uploaded:
        return
    widgets.put(_RECEIVED, uploaded)
    widgets.put(_IMPORTS, (widgets.value(_IMPORTS) or 0) + 1)
    upload_storage.release(uploaded)


def received() -> list[UploadedFile]:
    """Return the files that wait to be read, and forget them."""
    files: list[UploadedFile] = widgets.take(_RECEIVED) or []
    return files


def import_files(uploaded: list[UploadedFile]) -> None:
    """Import conversations from the uploaded files; the dialog says how many were added."""
    application = app.get()
    incoming = Incoming(application.files)
    sources, refusals = [], []
    for each in uploaded:
        try:
            sources.append(Source(each.name, partial(BytesIO, upload_storage.content(each))))
        except FileRefused as refused:
            refusals.append(str(refused))
    try:
        added = library().conversations.take(incoming.read(sources))
    except StoreError as error:
        panel.held().notice = str(error)
    else:
        panel.held().notice = "\n\n".join(
            [*incoming.outcome.said(added), *incoming.outcome.faults, *refusals]
        )


def listed() -> int:
    """Return how many conversations the sidebar lists."""
    return int(widgets.value(_LISTED) or CONVERSATIONS_LISTED)


def show_more() -> None:
    """List more conversations."""
    widgets.put(_LISTED, listed() + CONVERSATIONS_LISTED)


def make_temporary(key: str) -> None:
    """Set whether the new chat is temporary: kept in memory only."""
    held().conversation.is_temporary = bool(widgets.value(key))
