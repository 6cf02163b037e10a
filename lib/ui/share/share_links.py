"""Links to reports: create, count, copy, revoke. Each serves a copy as it was masked at creation."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import streamlit as st

from lib import app
from lib.domain.people.people import Permission
from lib.domain.text.markdown.literal import Markdown, link, literal, md
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.store.sharing.shares import Share
from lib.ui.kit import buttons, errors, links
from lib.ui.shell import clipboard
from lib.ui.state import person
from lib.ui.state.person import library
from lib.web import shares

DAYS = (1, 7, 30)
"""How long a link can stay valid."""
USUAL_DAYS = 7
TOKEN_BYTES = 16  # 128 random bits: nobody guesses them
CODE_PIXELS = 180


def show(source_id: str, title: str, report: Callable[[], str]) -> None:
    """Draw the form for a new link, and this source's valid links; `report` returns the HTML to share."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="report_share"):
        days = st.segmented_control(
            _("How long the link works"),
            DAYS,
            default=USUAL_DAYS,
            required=True,
            format_func=days_label,
            label_visibility="collapsed",
            key="share_days",
        )
        if st.button(_("Create a link"), key="share", icon=":material/add_link:"):
            _share(source_id, title, report(), days or USUAL_DAYS)
    show_open(source_id)


def days_label(days: int) -> Markdown:
    """Return how long something stays valid."""
    return literal(ngettext("{} day", "{} days", days).format(days))


def until_label(at: datetime) -> str:
    """Return until when something stays valid."""
    return _("Until {}").format(formats.day(formats.local_day(at)))


def is_offered() -> bool:
    """Return whether this person may make links."""
    return app.get().settings.is_sharing and person.may(Permission.SHARE_LINKS)


def show_open(source_id: str) -> None:
    """Draw this source's valid links."""
    open_links = library().shares.of(source_id, datetime.now(UTC))
    for share in open_links:
        _show_link(share)
    if open_links:
        st.caption(
            _(
                "Everybody who knows a link sees the copy as it was masked when the link was made, "
                "and nothing else."
            )
        )


def show_code(source_id: str) -> None:
    """Draw the newest valid link to a source's report as a QR code, if there is one."""
    open_links = library().shares.of(source_id, datetime.now(UTC))
    if open_links and app.get().settings.is_sharing:
        address = _address(open_links[0].token)
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="center", key="report_code"
        ):
            st.image(links.code(address), width=CODE_PIXELS, alt=_("QR code of the link to the report"))
            st.markdown(
                md("{}\n\n{}", _("Take the report home:"), link(address.partition("://")[2], address)),
                width="content",
            )


@errors.stored
def _share(source_id: str, title: str, report: str, days: int) -> None:
    now = datetime.now(UTC)
    library().shares.add(
        secrets.token_urlsafe(TOKEN_BYTES),
        report,
        source_id=source_id,
        title=title,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )


def _show_link(share: Share) -> None:
    address = _address(share.token)
    views = ngettext("{} view", "{} views", share.views).format(formats.number(share.views))
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"share-{share.token[:8]}"
    ):
        st.markdown(link(address.partition("://")[2], address), width="stretch")
        st.caption(md("{} · {}", views, until_label(share.expires_at)), width="content")
        buttons.show_icon("content_copy", _("Copy the link"), _copy, address, key=share.token)
        buttons.show_icon("link_off", _("Stop sharing"), _revoke, share.token)


def _copy(address: str) -> None:
    """Copy a link to the clipboard."""
    clipboard.copy(address)


@errors.stored
def _revoke(token: str) -> None:
    """Revoke a link."""
    library().shares.revoke(token, datetime.now(UTC))


def _address(token: str) -> str:
    return links.link(f"{shares.PATH}{token}")
