"""The dialogs that every page with a sidebar can open: API key, bin, export and import of chats."""

from collections.abc import Callable
from functools import partial
from io import BytesIO

import streamlit as st

from lib import app
from lib.domain.models.connection import Connection, parse_api_key
from lib.domain.text.markdown.literal import literal, md, plain
from lib.files.imports import archive
from lib.store.conversation.conversations import KEPT_IN_BIN
from lib.store.library import Library
from lib.ui.server import upload_storage
from lib.ui.shell import account
from lib.ui.state import exports, panel, widgets
from lib.ui.state.conversation import conversations
from lib.ui.state.person import library
from lib.ui.state.session import default_model, held

CONNECT = "Connect"
BIN, EXPORT_ALL, IMPORT = "Deleted chats", "Export all chats", "Import chats"
"""The dialogs' labels in menus."""
BIN_SHOWN = 50


def show() -> None:
    """Draw the open dialog, if it is one of these."""
    if draw := _PANELS.get(panel.held().name or ""):
        draw()


@st.dialog("Export all chats", on_dismiss=panel.close)
def _export_all() -> None:
    st.caption(
        md(
            "A zip with every chat, every version and figure. It can be imported again; if it is larger than "
            "{} MB, unpack it and import the files in it, one or several at a time.",
            _largest_upload(),
        )
    )
    # Whose they are is known here only, not when the file is made.
    download("Zip", partial(_as_zip, library()), "chats.zip", "application/zip", "all conversations")


@st.dialog("Import chats", on_dismiss=panel.close)
def _import() -> None:
    if files := conversations.received():
        with st.spinner("Reading the chats…", show_time=True):
            conversations.import_files(files)
    key = conversations.import_field()
    upload_storage.expect(_largest_upload() * upload_storage.MEGABYTE)
    st.file_uploader(
        "Exports of SynStar Chat, ChatGPT, Claude or Open WebUI",
        accept_multiple_files=True,
        key=key,
        on_change=conversations.receive,
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
    if notice := panel.held().notice:
        st.info(plain(notice), icon=":material/info:")


def _largest_upload() -> int:
    """Return the largest upload that the server accepts, in megabytes."""
    return int(st.get_option("server.maxUploadSize"))


def _as_zip(own: Library) -> BytesIO:
    application, file = app.get(), BytesIO()
    archive.write_zip(own.conversations.all(), application.files, file)
    return file


@st.dialog("Deleted chats", on_dismiss=panel.close)
def _bin() -> None:
    if panel.held().name != BIN:  # a chat was restored and opened: the page behind must show it
        st.rerun()
    deleted = library().conversations.bin()
    if not deleted:
        st.caption(
            md("The bin is empty. Deleted chats can be restored from here for {} days.", KEPT_IN_BIN.days)
        )
    for summary in deleted[:BIN_SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"deleted-{summary.id}"):
            st.markdown(plain(summary.title), width="stretch")
            _bin_button("Restore", "restore", conversations.restore, summary.id)
            _bin_button("Delete permanently", "purge", conversations.purge, summary.id)


def _bin_button(label: str, name: str, action: Callable[[str], None], conversation_id: str) -> None:
    key = f"{name}-{conversation_id}"
    st.button(literal(label), key=key, type="tertiary", on_click=action, args=(conversation_id,))


def download(label: str, data: Callable[[], str | BytesIO], file_name: str, mime: str, about: str) -> None:
    """Draw a download button that makes the file when it is clicked; `about` names what is in it."""
    st.download_button(
        literal(label),
        exports.audited(data, about, label),
        file_name,
        mime,
        key=f"download_{file_name}",
        icon=":material/download:",
        # No rerun, which would draw the whole page: Streamlit calls `data` on the click, in another thread.
        on_click="ignore",
    )


@st.dialog("Connect SynStar AI", icon=":material/key:", on_dismiss=panel.close)
def _connect() -> None:
    key = "visitor_key"
    base_url = app.get().base_url
    st.text_input("API key", key=key, type="password", placeholder="sk-…", autocomplete="off")
    if notice := panel.held().notice:
        st.error(plain(notice), icon=":material/key_off:")
    st.caption(
        md(
            "Sent to {} only, kept in memory for this tab and never stored. To keep it, put "
            "`KKIAI_API_KEY=…` in the file `.env` and start the app again.",
            base_url,
        )
    )
    # A click in a dialog reruns only the dialog: the page behind it must learn the key, and only a full rerun
    # closes the dialog.
    if st.button("Use this key", key="confirm_key", type="primary", on_click=_take_key, args=(key, base_url)):
        st.rerun()


def _take_key(key: str, base_url: str) -> None:
    """Use a visitor's own key, in this tab only, for the server that the dialog named."""
    session = held()
    if not app.get().settings.has_own_keys:  # the dialog is offered nowhere; a replayed click is refused
        return
    try:
        api_key = parse_api_key(widgets.text(key))
    except ValueError as error:
        panel.held().notice = f"This key {error}"
        return
    if not api_key:
        panel.held().notice = "Paste a key first."
        return
    session.own = Connection(base_url, api_key)
    session.conversation.model = default_model()
    session.open(session.conversation)
    session.next_page = None  # a key may be entered on other pages too


_PANELS: dict[str, Callable[[], None]] = {
    CONNECT: _connect,
    BIN: _bin,
    EXPORT_ALL: _export_all,
    IMPORT: _import,
    account.ACCOUNT: account.show,
}
