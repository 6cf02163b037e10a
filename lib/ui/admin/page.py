"""The admin page: one section at a time. The address names it: `/admin?section=audit`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import streamlit as st

from lib import app
from lib.domain.text.markdown.literal import literal
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.admin import (
    audit,
    connection,
    health,
    limits,
    models,
    notices,
    people,
    reading,
    sharing,
    state,
    storage,
)
from lib.ui.state import widgets

PARAMETER, CHOSEN = "section", "admin_section"
"""The query parameter, and the key of the widget."""


class Section(StrEnum):
    """A section, as the address names it."""

    PEOPLE = "people"
    LIMITS = "limits"
    MODELS = "models"
    CONNECTION = "connection"
    NOTICES = "notices"
    SHARING = "sharing"
    STORAGE = "storage"
    HEALTH = "health"
    AUDIT = "audit"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Content:
    """What a section is called, and what draws it."""

    label: str
    """Marked for translation."""
    show: Callable[[], None]


CONTENTS = {
    Section.PEOPLE: Content(mark("People"), people.show),
    Section.LIMITS: Content(mark("Limits"), limits.show),
    Section.MODELS: Content(mark("Models"), models.show),
    Section.CONNECTION: Content(mark("Connection"), connection.show),
    Section.NOTICES: Content(mark("Notices"), notices.show),
    Section.SHARING: Content(mark("Sharing"), sharing.show),
    Section.STORAGE: Content(mark("Storage"), storage.show),
    Section.HEALTH: Content(mark("Health"), health.show),
    Section.AUDIT: Content(mark("Audit log"), audit.show),
    Section.READING: Content(mark("Read a chat"), reading.show),
}


def show() -> None:
    """Draw the page."""
    st.title(_("Admin"), anchor=False)
    offered = [each for each in Section if each is not Section.READING or app.get().settings.may_admins_read]
    section = _section(offered)
    widgets.put(CHOSEN, section)
    st.segmented_control(
        _("Section"),
        offered,
        required=True,
        key=CHOSEN,
        format_func=lambda each: literal(_(CONTENTS[each].label)),
        label_visibility="collapsed",
        on_change=_go,
    )
    with st.container(key=f"admin_{section}"):
        CONTENTS[section].show()


def _section(offered: list[Section]) -> Section:
    """Return the section in the address, else the one that was open last; put it into the address."""
    held = state.held()
    wanted = st.query_params.get(PARAMETER) or held.section
    section = next((each for each in offered if each == wanted), offered[0])
    st.query_params[PARAMETER] = held.section = section
    return section


def _go() -> None:
    """Put the chosen section into the address."""
    st.query_params[PARAMETER] = widgets.text(CHOSEN)
