"""How much is stored."""

import pandas as pd
import streamlit as st

from lib import app
from lib.i18n.translation import gettext as _
from lib.ui.state import person

KILOBYTE = 1024


def show() -> None:
    """Draw the section."""
    usage = person.administration().usage
    with st.container(horizontal=True):
        st.metric(_("Database"), size(usage.database_bytes()), width="content")
        st.metric(_("Images and sounds"), size(app.get().files.bytes_stored()), width="content")
    found = usage.stored()
    if not found:
        st.caption(_("Nobody has stored anything yet."))
        return
    table = pd.DataFrame(
        [
            {
                "Person": each.owner,
                "Chats": each.conversations,
                "Comparisons": each.comparisons,
                "Prompt sets": each.decks,
                "Recordings": each.recordings,
            }
            for each in found
        ]
    )
    st.dataframe(table, hide_index=True, key="stored")
    st.caption(_("Chats that their person has deleted count until they are purged."))


def size(count: float) -> str:
    """Return a number of bytes in words."""
    for unit in ("bytes", "kB", "MB"):
        if count < KILOBYTE:
            return f"{count:.0f} {unit}"
        count /= KILOBYTE
    return f"{count:.1f} GB"
