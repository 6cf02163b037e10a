"""Where somebody is signed in, a line for each browser: for themselves, and for admins."""

import re
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.domain.people.identity import Identity
from lib.domain.people.people import GUEST, PASSWORD, Person
from lib.domain.text.markdown.literal import literal, md
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.store.people.sign_ins import SignIn
from lib.ui.kit import buttons, errors
from lib.ui.state import person
from lib.web.addresses import address
from lib.web.sign_in import accounts
from lib.web.sign_in.identity import TABS

BROWSERS = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
"""How browsers name themselves. Edge also says Chrome, and all say Safari: the first that fits counts."""
SYSTEMS = {
    "Android": "Android",
    "iPhone|iPad": "iOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def show(found: Person, who: Identity) -> None:
    """Draw where this page's person is signed in, and the buttons that sign out."""
    store, lifetime = app.get().store, app.get().settings.sign_in.lifetime
    places = store.sign_ins.of(found.id, datetime.now(UTC), lifetime)
    st.markdown(md("**{}**", _("Where you are signed in")))
    with st.container(gap="xsmall"):
        for place in sorted(places, key=lambda each: each.token_hash != who.sign_in):
            _show_own(found, place, is_here=place.token_hash == who.sign_in)
    if found.issuer == GUEST:
        st.caption(_("You are a guest: once signed out, nobody can get at your chats again."))
    with st.container(horizontal=True, gap="small"):
        if len(places) > 1:
            buttons.button(
                _("Sign out everywhere else"), "sign_out_elsewhere", "devices_off", _sign_out_elsewhere
            )
        if found.issuer == PASSWORD:
            st.link_button(_("Change password"), address("/password"), icon=":material/password:")


def _show_own(found: Person, place: SignIn, *, is_here: bool) -> None:
    with show_line(place, is_here=is_here):
        if is_here and _signs_out_at_the_provider(found):
            st.link_button(_("Sign out"), address("/sign-out"), icon=":material/logout:", type="tertiary")
        else:
            key = "sign_out" if is_here else f"end-{place.token_hash[:8]}"
            buttons.button(_("Sign out"), key, "logout", _sign_out, place.token_hash, kind="tertiary")


def show_line(place: SignIn, *, is_here: bool = False) -> DeltaGenerator:
    """Draw which browser it is, and since when; return the line, which has a place for a button."""
    facts = [
        place.address,
        _("Signed in {}").format(formats.moment(place.created_at)),
        _("Last seen {}").format(formats.moment(place.seen_at)),
    ]
    name = literal(browser_name(place.browser))
    line = st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"sign_in-{place.token_hash[:8]}"
    )
    with line, st.container(gap="xxsmall", width="stretch"):
        st.markdown(md("{} :green-badge[{}]", name, _("This browser")) if is_here else name)
        st.caption(md(" · ").join(filter(None, facts)))
    return line


def browser_name(user_agent: str) -> str:
    """Return a browser's name and system in a few words, from how it names itself."""
    browser = next((name for part, name in BROWSERS.items() if part in user_agent), "")
    system = next((name for part, name in SYSTEMS.items() if re.search(part, user_agent)), "")
    if browser and system:
        return _("{browser} on {system}").format(browser=browser, system=system)
    return browser or system or _("Unknown browser")


def _signs_out_at_the_provider(found: Person) -> bool:
    """Return whether a provider has to be told too, which takes a page of its own."""
    provider = app.get().settings.sign_in.oidc
    return provider is not None and provider.signs_out and found.issuer not in (PASSWORD, GUEST)


@errors.stored
def _sign_out(token_hash: str) -> None:
    """End one of this person's sign-ins; the pages of that browser are led out within seconds."""
    accounts.sign_out(app.get().store, person.actor(), token_hash)
    if (who := person.identity()) and who.sign_in == token_hash:
        TABS.end(who)


@errors.stored
def _sign_out_elsewhere() -> None:
    if who := person.identity():
        app.get().store.sign_ins.end_others(person.actor(), who.sign_in)
