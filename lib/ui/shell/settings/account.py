"""Whoever is signed in: who they are, where they are signed in, what is theirs, how to go."""

from functools import partial
from io import BytesIO

import streamlit as st

from lib import app
from lib.domain.people.people import Person, Role
from lib.domain.text.markdown.literal import literal, md
from lib.engine.keeping import archive
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.store.database.errors import StoreError
from lib.store.library import Library
from lib.ui.kit import buttons, dialogs
from lib.ui.shell import downloads
from lib.ui.shell.settings import sign_ins
from lib.ui.state import panel, person, widgets
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
        sign_ins.show(found, who)
    else:
        st.caption(_("Your organization’s sign-in lets you in here, and signs you out."))
    _show_looks(found)
    _show_belongings()


def _rights(role: Role) -> str:
    """Return what a role allows, as far as the installation's settings do."""
    is_more = role is not Role.PRESENTER or app.get().settings.is_sharing
    return _(ROLES[role if is_more else Role.MEMBER])


def _show_belongings() -> None:
    """Draw what can be done with everything that somebody has here."""
    own = person.library()
    st.caption(_("What is yours: chats, comparisons, prompt sets, recordings and usage."))
    with st.container(horizontal=True, gap="small"):
        # Whose it is has to be asked now: no page runs when the file is made.
        data, about = partial(_everything, own), f"person {own.person_id}"
        downloads.show(_("Download everything"), data, "everything.zip", "application/zip", about, kind="zip")
        remove = partial(panel.open_panel, REMOVAL)
        buttons.button(_("Remove my account"), "remove_account", "person_remove", remove, destroys=True)


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
        # Not as the field's label: its name would be read out with what keeps an address from being a link.
        st.markdown(md(_("Type **{}** to confirm."), word))
        st.text_input(_("Confirmation"), key="removal", autocomplete="off", label_visibility="collapsed")
        panel.show_problem()
        dialogs.show_buttons(
            _("Remove my account"),
            "confirm_removal",
            _remove,
            word,
            cancel=panel.close,
            destroys=True,
            in_form=True,
        )


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


def _show_looks(found: Person) -> None:
    """Draw which admins have read this person's chats, if any did."""
    looks = app.get().store.reading.of(found.id)
    if looks:
        st.caption(_("Who looked at your chats:"))
    for look in looks[:LOOKS_SHOWN]:
        st.markdown(md("{} · {} :gray[· {}]", formats.moment(look.at), look.admin, look.reason))
