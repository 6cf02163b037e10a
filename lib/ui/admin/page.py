"""The admin page: one section at a time."""

from collections.abc import Callable

import streamlit as st

from lib.ui.admin import audit, connection, health, models, notices, people, sharing, storage

# The limits of each person come between the people and the models.
SECTIONS: dict[str, Callable[[], None]] = {
    "People": people.show,
    "Models": models.show,
    "Connection": connection.show,
    "Notices": notices.show,
    "Sharing": sharing.show,
    "Storage": storage.show,
    "Health": health.show,
    "Audit": audit.show,
}


def show() -> None:
    """Draw the page."""
    st.markdown("### Admin")
    section = st.segmented_control(
        "Section",
        list(SECTIONS),
        default="People",
        required=True,
        key="admin_section",
        label_visibility="collapsed",
        persist_state="session",
    )
    with st.container(key=f"admin_{section}"):
        SECTIONS[section or "People"]()
