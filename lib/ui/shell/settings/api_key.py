"""A visitor's own API key: in memory, for this tab, never stored."""

import streamlit as st

from lib import app
from lib.domain.models.connection import Connection, parse_api_key
from lib.domain.text.markdown.literal import md
from lib.i18n.translation import gettext as _
from lib.ui.kit import buttons, dialogs
from lib.ui.state import panel, widgets
from lib.ui.state.session import default_model, held

FIELD = "visitor_key"


def show() -> None:
    """Draw the form, and whether a key is in use."""
    base_url = app.get().base_url
    if held().connection is held().own:
        with st.container(horizontal=True, vertical_alignment="center", key="own_key"):
            st.markdown(md(_(":material/check: A key of yours is in use, in this tab.")), width="stretch")
            buttons.button(
                _("Remove this key"), "remove_key", "key_off", _remove, kind="tertiary", destroys=True
            )
    with st.form("api_key", border=False):
        st.text_input(_("API key"), key=FIELD, type="password", placeholder="sk-…", autocomplete="off")
        panel.show_problem()
        st.caption(
            md(
                _(
                    "Sent to {} only, kept in memory for this tab and never stored. To keep it, put "
                    "`KKIAI_API_KEY=…` in the file `.env` and start the app again."
                ),
                base_url,
            )
        )
        dialogs.show_buttons(
            _("Use this key"), "confirm_key", _take, base_url, cancel=panel.close, in_form=True
        )


def _take(base_url: str) -> None:
    """Use a visitor's own key, in this tab only, for the server that the dialog named."""
    if not app.get().settings.has_own_keys:  # the dialog is offered nowhere; a replayed click is refused
        return
    shown = panel.held()
    try:
        api_key = parse_api_key(widgets.text(FIELD))
    except ValueError as error:
        shown.problem = _("This key {fault}").format(fault=error)
        return
    if not api_key:
        shown.problem = _("Paste a key first.")
        return
    _use(Connection(base_url, api_key))


def _remove() -> None:
    """Forget the visitor's own key."""
    _use(None)


def _use(own: Connection | None) -> None:
    session = held()
    session.own = own
    session.conversation.model = default_model()
    session.open(session.conversation)
    session.next_page = None  # a key may be entered on other pages too
