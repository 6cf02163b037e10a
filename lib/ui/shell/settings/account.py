"""Whoever is signed in: who they are, where they are signed in, what is theirs, how to go."""

import re
from datetime import UTC, datetime
from functools import partial
from io import BytesIO

import streamlit as st

from lib import app
from lib.domain.people.identity import Identity
from lib.domain.people.people import GUEST, PASSWORD, Person, Role
from lib.domain.text.markdown.literal import Markdown, literal, md
from lib.engine.keeping import archive
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.store.database.errors import StoreError
from lib.store.library import Library
from lib.store.people.sign_ins import SignIn
from lib.ui.kit import buttons
from lib.ui.shell import forms
from lib.ui.state import exports, panel, person, widgets
from lib.web.sign_in import accounts
from lib.web.sign_in.identity import TABS

REMOVAL = "removal"
"""The dialog that asks whether to remove the account."""
WORD = "remove"
"""What whoever has no e-mail address types to confirm it; it does for all."""
ROLES = {
    Role.MEMBER: mark("You can chat, compare, and make prompt sets and recordings."),
    Role.PRESENTER: mark("You can also open comparisons to an audience and share reports by link."),
    Role.ADMIN: mark("You can also manage people and settings."),
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


def show() -> None:
    """Draw the section."""
    if person.is_signed_out():  # a click in a dialog reruns only the dialog: the page has to leave
        st.rerun()
    try:
        _show()
    except StoreError:
        st.warning(_("Who you are cannot be read now. Try again in a minute."), icon=":material/save:")


def _show() -> None:
    found, who = person.person(), person.identity()
    if found is None or who is None:
        return
    st.markdown(md("**{}**", found.email or found.name))
    st.caption(literal(_rights(found.role)))
    if who.sign_in:
        _show_places(found, who)
    else:
        st.caption(_("Your organization’s sign-in lets you in here, and signs you out."))
    _show_looks(found)
    _show_belongings()


def _rights(role: Role) -> str:
    """Return what a role allows, as far as the installation's settings do."""
    is_more = role is not Role.PRESENTER or app.get().settings.is_sharing
    return _(ROLES[role if is_more else Role.MEMBER])


def _show_places(found: Person, who: Identity) -> None:
    """Draw where somebody is signed in, and the buttons that sign out."""
    store, now = app.get().store, datetime.now(UTC)
    places = store.sign_ins.of(found.id, now, app.get().settings.sign_in.lifetime)
    st.caption(_("Where you are signed in:"))
    for place in places:
        st.markdown(_line(place, is_here=place.token_hash == who.sign_in))
    _show_buttons(found, len(places))


def _line(place: SignIn, *, is_here: bool) -> Markdown:
    """Return one browser's line."""
    since = formats.moment(place.created_at)
    line = _("{} (this browser) :gray[· {} · since {}]") if is_here else _("{} :gray[· {} · since {}]")
    return md(line, browser_name(place.browser), place.address, since)


def _show_buttons(found: Person, places: int) -> None:
    if found.issuer == GUEST:
        st.caption(_("You are a guest: once signed out, nobody can get at your chats again."))
    with st.container(horizontal=True, gap="small"):
        if _signs_out_elsewhere(found):
            st.link_button(_("Sign out"), "/sign-out", icon=":material/logout:")
        else:
            buttons.button(_("Sign out"), "sign_out", "logout", _sign_out)
        if places > 1:
            buttons.button(
                _("Sign out everywhere"), "sign_out_everywhere", "devices_off", _sign_out_everywhere
            )
        if found.issuer == PASSWORD:
            st.link_button(_("Change password"), "/password", icon=":material/password:")


def _show_belongings() -> None:
    """Draw what can be done with everything that somebody has here."""
    own = person.library()
    st.caption(_("What is yours: chats, comparisons, prompt sets, recordings and usage."))
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            _("Download everything"),
            # Asked now: no page runs when the file is made.
            exports.audited(partial(_everything, own), f"person {own.person_id}", "zip"),
            "everything.zip",
            "application/zip",
            key="download_everything",
            icon=":material/download:",
            on_click="ignore",
        )
        key = f"{forms.DANGER}remove_account"
        buttons.button(_("Remove my account"), key, "person_remove", panel.open_panel, REMOVAL)


def _everything(own: Library) -> BytesIO:
    application, file = app.get(), BytesIO()
    application.engine.flush()  # so that the latest words are in it too
    archive.write(own, application.files, file)
    return file


def show_removal() -> None:
    """Draw the question whether somebody really wants to remove their account."""
    found = person.person()
    if found is None:
        st.rerun()
    word = found.email or WORD
    with st.form("removal_form", border=False):
        st.markdown(
            _(
                "All your chats, comparisons, prompt sets and recordings are deleted at once, the links that "
                "you shared too. Nobody can bring them back. Running replies are stopped."
            )
        )
        st.text_input(md(_("Type **{}** to confirm."), word), key="removal", autocomplete="off")
        forms.show_problem()
        forms.show_buttons(_("Remove my account"), f"{forms.DANGER}removal", _remove, word)


def _remove(word: str) -> None:
    """Delete whoever has confirmed it, with everything of theirs, and end their sign-ins."""
    found, who, by = person.person(), person.identity(), person.actor()
    shown, typed = panel.held(), widgets.text("removal").strip().lower()
    if found is None or who is None:
        return
    store, engine = app.get().store, app.get().engine
    if typed not in (word.lower(), WORD):
        shown.problem = _("This is not {word}. Nothing was removed.").format(word=word)
        return
    try:
        store.people.check_leaving(found.id, by)  # running replies are not stopped for nothing
        engine.cancel_all(found.id)
        engine.flush()  # nothing that has just ended may be stored afterwards
        store.ownership.remove(found.id, by)
    except StoreError as error:
        shown.problem = str(error)
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
        st.caption(_("Who looked at your chats:"))
    for look in looks[:LOOKS_SHOWN]:
        st.markdown(md("{} · {} :gray[· {}]", formats.moment(look.at), look.admin, look.reason))


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
    if browser and system:
        return _("{browser} on {system}").format(browser=browser, system=system)
    return browser or system or _("Unknown browser")
