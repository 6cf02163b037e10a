"""The audit log: who did what, newest first."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

import pandas as pd
import streamlit as st

from lib.domain.people.audit import Action, AuditRow
from lib.domain.text.markdown.literal import literal
from lib.i18n.translation import gettext as _
from lib.ui.admin import state
from lib.ui.kit import buttons, errors
from lib.ui.state import person, widgets

ROWS, MOST_NAMES = 50, 1000
WHOLE = "The log is whole: no row was changed, removed or inserted."
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
    if held.verified:
        is_whole = held.verified == WHOLE
        draw, icon = (st.success, "verified_user") if is_whole else (st.error, "error")
        draw(literal(held.verified), icon=f":material/{icon}:")
    if found:
        # Between the table and what is above it: the table's own buttons cover this place.
        st.caption(_("Newest first."))
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
            width=210,
        )
        st.selectbox(
            _("Action"),
            [each for each in Action if each is not Action.UNREADABLE],
            None,
            format_func=str.capitalize,
            key=WHAT,
            placeholder=_("Anything"),
            on_change=_begin_again,
            width=190,
        )
        st.date_input(_("From"), None, key=SINCE, on_change=_begin_again, width=140)
        st.date_input(_("Until"), None, key=UNTIL, on_change=_begin_again, width=140)
        buttons.button(_("Verify"), "verify_audit", "verified_user", _verify)


def _show_table(rows: Sequence[AuditRow], names: Mapping[str, str]) -> None:
    table = pd.DataFrame(
        [
            {
                "Number": row.number,
                "Time": row.at.astimezone(),
                "Person": names.get(row.actor.person_id, row.actor.person_id),
                "Action": row.action.capitalize(),
                "About": _told(row.about, names),
                "Detail": ", ".join(f"{name}: {_told(value, names)}" for name, value in row.detail.items()),
                "Address": row.actor.address,
                "Request": row.actor.request_id,
            }
            for row in rows
        ]
    )
    st.dataframe(
        table,
        height="content",
        hide_index=True,
        key="audit_table",
        column_config={
            "Number": st.column_config.NumberColumn(width=70),
            "Time": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm:ss", width=165),
        },
    )


def _told(what: str, names: Mapping[str, str]) -> str:
    """Return a person's address or name in place of their id."""
    kind, _, id_ = what.partition(" ")
    return names.get(id_, what) if kind == "person" else what


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
    state.held().verified = person.administration().audit.fault() or WHOLE


def _midnight(day: date | None) -> datetime | None:
    """Return when a day of the server's zone begins."""
    return datetime.combine(day, time()).astimezone() if day else None
