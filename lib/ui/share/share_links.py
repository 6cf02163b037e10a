"""Links to reports: create, count, copy, revoke. Each serves a copy as it was masked at creation."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import streamlit as st

from lib import app
from lib.domain.people.people import Permission
from lib.domain.text.markdown.literal import link, md
from lib.store.sharing.shares import Share
from lib.ui.kit import buttons, errors, links
from lib.ui.shell import clipboard
from lib.ui.state import person
from lib.ui.state.person import library
from lib.web import shares

DAYS = {1: "1 day", 7: "7 days", 30: "30 days"}
"""How long a link can stay valid."""
USUAL_DAYS = 7
TOKEN_BYTES = 16  # 128 random bits: nobody guesses them
CODE_PIXELS = 180


def show(source_id: str, title: str, report: Callable[[], str]) -> None:
    """Draw the form for a new link, and this source's valid links; `report` returns the HTML to share."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="report_share"):
        days = st.segmented_control(
            "How long the link works",
            list(DAYS),
            default=USUAL_DAYS,
            required=True,
            format_func=lambda days: DAYS[days],
            label_visibility="collapsed",
            key="share_days",
        )
        if st.button("Create a link", key="share", icon=":material/add_link:"):
            _share(source_id, title, report(), days or USUAL_DAYS)
    show_open(source_id)


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
            "Whoever knows a link sees the copy as it was masked when the link was made, and nothing else."
        )


def show_code(source_id: str) -> None:
    """Draw the newest valid link to a source's report as a QR code, if there is one."""
    open_links = library().shares.of(source_id, datetime.now(UTC))
    if open_links and app.get().settings.is_sharing:
        address = _address(open_links[0].token)
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="center", key="report_code"
        ):
            st.image(links.code(address), width=CODE_PIXELS, alt="QR code of the link to the report")
            st.markdown(
                md("Take the report home:\n\n{}", link(address.partition("://")[2], address)), width="content"
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
    views = f"{share.views:,} {'view' if share.views == 1 else 'views'}"
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"share-{share.token[:8]}"
    ):
        st.markdown(link(address.partition("://")[2], address), width="stretch")
        st.caption(md("{} · until {:%d %b %Y}", views, share.expires_at), width="content")
        buttons.show_icon("content_copy", "Copy link", _copy, address, key=share.token)
        buttons.show_icon("link_off", "Revoke", _revoke, share.token)


def _copy(address: str) -> None:
    """Copy a link to the clipboard."""
    clipboard.copy(address)


@errors.stored
def _revoke(token: str) -> None:
    """Revoke a link."""
    library().shares.revoke(token, datetime.now(UTC))


def _address(token: str) -> str:
    return f"{links.origin()}{shares.PATH}{token}"
