"""The dialogs of the chat page."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from lib import app
from lib.domain.conversation import exports
from lib.domain.conversation.conversations import LONGEST_TITLE, Conversation
from lib.domain.text.markdown.literal import md
from lib.files.imports import archive
from lib.store.conversation.conversations import KEPT_IN_BIN
from lib.ui.chat import callbacks, usage
from lib.ui.reply import inspector
from lib.ui.share import grants, reports
from lib.ui.shell import dialogs
from lib.ui.shell.dialogs import download
from lib.ui.state import panel
from lib.ui.state.conversation import conversations
from lib.ui.state.person import library
from lib.ui.state.session import held

USAGE, RENAME, EXPORT, DELETE = "Usage", "Rename", "Export", "Delete"
"""The dialogs' labels in menus."""
PRICES_SECONDS = 0.5
"""How long the usage panel waits for prices that have not been requested before."""
_THIS_SESSION, _THIS_CHAT = "This session", "This chat"


def show() -> None:
    """Draw the open dialog, if there is one."""
    if draw := _PANELS.get(panel.held().name or ""):
        draw()


@st.dialog("Token usage", width="large", icon=":material/data_usage:", on_dismiss=panel.close)
def _usage() -> None:
    session, application = held(), app.get()
    # The ledger row of a reply that has just ended may not be written yet.
    application.engine.flush()
    scope = st.segmented_control(
        "Replies of",
        [_THIS_SESSION, _THIS_CHAT],
        default=_THIS_SESSION,
        key="usage_scope",
        label_visibility="collapsed",
        required=True,
    )
    ledger = library().ledger
    if scope == _THIS_CHAT:
        rows = ledger.of_conversation(session.conversation.id)
        rows += [row for row in session.unkept if row.conversation_id == session.conversation.id]
    else:
        rows = ledger.of_session(session.id) + session.unkept
    prices = application.engine.catalogue.prices(session.connection, wait_seconds=PRICES_SECONDS)
    usage.show(rows, empty="Ask something: each reply gets a row here when it ends.", prices=prices)


@st.dialog("Inspect a reply", width="large", icon=":material/frame_inspect:", on_dismiss=panel.close)
def _inspect() -> None:
    session = held()
    inspector.show(session.conversation, session.connection, panel.held().subject)


@st.dialog("Rename this chat", on_dismiss=panel.close)
def _rename() -> None:
    key = "new_title"
    st.text_input("Title", held().conversation.title, key=key, max_chars=LONGEST_TITLE)
    if st.button("Rename", key="confirm_rename", type="primary", on_click=conversations.rename, args=(key,)):
        st.rerun()


@st.dialog("Delete this chat?", on_dismiss=panel.close)
def _delete() -> None:
    st.markdown(
        md(
            "“{}” leaves the list. For {} days you can restore it from “{}”; then it is deleted permanently.",
            held().conversation.title,
            KEPT_IN_BIN.days,
            dialogs.BIN,
        )
    )
    if st.button("Delete", key="confirm_delete", type="primary", on_click=conversations.delete):
        st.rerun()


@st.dialog("Export", on_dismiss=panel.close)
def _export() -> None:
    conversation = held().conversation
    st.caption("JSON holds every version and figure and can be imported again; Markdown is for reading.")
    with st.container(horizontal=True):
        about, markdown = f"conversation {conversation.id}", partial(exports.to_markdown, conversation)
        download("JSON", partial(_as_json, conversation), "chat.json", "application/json", about)
        download("Markdown", markdown, "chat.md", "text/markdown", about)


def _share() -> None:
    reports.open_chat(held().conversation, panel.close)


def _as_json(conversation: Conversation) -> str:
    return "".join(archive.json_pieces([conversation], app.get().files))


_PANELS: dict[str, Callable[[], None]] = {
    USAGE: _usage,
    callbacks.INSPECT: _inspect,
    RENAME: _rename,
    DELETE: _delete,
    EXPORT: _export,
    grants.SHARE: _share,
}
