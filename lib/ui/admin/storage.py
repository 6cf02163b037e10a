"""How much is stored."""

import pandas as pd
import streamlit as st

from lib import app
from lib.domain.people.people import LOCAL
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
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
                "person": _("Stored before people signed in") if each.owner == LOCAL else each.owner,
                "chats": each.conversations,
                "comparisons": each.comparisons,
                "decks": each.decks,
                "recordings": each.recordings,
            }
            for each in found
        ]
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        table,
        hide_index=True,
        key="stored",
        column_config={
            "person": st.column_config.Column(_("Person")),
            "chats": number(_("Chats"), format="localized"),
            "comparisons": number(_("Comparisons"), format="localized"),
            "decks": number(_("Prompt sets"), format="localized"),
            "recordings": number(_("Recordings"), format="localized"),
        },
    )
    st.caption(_("Chats that their person has deleted count until they are deleted for good."))


def size(count: float) -> str:
    """Return a number of bytes in words."""
    if count < KILOBYTE:
        return ngettext("{} byte", "{} bytes", count).format(formats.number(count))
    for unit in ("kB", "MB"):
        count /= KILOBYTE
        if count < KILOBYTE:
            return f"{formats.number(count)} {unit}"
    return f"{formats.number(count / KILOBYTE, 1)} GB"
