"""How much people may use: what is set, and a form that sets it."""

import streamlit as st

from lib.domain.people.limits import MOST, Limit, LimitKind, Scope
from lib.domain.people.people import Role
from lib.domain.text.markdown.literal import md, plain
from lib.i18n.translation import gettext as _
from lib.ui.kit import buttons, errors
from lib.ui.state import person, widgets

WHOM, NAME, KIND, VALUE = "limit_whom", "limit_name", "limit_kind", "limit_value"
"""Keys of the fields."""
EVERYBODY, ONE = "Everybody", "One person"
ROLES = {f"{role.capitalize()}s": role for role in Role}
KINDS = {
    "messages a minute": LimitKind.MESSAGES_A_MINUTE,
    "replies at once": LimitKind.REPLIES_AT_ONCE,
    "tokens a day": LimitKind.TOKENS_A_DAY,
}


def show() -> None:
    """Draw the section."""
    found = person.administration().limits.all()
    st.caption(
        _(
            "Each person has their own count. The narrowest limit counts: a person’s before their role’s, "
            "their role’s before everybody’s."
        )
    )
    if not found:
        st.info(_("Nothing is limited yet."), icon=":material/all_inclusive:")
    for limit, name in found.items():
        _show_row(limit, name)
    _show_form()


def _show_row(limit: Limit, name: str) -> None:
    whom = {Scope.EVERYBODY: EVERYBODY, Scope.ROLE: f"{name.capitalize()}s"}.get(limit.scope, name)
    word = next(word for word, kind in KINDS.items() if kind is limit.kind)
    key = f"limit-{limit.scope}-{limit.scope_id}-{limit.kind}"
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=key):
        st.markdown(md("**{}** · {:,} {}", whom, limit.value, plain(word)), width="stretch")
        buttons.show_icon("delete", _("Remove"), _remove, limit)


def _show_form() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="limit_form"):
        whom = st.selectbox(_("For"), [EVERYBODY, *ROLES, ONE], key=WHOM, width=160)
        if whom == ONE:
            st.text_input(_("E-mail address"), key=NAME, placeholder=_("one@example.com"), width=220)
        st.number_input(_("At most"), 1, MOST, value=10, key=VALUE, width=160)
        st.selectbox(_("Of"), list(KINDS), key=KIND, width=190)
        buttons.button(_("Set limit"), "set_limit", "check", _set, kind="primary")


@errors.stored
def _set() -> None:
    limits, whom = person.administration().limits, widgets.text(WHOM)
    kind, value = KINDS[widgets.text(KIND)], int(str(widgets.value(VALUE) or 1))
    if whom == ONE:
        limits.set_for(widgets.text(NAME), kind, value)
    elif whom == EVERYBODY:
        limits.set(Limit(Scope.EVERYBODY, "", kind, value))
    else:
        limits.set(Limit(Scope.ROLE, ROLES[whom], kind, value))


@errors.stored
def _remove(limit: Limit) -> None:
    person.administration().limits.remove(limit)
