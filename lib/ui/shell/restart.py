"""The banner above every page while the server is about to stop."""

import streamlit as st

from lib import app
from lib.domain.text.markdown.literal import literal
from lib.i18n.translation import gettext as _


def show() -> None:
    """Draw the banner if the server is about to stop; it goes once the page is connected to another one."""
    if app.get().engine.is_stopping:
        with st.container(key="restart", gap=None):
            said = _(
                "The server restarts. This page connects again by itself; running answers go on for a "
                "moment, and what they have said is kept. Temporary chats end with the server."
            )
            st.info(literal(said), icon=":material/restart_alt:")
