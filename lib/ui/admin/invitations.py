"""Invitations: the links by which people come in, or choose a new password."""

from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.people.people import PASSWORD, ROLES, Person, Role
from lib.domain.text.markdown.literal import literal, md
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.ui.admin import state
from lib.ui.kit import buttons, errors, links
from lib.ui.state import person, widgets
from lib.web.sign_in.accounts import INVITE, is_email

EMAIL, ROLE = "invite_email", "invite_role"
"""Keys of the fields."""


def show_form() -> None:
    """Draw the form that makes a link."""
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
        _make_link(email, email, role)
        widgets.put(EMAIL, "")


@errors.stored
def renew(found: Person) -> None:
    """Make a link with which somebody chooses a new password."""
    _make_link(found.subject, found.email, found.role)


def _make_link(subject: str, email: str, role: Role) -> None:
    held, token = state.held(), person.administration().people.invite(subject, role, datetime.now(UTC))
    held.link, held.link_for = links.link(f"{INVITE}{token}"), email


def show_link() -> None:
    """Draw the link that was made last, or why none was."""
    held = state.held()
    if held.notice:
        st.warning(literal(held.notice), icon=":material/info:")
        held.notice = None
    if held.link:
        with st.container(border=True, key="invitation"):
            st.markdown(md(_("A link for **{}**, shown here once:"), held.link_for))
            st.code(held.link, language=None, wrap_lines=True)
            buttons.button(_("Done"), "forget_link", "check", _forget_link, kind="tertiary")


def show_open() -> None:
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


def _role(role: Role) -> str:
    return _(ROLES[role])
