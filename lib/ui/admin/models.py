"""The models of the installation: who may use each, which are hidden, the default, a sentence about each."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib import app
from lib.domain.models.rules import EVERYBODY, ModelRule
from lib.domain.people.people import ROLE_GROUPS, ROLES, Role
from lib.domain.text.markdown.literal import Markdown, literal
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import listed, ngettext
from lib.ui.kit import errors
from lib.ui.state import person, widgets

ROWS_SHOWN, TALLEST_PIXELS = 9, 330
LONGEST_ABOUT = 200


def show() -> None:
    """Draw the section."""
    found = _names()
    if not found:
        st.caption(_("The gateway lists no models now."))
        return
    words = st.text_input(
        _("Search models"),
        key="admin_model_search",
        placeholder=_("Search models"),
        icon=":material/search:",
        label_visibility="collapsed",
        persist_state="session",
    )
    fits = [name for name in found if all(word in name.lower() for word in words.lower().split())]
    if not fits:
        st.caption(_("No model matches this search."))
        return
    of = ngettext("{} of {} model", "{} of {} models", len(found))
    st.caption(literal(of.format(formats.number(len(fits)), formats.number(len(found)))))
    if chosen := _choose(fits):
        _show_rule(chosen)
    else:
        st.caption(_("Select a row to say who may use a model, and what they read about it."))


def _names() -> list[str]:
    """Return the models that the gateway lists, and those that have a rule."""
    application = app.get()
    connection = application.connection
    listed = () if connection.needs_key else application.engine.catalogue.listing(connection).models
    rules = application.store.settings.rules()
    return [*dict.fromkeys([*(model.id for model in listed), *rules.of])]


def _choose(names: Sequence[str]) -> str | None:
    """Draw the table; return the model of the selected row."""
    rules = app.get().store.settings.rules()
    table = pd.DataFrame(
        [
            {
                "model": name,
                "roles": _for_whom(rules.get(name)),
                "is_listed": not rules.get(name).is_hidden,
                "is_default": name == app.get().default_model,
                "about": rules.get(name).about or None,
            }
            for name in names
        ]
    )
    shown = st.dataframe(
        table,
        height=TALLEST_PIXELS if len(names) > ROWS_SHOWN else "content",
        hide_index=True,
        key=f"admin_models-{hash(tuple(names))}",
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        column_config={
            "model": st.column_config.Column(_("Model")),
            "roles": st.column_config.Column(_("Who may use it")),
            "is_listed": st.column_config.CheckboxColumn(_("In lists")),
            "is_default": st.column_config.CheckboxColumn(_("Default"), help=_("A new chat starts with it")),
            "about": st.column_config.Column(_("About it")),
        },
    )
    rows = shown["selection"]["rows"]
    return names[rows[0]] if rows and rows[0] < len(names) else None


def _for_whom(rule: ModelRule) -> str:
    if rule.roles == EVERYBODY:
        return _("Everybody")
    return listed(_(ROLE_GROUPS[role]) for role in Role if role in rule.roles) or _("Nobody")


def _name(role: Role) -> Markdown:
    return literal(_(ROLES[role]))


def _show_rule(model: str) -> None:
    stored = app.get().store.settings.rules()
    rule = stored.get(model)
    # The keys contain the model: what was not saved for another one does not appear here.
    with st.form(f"rule-{model}"):
        st.header(literal(model), anchor=False)
        st.pills(
            _("Who may use it"),
            [*Role],
            selection_mode="multi",
            default=[role for role in Role if role in rule.roles],
            format_func=_name,
            key=f"rule_roles-{model}",
        )
        st.toggle(_("Hide it from lists of models"), rule.is_hidden, key=f"rule_hidden-{model}")
        st.toggle(_("A new chat starts with it"), stored.default == model, key=f"rule_default-{model}")
        st.text_input(
            _("About it"),
            rule.about,
            key=f"rule_about-{model}",
            max_chars=LONGEST_ABOUT,
            placeholder=_("A sentence for those who choose a model"),
        )
        st.form_submit_button(_("Save"), key=f"save-{model}", type="primary", on_click=_save, args=(model,))


@errors.stored
def _save(model: str) -> None:
    roles = frozenset(map(Role, widgets.value(f"rule_roles-{model}") or ()))
    is_hidden, about = bool(widgets.value(f"rule_hidden-{model}")), widgets.text(f"rule_about-{model}")
    is_default, stored = bool(widgets.value(f"rule_default-{model}")), app.get().store.settings.rules()
    own, rule = person.administration().settings, ModelRule(roles, is_hidden, about.strip()[:LONGEST_ABOUT])
    if rule != stored.get(model):
        own.set_rule(model, rule)
    if is_default != (stored.default == model):
        own.set_default_model(model if is_default else None)
    st.toast(_("Saved."), icon=":material/check:")
