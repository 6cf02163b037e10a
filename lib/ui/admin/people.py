"""Who uses the installation: a list to search, and what can be done with the person who is chosen in it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from lib import app
from lib.domain.people.people import GUEST, PASSWORD, ROLES, Person, Role
from lib.domain.text.markdown.literal import Markdown, code, literal, md, plain
from lib.i18n import formats, locale
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.store.administration.people import PersonUsage
from lib.ui.admin import invitations
from lib.ui.kit import buttons, errors
from lib.ui.kit.labels import show_badge
from lib.ui.shell.settings import sign_ins
from lib.ui.state import person, widgets

ROWS_SHOWN, TALLEST_PIXELS = 9, 330
PERSON_PIXELS = 200
"""Wide enough for most e-mail addresses, and narrow enough for what stands beside them on a phone."""
SEARCH = "people_search"
"""The key of the search field."""


def show() -> None:
    """Draw the section."""
    invitations.show_link()  # above the button: below it, the open form would cover it
    with st.container(horizontal=True, vertical_alignment="center", key="people_head"):
        words = st.text_input(
            _("Search people"),
            key=SEARCH,
            placeholder=_("Search people"),
            icon=":material/search:",
            label_visibility="collapsed",
            persist_state="session",
        )
        if PASSWORD in app.get().settings.sign_in.ways:
            with st.popover(_("Invite"), icon=":material/person_add:", key="invite"):
                invitations.show_form()
    invitations.show_open()
    # By name, not by who was seen last: the rows must keep their places while somebody works in them.
    found = sorted(person.administration().people.find(words), key=lambda each: _name(each.person).casefold())
    if not found:
        st.caption(_("Nobody's name or e-mail address contains this."))
        return
    # Between the table and what is above it: the table's own buttons cover this place.
    count = ngettext("{} person.", "{} people.", len(found)).format(formats.number(len(found)))
    st.caption(md(_("{} Times are in {}."), count, formats.zone(datetime.now(UTC))))
    chosen = _choose(found)
    if chosen:
        _show_details(chosen)
    else:
        st.caption(_("Select a row to change a role, to disable an account, or to sign somebody out."))


def _name(found: Person) -> str:
    return found.email or found.name


def _choose(found: Sequence[PersonUsage]) -> PersonUsage | None:
    """Draw the table; return the person of the selected row."""
    zone = locale.current().zone
    table = pd.DataFrame(
        [
            {
                "person": _name(each.person),
                "role": _(ROLES[each.person.role]),
                "state": _("Disabled") if each.person.disabled_at else _("Active"),
                "seen": each.person.seen_at.astimezone(zone) if each.person.seen_at else None,
                "replies": each.replies,
                "tokens": each.tokens,
                "sign_ins": each.sign_ins,
            }
            for each in found
        ]
    )
    # The rows are part of the key: a selected row must not become another person after a search.
    shown = st.dataframe(
        table,
        height=TALLEST_PIXELS if len(found) > ROWS_SHOWN else "content",
        hide_index=True,
        key=f"people-{hash(tuple(each.person.id for each in found))}",
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        column_config=_columns(),
    )
    rows = shown["selection"]["rows"]
    return found[rows[0]] if rows and rows[0] < len(found) else None


def _columns() -> dict[str, ColumnConfig]:
    column, number = st.column_config.Column, st.column_config.NumberColumn
    return {
        "person": column(_("Person"), width=PERSON_PIXELS),
        "role": column(_("Role")),
        "state": column(_("State")),
        "seen": st.column_config.DatetimeColumn(_("Last seen"), format="YYYY-MM-DD HH:mm"),
        "replies": number(_("Replies"), format="localized"),
        "tokens": number(_("Tokens"), format="localized"),
        "sign_ins": number(_("Signed in"), help=_("Browsers in which this person is signed in")),
    }


def _show_details(chosen: PersonUsage) -> None:
    found = chosen.person
    with st.container(border=True, key="person_details"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.header(literal(_name(found)), anchor=False, width="content")
            show_badge(plain(_(ROLES[found.role])))
            if found.disabled_at:
                show_badge(plain(_("Disabled")), md(":material/block:"))
        facts = _("Here since {}").format(formats.day(formats.local_day(found.created_at))), _way(found)
        st.caption(md(" · ").join(facts))
        _show_actions(found)
        _show_sign_ins(found)


def _way(found: Person) -> Markdown:
    """Return how somebody signs in."""
    ways = {PASSWORD: _("Signs in with a password"), GUEST: _("A guest")}
    if found.issuer in ways:
        return plain(ways[found.issuer])
    return md(_("Signs in by {}"), code(found.issuer))


def _show_actions(found: Person) -> None:
    # The keys contain the id: a click that arrives after another row was selected still means its own person.
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        key = f"role-{found.id}"
        widgets.put(key, found.role)
        st.selectbox(
            _("Role"),
            [*Role],
            key=key,
            format_func=lambda role: _(ROLES[role]),
            on_change=_set_role,
            args=(found.id, key),
            width=170,
        )
        if found.disabled_at:
            buttons.button(
                _("Enable account"), f"enable-{found.id}", "check_circle", _set_disabled, found.id, False
            )
        else:
            buttons.button(
                _("Disable account"), f"disable-{found.id}", "block", _set_disabled, found.id, True
            )
        buttons.button(_("Sign out everywhere"), f"sign_out-{found.id}", "logout", _sign_out, found.id)
        if found.issuer == PASSWORD:
            buttons.button(_("New password"), f"reset-{found.id}", "password", invitations.renew, found)
    if (oidc := app.get().settings.sign_in.oidc) and found.issuer == oidc.issuer and oidc.gives_roles:
        st.caption(_("The identity provider gives this person's role again at each sign-in."))


def _show_sign_ins(found: Person) -> None:
    lifetime = app.get().settings.sign_in.lifetime
    places = person.administration().people.sign_ins(found.id, datetime.now(UTC), lifetime)
    if not places:
        st.caption(_("Not signed in anywhere."))
        return
    st.caption(_("Signed in with these browsers:"))
    for place in places:
        with sign_ins.show_line(place):
            key = f"end-{place.token_hash[:8]}"
            buttons.button(_("Sign out"), key, "logout", _end, found.id, place.token_hash, kind="tertiary")


@errors.stored
def _set_role(person_id: str, key: str) -> None:
    person.administration().people.set_role(person_id, Role(widgets.text(key)))


@errors.stored
def _set_disabled(person_id: str, is_disabled: bool) -> None:
    person.administration().people.set_disabled(person_id, datetime.now(UTC) if is_disabled else None)


@errors.stored
def _sign_out(person_id: str) -> None:
    person.administration().people.sign_out(person_id)


@errors.stored
def _end(person_id: str, token_hash: str) -> None:
    person.administration().people.end_sign_in(person_id, token_hash)
