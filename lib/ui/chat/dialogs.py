"""The dialogs of the chat page."""

from collections.abc import Callable
from io import BytesIO

import streamlit as st

from lib import app
from lib.domain.conversation import exports
from lib.domain.conversation.conversations import Conversation
from lib.domain.text.markdown.literal import literal, md, plain
from lib.files.imports import archive
from lib.store.conversations import KEPT_IN_BIN
from lib.ui.chat import callbacks, conversation_callbacks, usage
from lib.ui.reply import inspector
from lib.ui.server import upload_storage
from lib.ui.state.session import Session, held

USAGE, RENAME, EXPORT, DELETE, CONNECT = "Usage", "Rename", "Export", "Delete", "Connect"
BIN, EXPORT_ALL, IMPORT = "Deleted chats", "Export all chats", "Import chats"
"""The names of the dialogs, as menus show them."""
BIN_SHOWN = 50
PRICES_SECONDS = 0.5
"""How long the usage panel waits for prices that nobody has asked for yet."""
_THIS_SESSION, _THIS_CHAT = "This session", "This chat"


def show(session: Session) -> None:
    """Draw the dialog that is open, if one is."""
    if draw := _PANELS.get(session.panel or ""):
        draw()


def _closed() -> None:
    callbacks.open_panel(None)


@st.dialog("Token usage", width="large", icon=":material/data_usage:", on_dismiss=_closed)
def _usage() -> None:
    session, application = held(), app.get()
    application.engine.flush()
    scope = st.segmented_control(
        "Replies of",
        [_THIS_SESSION, _THIS_CHAT],
        default=_THIS_SESSION,
        key="usage_scope",
        label_visibility="collapsed",
        required=True,
    )
    ledger = application.store.ledger
    if scope == _THIS_CHAT:
        rows = ledger.of_conversation(session.conversation.id)
        rows += [row for row in session.unkept if row.conversation_id == session.conversation.id]
    else:
        rows = ledger.of_session(session.id) + session.unkept
    prices = application.engine.catalogue.prices(session.connection, wait_seconds=PRICES_SECONDS)
    usage.show(rows, empty="Ask something: each reply gets a row here when it ends.", prices=prices)


@st.dialog("Inspect a reply", width="large", icon=":material/frame_inspect:", on_dismiss=_closed)
def _inspect() -> None:
    session = held()
    inspector.show(session.conversation, session.connection, session.inspected)


@st.dialog("Rename this chat", on_dismiss=_closed)
def _rename() -> None:
    key = "new_title"
    st.text_input("Title", held().conversation.title, key=key, max_chars=conversation_callbacks.LONGEST_TITLE)
    if st.button(
        "Rename", key="confirm_rename", type="primary", on_click=conversation_callbacks.rename, args=(key,)
    ):
        st.rerun()


@st.dialog("Delete this chat?", on_dismiss=_closed)
def _delete() -> None:
    st.markdown(
        md(
            "“{}” leaves the list. For {} days you can take it back from “{}”; then it is gone for good.",
            held().conversation.title,
            KEPT_IN_BIN.days,
            BIN,
        )
    )
    if st.button("Delete", key="confirm_delete", type="primary", on_click=conversation_callbacks.delete):
        st.rerun()


@st.dialog("Export", on_dismiss=_closed)
def _export() -> None:
    conversation = held().conversation
    st.caption("JSON holds every version and figure and can be imported again; Markdown is for reading.")
    with st.container(horizontal=True):
        _download("JSON", lambda: _as_json(conversation), "chat.json", "application/json")
        _download("Markdown", lambda: exports.to_markdown(conversation), "chat.md", "text/markdown")


@st.dialog("Export all chats", on_dismiss=_closed)
def _export_all() -> None:
    st.caption(
        md(
            "A zip with every chat, every version and figure. It can be imported again; if it is larger than "
            "{} MB, unpack it and import the files in it, one or several at a time.",
            _largest_upload(),
        )
    )
    _download("Zip", _all_as_zip, "chats.zip", "application/zip")


@st.dialog("Import chats", on_dismiss=_closed)
def _import() -> None:
    if files := conversation_callbacks.received():
        with st.spinner("Reading the chats…", show_time=True):
            conversation_callbacks.import_files(files)
    key = conversation_callbacks.import_field()
    upload_storage.expect(_largest_upload() * upload_storage.MEGABYTE)
    st.file_uploader(
        "Exports of SynStar Chat, ChatGPT, Claude or Open WebUI",
        accept_multiple_files=True,
        key=key,
        on_change=conversation_callbacks.receive,
        args=(key,),
    )
    st.caption(
        md(
            "A zip as it was sent to you, or the JSON files in it. Chats that are here already are not added "
            "again. A file larger than {} MB goes in from the command line: "
            "`.venv/bin/python -m lib import FILE`",
            _largest_upload(),
        )
    )
    if notice := held().notice:
        st.info(plain(notice), icon=":material/info:")


def _largest_upload() -> int:
    """Megabytes of a file that the server takes."""
    return int(st.get_option("server.maxUploadSize"))


def _all_as_zip() -> BytesIO:
    application, file = app.get(), BytesIO()
    archive.write_zip(application.store.conversations.all(), application.files, file)
    return file


@st.dialog("Deleted chats", on_dismiss=_closed)
def _bin() -> None:
    if held().panel != BIN:  # a chat was taken back and is open: the page behind must show it
        st.rerun()
    deleted = app.get().store.conversations.bin()
    if not deleted:
        st.caption("Nothing here. A chat that you delete can be taken back from here for a while.")
    for summary in deleted[:BIN_SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"deleted-{summary.id}"):
            st.markdown(plain(summary.title), width="stretch")
            _bin_button("Take back", "restore", conversation_callbacks.restore, summary.id)
            _bin_button("Delete for good", "purge", conversation_callbacks.purge, summary.id)


def _bin_button(label: str, name: str, action: Callable[[str], None], conversation_id: str) -> None:
    key = f"{name}-{conversation_id}"
    st.button(literal(label), key=key, type="tertiary", on_click=action, args=(conversation_id,))


def _download(label: str, data: Callable[[], str | BytesIO], file_name: str, mime: str) -> None:
    st.download_button(
        literal(label),
        data,
        file_name,
        mime,
        key=f"download_{file_name}",
        icon=":material/download:",
        on_click="ignore",
    )


def _as_json(conversation: Conversation) -> str:
    return "".join(archive.json_pieces([conversation], app.get().files))


@st.dialog("Connect SynStar AI", icon=":material/key:", on_dismiss=_closed)
def _connect() -> None:
    key = "visitor_key"
    base_url = app.get().settings.base_url
    st.text_input("API key", key=key, type="password", placeholder="sk-…", autocomplete="off")
    if notice := held().notice:
        st.error(plain(notice), icon=":material/key_off:")
    st.caption(
        md(
            "Sent to {} only, kept in memory for this tab and never stored. To keep it, put "
            "`KKIAI_API_KEY=…` in the file `.env` and start the app again.",
            base_url,
        )
    )
    if st.button("Use this key", key="confirm_key", type="primary", on_click=callbacks.connect, args=(key,)):
        st.rerun()


_PANELS: dict[str, Callable[[], None]] = {
    USAGE: _usage,
    callbacks.INSPECT: _inspect,
    RENAME: _rename,
    DELETE: _delete,
    EXPORT: _export,
    EXPORT_ALL: _export_all,
    IMPORT: _import,
    BIN: _bin,
    CONNECT: _connect,
}
