"""Showing something to people here: to whom, until when, how often they opened it; and ending that."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

import streamlit as st

from lib.domain.people.grants import EVERYBODY, GrantKind
from lib.domain.text.markdown.literal import Markdown, literal, md, plain
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext
from lib.store.database.errors import StoreError
from lib.store.sharing.grants import Copy, Grant
from lib.ui.kit import buttons, dialogs, errors, links
from lib.ui.share import share_links
from lib.ui.shell import clipboard
from lib.ui.state import person, shared
from lib.ui.state.person import library
from lib.web.shares import PATH_HERE

SHARE = "share"
"""The dialog's name, and the entry of menus that opens it."""
ONE, ALL = "one", "all"
WHOM = {ONE: mark("One person"), ALL: mark("Everybody here")}
FOREVER = 0
DAYS = [*share_links.DAYS, FOREVER]
LONGEST_EMAIL = 254


def is_offered() -> bool:
    """Return whether there are people here to show something to."""
    return person.identity() is not None


def show_button(action: Callable[[], None] | None = None) -> bool:
    """Draw the button that opens the dialog; return whether it was clicked. `action` is its callback."""
    icon = ":material/group_add:"
    return st.button(_("Share"), key="share_here", icon=icon, type="tertiary", on_click=action)


def open_dialog(
    kind: GrantKind,
    source_id: str,
    title: str,
    on_dismiss: Callable[[], None] | Literal["ignore"] = "ignore",
    page: Callable[[], str] | None = None,
) -> None:
    """Draw the dialog of something that is shown as it is at the time.

    `page` returns the HTML of a copy for whoever has a link; others have a report for that.
    """
    dialogs.open(_("Share"), _show, kind, source_id, title, page, on_dismiss=on_dismiss)


def _show(kind: GrantKind, source_id: str, title: str, page: Callable[[], str] | None) -> None:
    if is_offered():
        st.caption(md(_("They see “{}” as it is when they open it."), title))
        show(kind, source_id)
    if page and share_links.is_offered():
        st.markdown(md(_("**Everybody who has the link**")))
        st.caption(
            _("They see a copy without your notes. E-mail addresses, keys and internal hosts are masked.")
        )
        share_links.show(source_id, title, page)
    elif share_links.is_offered():
        st.caption(_("For people elsewhere, “Report” makes a link to a copy."))
        share_links.show_open(source_id)
    clipboard.show()


def show(kind: GrantKind, source_id: str, copy: Callable[[], Copy] | None = None) -> None:
    """Draw the form, and whom something is shown to. `copy` returns what is shown of a conversation."""
    with st.container(key="grant_form", gap="small"):
        to, may_edit = _choose_whom(kind)
        days = st.segmented_control(
            _("How long"),
            DAYS,
            default=FOREVER,
            required=True,
            format_func=lambda days: share_links.days_label(days) if days else _("Until I stop sharing"),
            label_visibility="collapsed",
            key="grant_days",
        )
        if st.button(_("Share"), key="grant", icon=":material/group_add:", type="primary"):
            _grant(kind, source_id, to, days or FOREVER, may_edit=may_edit, copy=copy)
    for grant in library().grants.of(kind, source_id, datetime.now(UTC)):
        _show_grant(kind, source_id, grant)


def _choose_whom(kind: GrantKind) -> tuple[str, bool]:
    """Draw the fields; return an e-mail address or `EVERYBODY`, and whether they may edit."""
    whom = st.segmented_control(
        _("Who may see it"),
        [ONE, ALL],
        default=ONE,
        required=True,
        format_func=lambda whom: literal(_(WHOM[whom])),
        label_visibility="collapsed",
        key="grant_whom",
    )
    if whom == ALL:
        return EVERYBODY, False
    email = st.text_input(
        _("Their e-mail address"),
        key="grant_email",
        max_chars=LONGEST_EMAIL,
        placeholder=_("name@example.com"),
    )
    return email.strip(), kind is GrantKind.DECK and st.toggle(_("They may edit it"), key="grant_edit")


def _grant(
    kind: GrantKind,
    source_id: str,
    to: str,
    days: int,
    *,
    may_edit: bool,
    copy: Callable[[], Copy] | None,
) -> None:
    now = datetime.now(UTC)
    until = now + timedelta(days=days) if days else None
    try:
        shown = copy() if copy else None
        library().grants.add(kind, source_id, to, now, until=until, may_edit=may_edit, copy=shown)
    except StoreError as error:
        st.error(plain(str(error)), icon=":material/error:")


def _show_grant(kind: GrantKind, source_id: str, grant: Grant) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"grant-{grant.id}"):
        with st.container(gap="xxsmall", width="stretch"):
            st.markdown(plain(_(WHOM[ALL]) if grant.audience == EVERYBODY else grant.name or _("Somebody")))
            st.caption(_about(grant))
        address = _address(kind, source_id, grant)
        buttons.show_icon("content_copy", _("Copy the address"), clipboard.copy, address, key=grant.id)
        buttons.show_icon("person_remove", _("Stop sharing"), _revoke, grant.id)


def _about(grant: Grant) -> Markdown:
    facts = [_("May edit it")] if grant.may_edit else []
    until = grant.expires_at
    facts.append(share_links.until_label(until) if until else _("Until you stop sharing"))
    opened = ngettext("Opened {} time", "Opened {} times", grant.views)
    return md(" · ").join([*facts, opened.format(formats.number(grant.views))])


def _address(kind: GrantKind, source_id: str, grant: Grant) -> str:
    """Return where the people whom it is shown to find it."""
    if kind is GrantKind.CONVERSATION:
        return links.link(f"{PATH_HERE}{grant.id}")
    return links.link(shared.address(kind, source_id, may_edit=grant.may_edit))


@errors.stored
def _revoke(grant_id: str) -> None:
    library().grants.revoke(grant_id, datetime.now(UTC))
