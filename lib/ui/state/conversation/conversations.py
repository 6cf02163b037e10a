"""Callbacks for whole conversations: of the list, the bin and the dialogs."""

from functools import partial
from io import BytesIO

from streamlit.runtime.uploaded_file_manager import UploadedFile

from lib import app
from lib.domain.conversation.conversations import Conversation, clean_title, shown_title
from lib.files.imports.incoming import Incoming, Source
from lib.files.refusal import FileRefused
from lib.store.conversation.conversations import Summary
from lib.store.database.errors import StoreError
from lib.ui.kit import errors
from lib.ui.server import upload_storage
from lib.ui.state import panel, undo, widgets
from lib.ui.state.person import library, person_id
from lib.ui.state.session import Session, held, new_conversation

CONVERSATIONS_LISTED = 60
"""Conversations listed at once; scrolling to the end adds as many again."""
_LISTED, _RECEIVED, _IMPORTS = "listed", "import_received", "imports"
"""Keys: how many are listed, the uploaded files that wait to be read, and the number of imports."""


def new_chat() -> None:
    session = held()
    session.open(new_conversation(like=session.conversation))


@errors.stored
def open_conversation(conversation_id: str, message_id: str = "", words: tuple[str, ...] = ()) -> None:
    """Open a conversation; at a message that a search has found, with the words marked."""
    session = held()
    found = library().conversations.get(conversation_id)
    if found:
        session.open(found)
        session.show_found(message_id, words)


@errors.stored
def rename(conversation_id: str, key: str) -> None:
    """Rename a conversation as the field with this key says."""
    session = held()
    title = clean_title(widgets.text(key))
    if title:
        library().conversations.rename(conversation_id, title)
        if session.conversation.id == conversation_id:
            session.conversation.title = title
    panel.close()


@errors.stored
def pin(conversation_id: str, is_pinned: bool) -> None:
    """Pin a conversation to the top of the list, or unpin it."""
    library().conversations.pin(conversation_id, is_pinned)


@errors.stored
def delete(conversation_id: str) -> None:
    """Move a conversation to the bin; for a while the page offers to undo it."""
    session, conversations = held(), library().conversations
    for reply_id in app.get().engine.running_anywhere(person_id(), conversation_id):
        app.get().engine.cancel(person_id(), reply_id)
    summary, is_open = conversations.summary(conversation_id), session.conversation.id == conversation_id
    conversations.delete(conversation_id)
    if summary:  # not if it is a temporary chat
        undo.offer(conversation_id, shown_title(summary.title), partial(_bring_back, summary, is_open))
    if is_open:
        _stay(session, new_conversation(like=session.conversation))


def _bring_back(summary: Summary, was_open: bool) -> None:
    """Bring back the conversation that was deleted last, and open it again if it was open."""
    session, conversations = held(), library().conversations
    conversations.restore(summary.id, summary.updated_at)
    if was_open and (found := conversations.get(summary.id)):
        _stay(session, found)


def _stay(session: Session, conversation: Conversation) -> None:
    """Open a conversation without leaving the page."""
    session.open(conversation)
    session.next_page = None


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
        panel.held().problem = str(error)
    else:
        said = incoming.outcome.said(added)
        panel.held().notice = "\n\n".join(said)
        panel.held().problem = "\n\n".join([*incoming.outcome.faults, *refusals])


def listed() -> int:
    """Return how many conversations the sidebar lists."""
    return int(widgets.value(_LISTED) or CONVERSATIONS_LISTED)


def show_more() -> None:
    """List more conversations."""
    widgets.put(_LISTED, listed() + CONVERSATIONS_LISTED)


def make_temporary(key: str) -> None:
    """Set whether the new chat is temporary: kept in memory only."""
    held().conversation.is_temporary = bool(widgets.value(key))
