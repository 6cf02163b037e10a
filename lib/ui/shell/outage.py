"""The banner above the chat while the gateway lists no models; it disappears once the list arrives."""

import streamlit as st

from lib import app
from lib.domain.reply.errors import Category, ChatError
from lib.domain.text.markdown.literal import Markdown, md
from lib.domain.text.sentences import joined
from lib.engine.lookups.catalogue import RETRY_SECONDS
from lib.i18n.translation import gettext as _
from lib.ui.kit import buttons
from lib.ui.shell import dialogs
from lib.ui.state.panel import open_panel
from lib.ui.state.session import Session, held

LISTING_SECONDS = 5.0
"""How long "Try again" waits for a list of models."""
LOOK_SECONDS = 3.0
"""How often the banner checks whether the list has arrived; a new request is made every `RETRY_SECONDS`."""
_DOWN = (Category.UPSTREAM_DOWN, Category.TIMEOUT)
_KEYS = (Category.MISSING_KEY, Category.INVALID_KEY)


def show(session: Session) -> None:
    """Draw the banner if there is no list."""
    if not session.connection.needs_key and _error(session):
        _show_banner()


def show_in_its_place(session: Session) -> None:
    """Draw the banner or an empty box, so that what follows keeps its place when the banner disappears."""
    with st.container(key="notices"):
        show(session)


def _error(session: Session) -> ChatError | None:
    """Return why no model is known; `None` if there is a list, even a stale one."""
    listing = app.get().engine.catalogue.listing(session.connection, wait_seconds=0)
    return None if listing.models else listing.error


@st.fragment(run_every=LOOK_SECONDS)
def _show_banner() -> None:
    error = _error(held())
    # The whole page: the models that are now known are drawn outside this fragment.
    if error is None:
        st.rerun()
    with st.container(key="outage"):
        st.warning(_sentence(error), icon=":material/cloud_off:")
        if error.category in _KEYS:
            if not app.get().settings.has_own_keys:
                return
            is_clicked = buttons.button(
                _("Use another key"), "outage_key", "key", open_panel, dialogs.CONNECT
            )
            if is_clicked:
                st.rerun()  # a click in a fragment reruns only the fragment, and the dialog is outside it
        else:
            st.button(_("Try again"), key="list_models", icon=":material/refresh:", on_click=_list_models)


def _list_models() -> None:
    """Request the gateway's models again."""
    app.get().engine.catalogue.ask_again(held().connection, wait_seconds=LISTING_SECONDS)


def _sentence(error: ChatError) -> Markdown:
    if error.category in _DOWN:
        return md(
            _("**{}.** {} Earlier chats are here to read; this page looks again every {:.0f} seconds."),
            error.title,
            error.sentence,
            RETRY_SECONDS,
        )
    title = error.title if error.category in _KEYS else _("The models could not be listed")
    return md(_("**{}.** {}"), title, joined((error.sentence, error.hint)))
