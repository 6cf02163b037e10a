"""The dialog of whoever is signed in: who they are, where they are signed in, what is theirs, how to go."""

import re
from datetime import UTC, datetime
from functools import partial
from io import BytesIO

import streamlit as st

from lib import app
from lib.domain.people.identity import Identity
from lib.domain.people.people import GUEST, PASSWORD, Person, Role
from lib.domain.text.markdown.literal import Markdown, literal, md, plain
from lib.engine.keeping import archive
from lib.store.database.errors import StoreError
from lib.store.library import Library
from lib.store.people.sign_ins import SignIn
from lib.ui.kit import buttons
from lib.ui.state import exports, panel, person, widgets
from lib.web.sign_in import accounts
from lib.web.sign_in.identity import TABS

ACCOUNT = "Account"
"""The dialog's label in menus."""
REMOVAL = "removal"
"""What the dialog is about while it asks whether to remove the account."""
WORD = "remove"
"""What whoever has no e-mail address types to confirm it; it does for all."""
ROLES = {
    Role.MEMBER: "You can chat, compare, and make decks and recordings.",
    Role.PRESENTER: "You can also open comparisons to an audience and share reports by link.",
    Role.ADMIN: "You can also manage people and settings.",
}
LOOKS_SHOWN = 20
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
    if panel.held().subject == REMOVAL:
        _show_removal(found)
        return
    st.caption(literal(_rights(found.role)))
    if who.sign_in:
        _show_places(found, who)
    else:
        st.caption("Your organization’s sign-in lets you in here, and signs you out.")
    _show_looks(found)
    _show_belongings()


def _rights(role: Role) -> str:
    """Return what a role allows, as far as the installation's settings do."""
    is_more = role is not Role.PRESENTER or app.get().settings.is_sharing
    return ROLES[role if is_more else Role.MEMBER]


def _show_places(found: Person, who: Identity) -> None:
    """Draw where somebody is signed in, and the buttons that sign out."""
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
        if _signs_out_elsewhere(found):
            st.link_button("Sign out", "/sign-out", icon=":material/logout:")
        else:
            buttons.button("Sign out", "sign_out", "logout", _sign_out)
        if places > 1:
            buttons.button("Sign out everywhere", "sign_out_everywhere", "devices_off", _sign_out_everywhere)
        if found.issuer == PASSWORD:
            st.link_button("Change password", "/password", icon=":material/password:")


def _show_belongings() -> None:
    """Draw what can be done with everything that somebody has here."""
    own = person.library()
    st.caption("What is yours: chats, comparisons, decks, recordings and usage.")
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Download everything",
            # Asked now: no page runs when the file is made.
            exports.audited(partial(_everything, own), f"person {own.person_id}", "zip"),
            "everything.zip",
            "application/zip",
            key="download_everything",
            icon=":material/download:",
            on_click="ignore",
        )
        buttons.button("Remove my account", "remove_account", "person_remove", _ask_removal, REMOVAL)


def _everything(own: Library) -> BytesIO:
    application, file = app.get(), BytesIO()
    application.engine.flush()  # so that the latest words are in it too
    archive.write(own, application.files, file)
    return file


def _ask_removal(subject: str | None) -> None:
    """Open the question whether to remove the account; `None` closes it."""
    panel.open_panel(ACCOUNT, subject)


def _show_removal(found: Person) -> None:
    """Draw the question whether somebody really wants to remove their account."""
    word = found.email or WORD
    st.markdown(
        md(
            "**Remove your account?** All your chats, comparisons, decks and recordings are deleted at once, "
            "the links that you shared too. Nobody can bring them back. Running replies are stopped."
        )
    )
    st.text_input(md("Type **{}** to confirm.", word), key="removal", autocomplete="off")
    if notice := panel.held().notice:
        st.error(plain(notice), icon=":material/error:")
    with st.container(horizontal=True, gap="small"):
        buttons.button("Remove my account", "confirm_removal", "person_remove", _remove, word, kind="primary")
        buttons.button("Keep my account", "keep_account", "undo", _ask_removal, None)


def _remove(word: str) -> None:
    """Delete whoever has confirmed it, with everything of theirs, and end their sign-ins."""
    found, who, by = person.person(), person.identity(), person.actor()
    shown, typed = panel.held(), widgets.text("removal").strip().lower()
    if found is None or who is None:
        return
    store, engine = app.get().store, app.get().engine
    if typed not in (word.lower(), WORD):
        shown.notice = f"This is not {word}. Nothing was removed."
        return
    try:
        store.people.check_leaving(found.id, by)  # running replies are not stopped for nothing
        engine.cancel_all(found.id)
        engine.flush()  # nothing that has just ended may be stored afterwards
        store.ownership.remove(found.id, by)
    except StoreError as error:
        shown.notice = str(error)
    else:
        TABS.end(who)


def _signs_out_elsewhere(found: Person) -> bool:
    """Return whether a provider has to be told too, which takes a page of its own."""
    provider = app.get().settings.sign_in.oidc
    return provider is not None and provider.signs_out and found.issuer not in (PASSWORD, GUEST)


def _show_looks(found: Person) -> None:
    """Draw which admins have read this person's chats, if any did."""
    looks = app.get().store.reading.of(found.id)
    if looks:
        st.caption("Who looked at your chats:")
    for look in looks[:LOOKS_SHOWN]:
        st.markdown(md("{:%-d %b %Y, %H:%M} · {} :gray[· {}]", look.at.astimezone(), look.admin, look.reason))


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
