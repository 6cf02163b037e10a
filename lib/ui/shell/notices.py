"""The banners of an admin's notices above every page; whoever has read one can put it away."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.text.markdown.literal import literal
from lib.i18n.translation import gettext as _
from lib.ui.kit import buttons
from lib.ui.state import widgets

KEY = "notices_read"


@dataclass(slots=True)
class Read:
    """The notices that this tab has put away."""

    ids: set[str] = field(default_factory=set)


def show() -> None:
    """Draw the notices of now."""
    now, read = datetime.now(UTC), widgets.hold(KEY, Read, Read)
    for notice in app.get().store.settings.notices():
        if notice.is_shown(now) and notice.id not in read.ids:
            key = f"notice-{notice.id}"
            with st.container(key=key, horizontal=True, vertical_alignment="center", gap="small"):
                st.info(literal(notice.text), icon=":material/campaign:")
                buttons.show_icon("close", _("Hide this notice"), _put_away, notice.id)


def _put_away(notice_id: str) -> None:
    widgets.hold(KEY, Read, Read).ids.add(notice_id)
