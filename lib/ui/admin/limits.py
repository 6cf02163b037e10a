"""How much people may use: what is set, and a form that sets it."""

import streamlit as st

from lib.domain.people.limits import MOST, Limit, LimitKind, Scope
from lib.domain.people.people import ROLE_GROUPS, Role
from lib.domain.text.markdown.literal import md
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, mark_plural, ngettext
from lib.ui.kit import buttons, errors
from lib.ui.state import person, widgets

WHOM, NAME, KIND, VALUE = "limit_whom", "limit_name", "limit_kind", "limit_value"
"""Keys of the fields."""
WHOMS = [Scope.EVERYBODY, *Role, Scope.PERSON]
KINDS = {
    LimitKind.MESSAGES_A_MINUTE: mark("Messages a minute"),
    LimitKind.REPLIES_AT_ONCE: mark("Replies at once"),
    LimitKind.TOKENS_A_DAY: mark("Tokens a day"),
}
VALUES = {
    LimitKind.MESSAGES_A_MINUTE: mark_plural("{} message a minute", "{} messages a minute"),
    LimitKind.REPLIES_AT_ONCE: mark_plural("{} reply at once", "{} replies at once"),
    LimitKind.TOKENS_A_DAY: mark_plural("{} token a day", "{} tokens a day"),
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
    whom = name if limit.scope is Scope.PERSON else _whom(limit.scope_id or limit.scope)
    key = f"limit-{limit.scope}-{limit.scope_id}-{limit.kind}"
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=key):
        value = ngettext(*VALUES[limit.kind], limit.value).format(formats.number(limit.value))
        st.markdown(md("**{}** · {}", whom, value), width="stretch")
        buttons.show_icon("delete", _("Remove this limit"), _remove, limit)


def _show_form() -> None:
    """Draw the form; it is no `st.form`, because the field for an address depends on the choice before it."""
    st.header(_("Set a limit"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", key="limit_form"):
        whom = st.selectbox(_("Who"), WHOMS, key=WHOM, format_func=_whom, width=190)
        if whom == Scope.PERSON:
            st.text_input(_("E-mail address"), key=NAME, placeholder=_("one@example.com"), width=240)
        st.number_input(_("At most"), 1, MOST, value=10, key=VALUE, width=170)
        st.selectbox(_("What"), [*KINDS], key=KIND, format_func=lambda kind: _(KINDS[kind]), width=240)
        buttons.button(_("Set limit"), "set_limit", "check", _set, kind="primary")


def _whom(code: str) -> str:
    """Return whom a limit is for: everybody, those with a role, or one person."""
    if code == Scope.EVERYBODY:
        return _("Everybody")
    return _("One person") if code == Scope.PERSON else _(ROLE_GROUPS[Role(code)])


@errors.stored
def _set() -> None:
    limits, whom = person.administration().limits, widgets.text(WHOM)
    kind, value = LimitKind(widgets.text(KIND)), int(str(widgets.value(VALUE) or 1))
    if whom == Scope.PERSON:
        limits.set_for(widgets.text(NAME), kind, value)
    elif whom == Scope.EVERYBODY:
        limits.set(Limit(Scope.EVERYBODY, "", kind, value))
    else:
        limits.set(Limit(Scope.ROLE, whom, kind, value))


@errors.stored
def _remove(limit: Limit) -> None:
    person.administration().limits.remove(limit)
