"""The admin page: one section at a time."""

from collections.abc import Callable

import streamlit as st

from lib import app
from lib.i18n.translation import gettext as _
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
    storage,
)

READING = "Reading"
SECTIONS: dict[str, Callable[[], None]] = {
    "People": people.show,
    "Limits": limits.show,
    "Models": models.show,
    "Connection": connection.show,
    "Notices": notices.show,
    "Sharing": sharing.show,
    "Storage": storage.show,
    "Health": health.show,
    "Audit": audit.show,
    READING: reading.show,
}


def show() -> None:
    """Draw the page."""
    st.markdown(_("### Admin"))
    may_read = app.get().settings.may_admins_read
    section = st.segmented_control(
        _("Section"),
        [name for name in SECTIONS if name != READING or may_read],
        default="People",
        required=True,
        key="admin_section",
        label_visibility="collapsed",
        persist_state="session",
    )
    with st.container(key=f"admin_{section}"):
        SECTIONS[section or "People"]()
