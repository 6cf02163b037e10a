"""Chats as files, and those that were deleted."""

from functools import partial
from io import BytesIO

import streamlit as st

from lib import app
from lib.domain.conversation.conversations import shown_title
from lib.domain.text.markdown.literal import md, plain
from lib.files.imports import archive
from lib.i18n.translation import gettext as _
from lib.store.conversation.conversations import KEPT_IN_BIN, Summary
from lib.store.library import Library
from lib.ui.kit import buttons
from lib.ui.server import upload_storage
from lib.ui.shell import downloads
from lib.ui.state import panel
from lib.ui.state.conversation import conversations
from lib.ui.state.person import library

BIN_SHOWN = 50


def show_files() -> None:
    """Draw the import and the export of all chats."""
    _show_import()
    st.divider()
    # Whose they are is known here only, not when the file is made.
    downloads.show(
        _("Export all chats"),
        partial(_as_zip, library()),
        "chats.zip",
        "application/zip",
        "all conversations",
        kind="Zip",
    )
    st.caption(
        md(
            _(
                "A zip with every chat, every version and figure. It can be imported again; if it is larger "
                "than {} MB, unpack it and import the files in it, one or several at a time."
            ),
            _largest_upload(),
        )
    )


def _show_import() -> None:
    if files := conversations.received():
        with st.spinner(_("Reading the chats…"), show_time=True):
            conversations.import_files(files)
    key = conversations.import_field()
    upload_storage.expect(_largest_upload() * upload_storage.MEGABYTE)
    st.file_uploader(
        _("Import chats: exports of SynStar Chat, ChatGPT, Claude or Open WebUI"),
        accept_multiple_files=True,
        key=key,
        on_change=conversations.receive,
        args=(key,),
    )
    st.caption(
        md(
            _(
                "A zip as it was sent to you, or the JSON files in it. Chats that are here already are not "
                "added again. A file larger than {} MB goes in from the command line: "
                "`.venv/bin/python -m lib import FILE`"
            ),
            _largest_upload(),
        )
    )
    if notice := panel.held().notice:
        st.success(plain(notice), icon=":material/check_circle:")
    panel.show_problem()


def _largest_upload() -> int:
    """Return the largest upload that the server accepts, in megabytes."""
    return int(st.get_option("server.maxUploadSize"))


def _as_zip(own: Library) -> BytesIO:
    application, file = app.get(), BytesIO()
    archive.write_zip(own.conversations.all(), application.files, file)
    return file


def show_bin() -> None:
    """Draw the deleted chats."""
    deleted = library().conversations.bin()
    if deleted:
        kept = _("Deleted chats can be restored for {} days; then they are deleted permanently.")
    else:
        kept = _("The bin is empty. Deleted chats can be restored from here for {} days.")
    st.caption(md(kept, KEPT_IN_BIN.days))
    asked = panel.held().asked
    for summary in deleted[:BIN_SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"deleted-{summary.id}"):
            if summary.id == asked:
                _show_question(summary)
            else:
                _show_deleted(summary)


def _show_deleted(summary: Summary) -> None:
    st.markdown(plain(shown_title(summary.title)), width="stretch")
    _button(_("Restore"), f"restore-{summary.id}", "restore_from_trash", conversations.restore, summary.id)
    _delete(_("Delete permanently"), f"ask-{summary.id}", "delete_forever", _ask, summary.id)


def _show_question(summary: Summary) -> None:
    st.markdown(md(_("Delete “{}” permanently?"), shown_title(summary.title)), width="stretch")
    _delete(_("Delete"), f"purge-{summary.id}", "delete_forever", _purge, summary.id)
    _button(_("Cancel"), f"keep-{summary.id}", "close", _ask, None)


_button = partial(buttons.button, kind="tertiary")
_delete = partial(_button, destroys=True)


def _ask(conversation_id: str | None) -> None:
    """Ask whether to delete a chat permanently; `None` takes the question back."""
    panel.held().asked = conversation_id


def _purge(conversation_id: str) -> None:
    _ask(None)
    conversations.purge(conversation_id)
