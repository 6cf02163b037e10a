"""The audit log: who did what, newest first."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
import streamlit as st

from lib.domain.people.audit import ACTIONS, Action, AuditRow
from lib.domain.text.markdown.literal import literal, md
from lib.i18n import formats, locale
from lib.i18n.translation import gettext as _
from lib.ui.admin import audit_words, state
from lib.ui.kit import buttons, errors
from lib.ui.state import person, widgets

ROWS, MOST_NAMES = 50, 1000
WHO, WHAT, SINCE, UNTIL = "audit_person", "audit_action", "audit_since", "audit_until"
"""Keys of the filters."""


def show() -> None:
    """Draw the section."""
    held, admin = state.held(), person.administration()
    people = admin.people.find(limit=MOST_NAMES)
    names = {each.person.id: each.person.email or each.person.name for each in people}
    _show_filters(names)
    since, until = _midnight(widgets.value(SINCE)), _midnight(widgets.value(UNTIL))
    found = admin.audit.latest(
        ROWS + 1,
        before=held.pages[-1] if held.pages else None,
        person_id=widgets.value(WHO),
        action=widgets.value(WHAT),
        since=since,
        until=until + timedelta(days=1) if until else None,
    )
    _show_verdict()
    if found:
        # Between the table and what is above it: the table's own buttons cover this place.
        st.caption(md(_("Newest first. Times are in {}."), formats.zone(datetime.now(UTC))))
        _show_table(found[:ROWS], names)
    else:
        st.caption(_("Nothing fits these filters."))
    _show_paging(found)


def _show_filters(names: Mapping[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="audit_filters"):
        st.selectbox(
            _("Person"),
            list(names),
            None,
            format_func=lambda id_: names[id_],
            key=WHO,
            placeholder=_("Anybody"),
            on_change=_begin_again,
            width=170,
        )
        st.selectbox(
            _("Action"),
            [each for each in Action if each is not Action.UNREADABLE],
            None,
            format_func=lambda action: _(ACTIONS[action]),
            key=WHAT,
            placeholder=_("Anything"),
            on_change=_begin_again,
            width=170,
        )
        for label, key in ((_("From"), SINCE), (_("Until"), UNTIL)):
            st.date_input(
                literal(label), None, key=key, on_change=_begin_again, width=160, format="YYYY-MM-DD"
            )
        buttons.button(_("Check the log"), "verify_audit", "verified_user", _verify)


def _show_verdict() -> None:
    held = state.held()
    if held.fault:
        st.error(literal(held.fault), icon=":material/error:")
    elif held.is_verified:
        st.success(
            _("The log is whole: no row was changed, removed or inserted."), icon=":material/verified_user:"
        )


def _show_table(rows: Sequence[AuditRow], names: Mapping[str, str]) -> None:
    zone = locale.current().zone
    table = pd.DataFrame(
        [
            {
                "time": row.at.astimezone(zone),
                "person": audit_words.who(row.actor.person_id, names),
                "action": _(ACTIONS[row.action]),
                "about": audit_words.about(row.about, names),
                "detail": audit_words.detail(row.detail, names),
                "address": row.actor.address,
                "request": row.actor.request_id,
                "number": row.number,
            }
            for row in rows
        ]
    )
    column = st.column_config.Column
    st.dataframe(
        table,
        height="content",
        hide_index=True,
        key="audit_table",
        column_config={
            "time": st.column_config.DatetimeColumn(_("Time"), format="YYYY-MM-DD HH:mm:ss", width=150),
            "person": column(_("Person")),
            "action": column(_("Action")),
            "about": column(_("About")),
            "detail": column(_("Details")),
            "address": column(_("Network address")),
            "request": column(_("Request ID")),
            "number": st.column_config.NumberColumn(_("Number"), format="localized"),
        },
    )


def _show_paging(found: Sequence[AuditRow]) -> None:
    with st.container(horizontal=True, key="audit_paging"):
        if state.held().pages:
            buttons.button(_("Newer"), "audit_newer", "chevron_left", _newer, kind="tertiary")
        if len(found) > ROWS:
            last = found[ROWS - 1].number
            buttons.button(_("Older"), "audit_older", "chevron_right", _older, last, kind="tertiary")


def _older(before: int) -> None:
    state.held().pages.append(before)


def _newer() -> None:
    if pages := state.held().pages:
        pages.pop()


def _begin_again() -> None:
    state.held().pages.clear()


@errors.stored
def _verify() -> None:
    held = state.held()
    held.fault, held.is_verified = person.administration().audit.fault(), True


def _midnight(day: date | None) -> datetime | None:
    """Return when a day begins by the viewer's clock."""
    return datetime.combine(day, time(), locale.current().zone) if day else None
