"""Where the installation's requests go, and with which key: tried before it is taken."""

import streamlit as st

from lib import app
from lib.domain.models.connection import Connection, parse_api_key, parse_base_url
from lib.domain.text.markdown.literal import Markdown, code, literal, md
from lib.domain.text.sentences import joined
from lib.i18n.translation import gettext as _
from lib.i18n.translation import lazy
from lib.store.settings import Gateway
from lib.ui.admin import state
from lib.ui.kit import buttons, errors
from lib.ui.state import person, widgets

BASE_URL, API_KEY = "gateway_base_url", "gateway_api_key"
"""Keys of the fields."""
LISTING_SECONDS = 15.0
"""How long the new server has to list its models."""


def show() -> None:
    """Draw the section."""
    application, held = app.get(), state.held()
    stored = application.store.settings.gateway()
    st.markdown(_now())
    if stored and stored.encrypted_key and application.connection.api_key is None:
        st.error(
            _("The stored key was encrypted with another secret than this installation's. Enter it again."),
            icon=":material/key_off:",
        )
    if held.notice:
        st.error(literal(held.notice), icon=":material/error:")
        held.notice = None
    if widgets.value(BASE_URL) is None:  # not as the field's default: `_take` sets its value
        widgets.put(BASE_URL, application.base_url)
    with st.form("gateway"):
        st.text_input(_("Base URL"), key=BASE_URL)
        st.text_input(
            _("API key"),
            key=API_KEY,
            type="password",
            autocomplete="off",
            placeholder=_("Leave empty to keep the key of this base URL"),
        )
        st.caption(
            _(
                "A key is sent only to the base URL that it was entered with. For another base URL, enter "
                "its key, unless it needs none. Before the connection is used, the server is asked for its "
                "models."
            )
        )
        st.form_submit_button(
            _("Test and use"), key="take_gateway", type="primary", icon=":material/check:", on_click=_take
        )
    if stored:
        buttons.button(
            _("Use the environment’s connection again"),
            "reset_gateway",
            "undo",
            _use_environments,
            kind="tertiary",
        )


def _now() -> Markdown:
    application = app.get()
    connection, stored = application.connection, application.store.settings.gateway()
    if application.is_local:
        return md(_("The embedded model answers: no key and no base URL are set."))
    key = _("They carry a key.") if connection.api_key else _("They carry no key.")
    where = _("This is set here.") if stored else _("This is set in the environment.")
    return md(" ").join([md(_("Requests go to {}."), code(connection.base_url)), key, where])


@errors.stored
def _take() -> None:
    """Try what is in the form, and use it if it works."""
    held, application = state.held(), app.get()
    held.notice = None
    try:
        tried = _entered()
    except ValueError as error:
        held.notice = str(error)
        return
    if fault := _fault(tried):
        held.notice = joined([_("The connection was not changed."), fault])
        return
    key = tried.api_key
    encrypted = application.secret.encrypt(app.GATEWAY_KEY, key.reveal()) if key else None
    person.administration().settings.set_gateway(Gateway(tried.base_url, encrypted))
    widgets.put(BASE_URL, tried.base_url)
    widgets.put(API_KEY, "")
    st.toast(_("The new connection is in use."), icon=":material/check:")


def _entered() -> Connection:
    """Return the connection in the form. Raises `ValueError` with a sentence."""
    application, typed = app.get(), widgets.text(API_KEY)
    try:
        base_url = parse_base_url(
            widgets.text(BASE_URL), allow_plain_http=application.settings.allows_plain_http
        )
    except ValueError as error:
        raise ValueError(lazy("The base URL {fault}", fault=str(error))) from None
    try:
        api_key = parse_api_key(typed)
    except ValueError as error:
        raise ValueError(lazy("The key {fault}", fault=str(error))) from None
    if api_key is None and base_url == application.base_url and not application.is_local:
        raise ValueError(lazy("This base URL and its key are in use already. Enter a key to replace it."))
    return Connection(base_url, api_key)


def _fault(tried: Connection) -> str | None:
    """Return why this connection does not work, in a sentence or two."""
    if tried.needs_key:
        return _("SynStar AI needs a key: enter the one for this base URL.")
    # First: whoever is no admin any more must not even make this server ask another one.
    person.administration().settings.check()
    listing = app.get().engine.catalogue.ask_again(tried, wait_seconds=LISTING_SECONDS)
    if listing.error:
        return joined([_("The server does not list its models:"), str(listing.error)])
    return None if listing.models else _("The server has listed no models in time.")


@errors.stored
def _use_environments() -> None:
    person.administration().settings.set_gateway(None)
    widgets.take(BASE_URL)
