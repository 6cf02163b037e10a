"""The banner above every page while messages cannot be stored, with a download of the unsaved ones."""

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.text.markdown.literal import md
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.ui.state.person import person_id


def show() -> None:
    """Draw the banner if storing fails."""
    application = app.get()
    if problem := application.storage_problem:
        with st.container(key="storage"):
            said = md(_("{} Chats are kept in memory until the app stops."), problem)
            st.warning(said, icon=":material/save:")
    elif problem := application.engine.problem:
        with st.container(key="storage"):
            st.warning(md(_("{} New messages are kept in memory only."), problem), icon=":material/save:")
            _show_download()


def needing(draw: Callable[[], None]) -> None:
    """Draw a page, or say in its place that the store it needs cannot be read."""
    try:
        draw()
    except StoreError as error:
        with st.container(key="unreadable"):
            why = "" if app.get().engine.problem else str(error)  # otherwise the banner has said it
            st.info(md(_("This page cannot be shown without the database. {}"), why), icon=":material/info:")


def _show_download() -> None:
    application, who = app.get(), person_id()  # now: no page runs when the file is made
    st.download_button(
        _("Download what is not stored"),
        lambda: application.unstored(application.engine.unstored(who)),
        f"not-stored-{datetime.now(UTC):%Y-%m-%d-%H%M}.json",
        "application/json",
        key="download_unstored",
        icon=":material/download:",
        on_click="ignore",
        help=_("You can import this file later; it adds separate chats."),
    )
