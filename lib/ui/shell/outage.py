"""What stands above the chat while the gateway does not list its models, and goes by itself when it does."""

import streamlit as st

from lib import app
from lib.domain.reply.error_words import WORDS
from lib.domain.reply.errors import Category, ChatError
from lib.domain.text.markdown.literal import Markdown, md
from lib.engine.lookups.catalogue import RETRY_SECONDS
from lib.ui.kit import buttons
from lib.ui.shell import dialogs
from lib.ui.state.panel import open_panel
from lib.ui.state.session import Session, held

LISTING_SECONDS = 5.0
"""How long "Try again" waits for a list of models."""
LOOK_SECONDS = 3.0
"""How often the banner looks whether the list has come; asking again takes `RETRY_SECONDS`."""
_DOWN = (Category.UPSTREAM_DOWN, Category.TIMEOUT)
_KEYS = (Category.MISSING_KEY, Category.INVALID_KEY)


def show(session: Session) -> None:
    """Draw the banner if there is no list; otherwise nothing."""
    if not session.connection.needs_key and _error(session):
        _show_banner()


def show_in_its_place(session: Session) -> None:
    """Draw it, or an empty box: so that what follows keeps its place on the page when it goes."""
    with st.container(key="notices"):
        show(session)


def _error(session: Session) -> ChatError | None:
    """Why no model is known. A list that is only old is good enough."""
    listing = app.get().engine.catalogue.listing(session.connection, wait_seconds=0)
    return None if listing.models else listing.error


@st.fragment(run_every=LOOK_SECONDS)
def _show_banner() -> None:
    error = _error(held())
    # The whole page: the models that are known now stand outside of this fragment.
    if error is None:
        st.rerun()
    with st.container(key="outage"):
        st.warning(_sentence(error), icon=":material/cloud_off:")
        if error.category in _KEYS:
            is_clicked = buttons.button("Use another key", "outage_key", "key", open_panel, dialogs.CONNECT)
            if is_clicked:
                st.rerun()  # a click in a fragment draws that alone, and the dialog stands outside
        else:
            st.button("Try again", key="list_models", icon=":material/refresh:", on_click=_list_models)


def _list_models() -> None:
    """Ask the gateway once more for its models."""
    app.get().engine.catalogue.ask_again(held().connection, wait_seconds=LISTING_SECONDS)


def _sentence(error: ChatError) -> Markdown:
    if error.category in _DOWN:
        return md(
            "**{}.** {} Earlier chats are here to read; this page looks again every {:.0f} seconds.",
            WORDS[error.category].title,
            error.sentence,
            RETRY_SECONDS,
        )
    title = WORDS[error.category].title if error.category in _KEYS else "The models could not be listed"
    return md("**{}.** {} {}", title, error.sentence, error.hint)
