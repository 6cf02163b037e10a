"""What a person does with whole conversations: callbacks of the list, the bin and the dialogs."""

import json

import streamlit as st

from lib import app
from lib.chat import imports
from lib.chat.decoding import FormatError
from lib.files import archive
from lib.store.database import StoreError
from lib.ui import errors
from lib.ui.session import CONVERSATIONS_LISTED, draft, held

LONGEST_TITLE = 120


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
    for tape in app.get().engine.running(session.conversation.id):
        app.get().engine.cancel(tape.reply_id)
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


def import_file(key: str) -> None:
    """Take conversations from the uploaded file; the dialog says what came of it."""
    session, uploaded = held(), st.session_state[key]
    if not uploaded:
        return
    try:
        read = imports.read(json.loads(uploaded.getvalue()))
        files = app.get().files
        added = app.get().store.conversations.take(archive.with_files(each, files) for each in read)
    except (FormatError, StoreError) as error:
        session.notice = str(error)
    except (ValueError, RecursionError):
        session.notice = "This is not a JSON file."
    else:
        session.notice = f"{added} {'chat was' if added == 1 else 'chats were'} added."


def show_more() -> None:
    """List more conversations."""
    held().listed += CONVERSATIONS_LISTED


def make_temporary(key: str) -> None:
    """Keep the new chat in memory only, or not."""
    held().conversation.is_temporary = bool(st.session_state[key])
