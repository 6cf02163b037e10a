"""The dialogs of the chat page."""

from functools import partial

import streamlit as st

from lib import app
from lib.domain.conversation import exports
from lib.domain.conversation.conversations import Conversation
from lib.domain.text.markdown.literal import literal
from lib.files.imports import archive
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.chat import callbacks, usage
from lib.ui.reply import inspector
from lib.ui.share import grants, reports
from lib.ui.shell import downloads
from lib.ui.state import panel
from lib.ui.state.person import library
from lib.ui.state.session import held

USAGE, EXPORT = "usage", "export"
PRICES_SECONDS = 0.5
"""How long the usage panel waits for prices that have not been requested before."""
_THIS_SESSION, _THIS_CHAT = mark("This session"), mark("This chat")


def show() -> None:
    """Draw the open dialog, if there is one."""
    name = panel.held().name
    if name == USAGE:
        panel.show(_("Token usage"), _usage, width="large", icon="data_usage")
    elif name == callbacks.INSPECT:
        panel.show(_("Inspect a reply"), _inspect, width="large", icon="frame_inspect")
    elif name == EXPORT:
        panel.show(_("Export"), _export)
    elif name == grants.SHARE:
        reports.open_chat(held().conversation, panel.close)


def _usage() -> None:
    session, application = held(), app.get()
    # The ledger row of a reply that has just ended may not be written yet.
    application.engine.flush()
    ledger = library().ledger
    of_session = ledger.of_session(session.id) + session.unkept
    scope = st.segmented_control(
        _("Replies of"),
        [_THIS_SESSION, _THIS_CHAT],
        format_func=lambda scope: literal(_(scope)),
        default=_THIS_SESSION if of_session else _THIS_CHAT,  # an older chat has been opened, no more
        key="usage_scope",
        label_visibility="collapsed",
        required=True,
    )
    if scope == _THIS_CHAT:
        rows = ledger.of_conversation(session.conversation.id)
        rows += [row for row in session.unkept if row.conversation_id == session.conversation.id]
    else:
        rows = of_session
    prices = application.engine.catalogue.prices(session.connection, wait_seconds=PRICES_SECONDS)
    usage.show(rows, empty=_("Ask something: each reply gets a row here when it ends."), prices=prices)


def _inspect() -> None:
    session = held()
    inspector.show(session.conversation, session.connection, panel.held().subject)


def _export() -> None:
    conversation = held().conversation
    st.caption(_("JSON holds every version and figure and can be imported again; Markdown is for reading."))
    with st.container(horizontal=True):
        about, markdown = f"conversation {conversation.id}", partial(exports.to_markdown, conversation)
        downloads.show("JSON", partial(_as_json, conversation), "chat.json", "application/json", about)
        downloads.show("Markdown", markdown, "chat.md", "text/markdown", about)


def _as_json(conversation: Conversation) -> str:
    return "".join(archive.json_pieces([conversation], app.get().files))
