"""Who uses the installation: a list to search, and what can be done with the person who is chosen in it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from lib import app
from lib.domain.people.people import PASSWORD, Person, Role
from lib.domain.reply.wording import counted
from lib.domain.text.markdown.literal import code, literal, md, plain
from lib.i18n.translation import gettext as _
from lib.store.administration.people import PersonUsage
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
    found = person.administration().people.find(words)
    if not found:
        st.caption(_("Nobody's name or e-mail address contains this."))
        return
    # Between the table and what is above it: the table's own buttons cover this place.
    st.caption(literal(counted(len(found), "person", "people")))
    chosen = _choose(found)
    if chosen:
        _show_details(chosen)
    else:
        st.caption(_("Select a row to change a role, to disable an account, or to sign somebody out."))


def _show_invite() -> None:
    st.text_input(_("E-mail address"), key=EMAIL, placeholder=_("one@example.com"), on_change="ignore")
    st.selectbox(_("Role"), [*Role], key=ROLE, format_func=str.capitalize, on_change="ignore")
    buttons.button(_("Make a link"), "make_invitation", "link", _invite, kind="primary")
    st.caption(_("The link is for you to send. It works once, for three days."))


@errors.stored
def _invite() -> None:
    email, role, held = widgets.text(EMAIL).strip().lower(), Role(widgets.text(ROLE)), state.held()
    held.link, held.notice = None, None
    if not is_email(email):
        held.notice = "This is not an e-mail address."
    elif app.get().store.people.of_subject(PASSWORD, email):
        held.notice = "This person has an account. Select it below to give it a new password."
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
        with st.container(horizontal=True, vertical_alignment="center", key=f"open-{each.id[:8]}"):
            whom, until = each.email or "the first admin", state.day(each.expires_at)
            told = md(_("Invited: **{}** :gray[· {} · until {}]"), whom, each.role, until)
            st.markdown(told, width="stretch")
            buttons.button(
                _("Revoke"), f"revoke-{each.id[:8]}", "link_off", _revoke, each.id, kind="tertiary"
            )


@errors.stored
def _revoke(invitation_id: str) -> None:
    person.administration().invitations.revoke(invitation_id, datetime.now(UTC))


def _forget_link() -> None:
    state.held().link = None


def _choose(found: Sequence[PersonUsage]) -> PersonUsage | None:
    """Draw the table; return the person of the selected row."""
    table = pd.DataFrame(
        [
            {
                "Person": each.person.email or each.person.name,
                "Role": each.person.role.capitalize(),
                "Last seen": each.person.seen_at.astimezone() if each.person.seen_at else None,
                "Messages": each.replies,
                "Tokens": each.tokens,
                "Signed in": each.sign_ins,
                "State": "Disabled" if each.person.disabled_at else "",
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
        column_config={
            "Last seen": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "Signed in": st.column_config.NumberColumn(help=_("Browsers")),
            "Tokens": st.column_config.NumberColumn(format="localized"),
        },
    )
    rows = shown["selection"]["rows"]
    return found[rows[0]] if rows and rows[0] < len(found) else None


def _show_details(chosen: PersonUsage) -> None:
    found = chosen.person
    with st.container(border=True, key="person_details"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(md("**{}**", found.email or found.name), width="content")
            show_badge(plain(found.role.capitalize()))
            if found.disabled_at:
                show_badge("disabled", md(":material/block:"))
        st.caption(md(_("Here since {} · signs in by {}"), state.day(found.created_at), code(found.issuer)))
        _show_actions(found)
        _show_sign_ins(found)


def _show_actions(found: Person) -> None:
    # The keys contain the id: a click that arrives after another row was selected still means its own person.
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        key = f"role-{found.id}"
        widgets.put(key, found.role)
        st.selectbox(
            _("Role"),
            [*Role],
            key=key,
            format_func=str.capitalize,
            on_change=_set_role,
            args=(found.id, key),
            width=150,
        )
        if found.disabled_at:
            buttons.button(_("Enable"), f"enable-{found.id}", "check_circle", _set_disabled, found.id, False)
        else:
            buttons.button(_("Disable"), f"disable-{found.id}", "block", _set_disabled, found.id, True)
        buttons.button(_("Sign out everywhere"), f"sign_out-{found.id}", "logout", _sign_out, found.id)
        if found.issuer == PASSWORD:
            buttons.button(_("New password"), f"reset-{found.id}", "password", _reset, found)
    if (oidc := app.get().settings.sign_in.oidc) and found.issuer == oidc.issuer and oidc.gives_roles:
        st.caption(_("The identity provider gives this person's role again at each sign-in."))


def _show_sign_ins(found: Person) -> None:
    lifetime = app.get().settings.sign_in.lifetime
    places = person.administration().people.sign_ins(found.id, datetime.now(UTC), lifetime)
    if not places:
        st.caption(_("Signed in nowhere."))
        return
    st.caption(_("Signed in:"))
    for place in places:
        st.markdown(
            md(
                _("{} :gray[· {} · since {} · last seen {}]"),
                browser_name(place.browser),
                place.address,
                state.day(place.created_at),
                state.day(place.seen_at),
            )
        )


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
def _reset(found: Person) -> None:
    token = person.administration().people.invite(found.subject, found.role, datetime.now(UTC))
    held = state.held()
    held.link, held.link_for = f"{links.origin()}{INVITE}{token}", found.email
