"""The dialog of whoever is signed in: who they are, where they are signed in, and how to leave."""

import re
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.people.people import Person, Role
from lib.domain.text.markdown.literal import Markdown, literal, md, plain
from lib.store.database.errors import StoreError
from lib.store.people.sign_ins import SignIn
from lib.ui.kit import buttons
from lib.ui.state import panel, person
from lib.web.sign_in import accounts
from lib.web.sign_in.accounts import GUEST, PASSWORD
from lib.web.sign_in.identity import TABS

ACCOUNT = "Account"
"""The dialog's label in menus."""
ROLES = {
    Role.MEMBER: "You can chat, compare, and make decks and recordings.",
    Role.PRESENTER: "You can also open comparisons to an audience and share reports by link.",
    Role.ADMIN: "You can also manage people and settings.",
}
BROWSERS = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
"""How browsers name themselves. Edge also says Chrome, and all say Safari: the first that fits counts."""
SYSTEMS = {
    "Android": "Android",
    "iPhone|iPad": "iOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@st.dialog(ACCOUNT, on_dismiss=panel.close)
def show() -> None:
    """Draw the dialog."""
    if person.is_signed_out():  # a click in a dialog reruns only the dialog: the page has to leave
        st.rerun()
    try:
        _show()
    except StoreError:
        st.warning("Who you are cannot be read now. Try again in a minute.", icon=":material/save:")


def _show() -> None:
    found, who = person.person(), person.identity()
    if found is None or who is None:
        return
    st.markdown(md("**{}**", found.email or found.name))
    st.caption(literal(ROLES[found.role]))
    if not who.sign_in:
        st.caption("Your organization’s sign-in lets you in here, and signs you out.")
        return
    store, now = app.get().store, datetime.now(UTC)
    places = store.sign_ins.of(found.id, now, app.get().settings.sign_in.lifetime)
    st.caption("Where you are signed in:")
    for place in places:
        st.markdown(_line(place, is_here=place.token_hash == who.sign_in))
    _show_buttons(found, len(places))


def _line(place: SignIn, *, is_here: bool) -> Markdown:
    """Return one browser's line."""
    when = f"{place.created_at.astimezone():%-d %b, %H:%M}"
    return md(
        "{}{} :gray[· {} · since {}]",
        browser_name(place.browser),
        plain(" (this browser)") if is_here else plain(""),
        place.address,
        when,
    )


def _show_buttons(found: Person, places: int) -> None:
    if found.issuer == GUEST:
        st.caption("You are a guest: once signed out, nobody can get at your chats again.")
    with st.container(horizontal=True, gap="small"):
        buttons.button("Sign out", "sign_out", "logout", _sign_out)
        if places > 1:
            buttons.button("Sign out everywhere", "sign_out_everywhere", "devices_off", _sign_out_everywhere)
        if found.issuer == PASSWORD:
            st.link_button("Change password", "/password", icon=":material/password:")


def _sign_out() -> None:
    if who := person.identity():
        accounts.sign_out(app.get().store, person.actor(), who.sign_in)
        TABS.end(who)


def _sign_out_everywhere() -> None:
    if who := person.identity():
        app.get().store.sign_ins.end_all(who.person_id, person.actor())
        TABS.end(who)


def browser_name(user_agent: str) -> str:
    """Return a browser's name and system in a few words, from how it names itself."""
    browser = next((name for part, name in BROWSERS.items() if part in user_agent), "")
    system = next((name for part, name in SYSTEMS.items() if re.search(part, user_agent)), "")
    return " on ".join(filter(None, (browser, system))) or "Unknown browser"
