"""What somebody has opened to others: rooms, reports under a link, and what is shown to people here."""

from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.people.grants import EVERYBODY, KINDS, GrantKind
from lib.domain.text.markdown.literal import md
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.store.administration.sharing import Opened
from lib.ui.kit import buttons, errors
from lib.ui.state import person

ICONS = {"room": "groups", "report": "link", "grant": "person"}


def show() -> None:
    """Draw the section."""
    found = person.administration().sharing.opened(datetime.now(UTC))
    if not app.get().settings.is_sharing:
        st.caption(_("Sharing by link is off (`CHAT_SHARING`): no room and no link can be reached."))
    if not found:
        st.info(_("Nothing is open to others now."), icon=":material/lock:")
        st.caption(
            _(
                "Rooms, links to reports and what people here show each other are listed here while they "
                "are open. You can end each of them."
            )
        )
    for opened in found:
        _show_row(opened)


def _show_row(opened: Opened) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"opened-{opened.id}"):
        with st.container(gap="xxsmall", width="stretch"):
            icon = md(":material/{}:", ICONS[opened.kind])
            st.markdown(md("{} **{}** · {}", icon, _shown(opened), _audience(opened)))
            st.caption(md(" · ").join(_facts(opened)))
        buttons.button(_("Stop sharing"), f"close-{opened.id}", "lock", _close, opened.id)


def _shown(opened: Opened) -> str:
    """Return the kind of what is seen."""
    is_kind = opened.shown in set(GrantKind)
    return _(KINDS[GrantKind(opened.shown)]) if is_kind else _("Run of a prompt set")


def _audience(opened: Opened) -> str:
    if opened.kind == "room":
        return _("Open to an audience")
    if opened.kind == "report":
        return _("A report under a link")
    if opened.audience == EVERYBODY:
        return _("Shown to everybody here")
    return _("Shown to {}").format(opened.audience)


def _facts(opened: Opened) -> list[str]:
    until = opened.until
    facts = [
        _("Shared by {}").format(opened.owner),
        _("Since {}").format(formats.moment(opened.since)),
        _("Until {}").format(formats.moment(until)) if until else _("Without an end"),
    ]
    if opened.views is not None:
        facts.append(ngettext("{} view", "{} views", opened.views).format(formats.number(opened.views)))
    return facts


@errors.stored
def _close(opened_id: str) -> None:
    closed = person.administration().sharing.close(opened_id, datetime.now(UTC))
    if closed and closed.kind == "room":
        app.get().engine.notifications.tell(closed.source_id)
