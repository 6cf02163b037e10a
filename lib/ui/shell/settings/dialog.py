"""The settings: one dialog, a section at a time."""

from collections.abc import Callable
from enum import StrEnum

import streamlit as st

from lib import app
from lib.domain.text.markdown.literal import literal
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.ui.shell.settings import account, api_key, chats, general
from lib.ui.state import panel, person, widgets

SECTION = "settings_section"
"""The key of the choice of a section."""


class Section(StrEnum):
    """What the settings are about."""

    GENERAL = "general"
    KEY = "key"
    FILES = "files"
    BIN = "bin"
    ACCOUNT = "account"


def show() -> None:
    """Draw the chosen section, at first the one that the panel is about."""
    if widgets.take(general.CHANGED):
        st.rerun()  # the page behind the dialog is drawn in the new language and size
    offered = [section for section in Section if _is_offered(section)]
    wanted = panel.held().subject
    chosen = st.segmented_control(
        _("Section"),
        offered,
        default=next((each for each in offered if each == wanted), Section.GENERAL),
        key=SECTION,
        format_func=lambda section: literal(_name(section)),
        label_visibility="collapsed",
        required=True,
    )
    try:
        _DRAWN[chosen]()
    except StoreError as error:
        st.warning(literal(str(error)), icon=":material/save:")


def _is_offered(section: Section) -> bool:
    if section is Section.KEY:
        return app.get().settings.has_own_keys
    return section is not Section.ACCOUNT or person.identity() is not None


def _name(section: Section) -> str:
    names = {
        Section.GENERAL: _("General"),
        Section.KEY: _("API key"),
        Section.FILES: _("Import and export"),
        Section.BIN: _("Deleted chats"),
        Section.ACCOUNT: _("Account"),
    }
    return names[section]


_DRAWN: dict[Section, Callable[[], None]] = {
    Section.GENERAL: general.show,
    Section.KEY: api_key.show,
    Section.FILES: chats.show_files,
    Section.BIN: chats.show_bin,
    Section.ACCOUNT: account.show,
}
