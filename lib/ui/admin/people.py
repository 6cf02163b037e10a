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
from lib.store.people.sign_ins import SignIn
from lib.ui.admin import state
from lib.ui.kit import buttons, errors, links
from lib.ui.kit.labels import show_badge
from lib.ui.shell.settings.account import browser_name
from lib.ui.state import person, widgets
from lib.web.sign_in.accounts import INVITE, is_email

ROWS_SHOWN, TALLEST_PIXELS = 9, 330
EMAIL, ROLE, SEARCH = "invite_email", "invite_role", "people_search"
"""Keys of the widgets."""


def show() -> None:
    """Draw the section."""
    _show_link()  # above the button: below it, the open form would cover it
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
                _show_invite()
    _show_invitations()
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


def _role(role: Role) -> str:
    return _(ROLES[role])


def _show_invite() -> None:
    with st.form("invite_form", border=False):
        st.text_input(_("E-mail address"), key=EMAIL, placeholder=_("one@example.com"))
        st.selectbox(_("Role"), [*Role], key=ROLE, format_func=_role)
        st.form_submit_button(
            _("Make a link"), key="make_invitation", icon=":material/link:", type="primary", on_click=_invite
        )
    st.caption(_("The link is for you to send. It works once, for three days."))


@errors.stored
def _invite() -> None:
    email, role, held = widgets.text(EMAIL).strip().lower(), Role(widgets.text(ROLE)), state.held()
    held.link, held.notice = None, None
    if not is_email(email):
        held.notice = _("This is not an e-mail address.")
    elif app.get().store.people.of_subject(PASSWORD, email):
        held.notice = _("This person has an account. Select it below to give it a new password.")
    else:
        token = person.administration().people.invite(email, role, datetime.now(UTC))
        held.link, held.link_for = f"{links.origin()}{INVITE}{token}", email
        widgets.put(EMAIL, "")


def _show_link() -> None:
    held = state.held()
    if held.notice:
        st.warning(literal(held.notice), icon=":material/info:")
        held.notice = None
    if held.link:
        with st.container(border=True, key="invitation"):
            st.markdown(md(_("A link for **{}**, shown here once:"), held.link_for))
            st.code(held.link, language=None, wrap_lines=True)
            buttons.button(_("Done"), "forget_link", "check", _forget_link, kind="tertiary")


def _show_invitations() -> None:
    """Draw who was invited and has not come yet."""
    for each in person.administration().invitations.open(datetime.now(UTC)):
        with st.container(horizontal=True, vertical_alignment="center", key=f"invited-{each.id[:8]}"):
            whom = each.email or _("The first admin")
            facts = _role(each.role), _("Until {}").format(formats.moment(each.expires_at))
            told = md(_("Invited: **{}** :gray[· {}]"), whom, md(" · ").join(facts))
            st.markdown(told, width="stretch")
            buttons.button(
                _("Withdraw"), f"revoke-{each.id[:8]}", "link_off", _revoke, each.id, kind="tertiary"
            )


@errors.stored
def _revoke(invitation_id: str) -> None:
    person.administration().invitations.revoke(invitation_id, datetime.now(UTC))


def _forget_link() -> None:
    state.held().link = None


def _choose(found: Sequence[PersonUsage]) -> PersonUsage | None:
    """Draw the table; return the person of the selected row."""
    zone = locale.current().zone
    table = pd.DataFrame(
        [
            {
                "person": _name(each.person),
                "role": _role(each.person.role),
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
        "person": column(_("Person")),
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
            show_badge(plain(_role(found.role)))
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
            format_func=_role,
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
            buttons.button(_("New password"), f"reset-{found.id}", "password", _reset, found)
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
        key = place.token_hash[:8]
        with st.container(horizontal=True, vertical_alignment="center", key=f"sign_in-{key}"):
            st.markdown(_place(place), width="stretch")
            buttons.button(
                _("Sign out"), f"end-{key}", "logout", _end, found.id, place.token_hash, kind="tertiary"
            )


def _place(place: SignIn) -> Markdown:
    facts = [
        place.address,
        _("Since {}").format(formats.moment(place.created_at)),
        _("Last seen {}").format(formats.moment(place.seen_at)),
    ]
    return md("{} :gray[· {}]", browser_name(place.browser), md(" · ").join(filter(None, facts)))


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


@errors.stored
def _reset(found: Person) -> None:
    token = person.administration().people.invite(found.subject, found.role, datetime.now(UTC))
    held = state.held()
    held.link, held.link_for = f"{links.origin()}{INVITE}{token}", found.email
