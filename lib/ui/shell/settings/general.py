"""The first section of the settings: language, theme, text size, and what sends a message."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from lib.domain.people.preferences import SendsWith, TextSize
from lib.domain.text.markdown.literal import Markdown, literal
from lib.i18n import catalogues
from lib.i18n.translation import gettext as _
from lib.ui.kit import errors
from lib.ui.server.components import component
from lib.ui.state import person, widgets
from lib.ui.state.person import library
from lib.web.addresses import address
from lib.web.pages import about

Option = TypeVar("Option", TextSize, SendsWith)
LANGUAGE, TEXT_SIZE, SENDS_WITH = "language", "text_size", "sends_with"
"""The keys of the widgets, and the choices that they make."""
BY_BROWSER = ""
"""The language that the browser asks for."""
CHANGED = "settings_changed"
"""Whether the page behind the dialog has to be drawn anew."""

_theme = component(
    "theme",
    Path(__file__).with_name("theme.js"),
    html="<fieldset><legend></legend><div></div></fieldset>",
    isolate_styles=False,
)


def show() -> None:
    """Draw the section."""
    chosen = person.preferences()
    _show_language(chosen.language)
    _show_theme()
    _show_options(_("Text size"), chosen.text_size, TEXT_SIZE, _size)
    _show_options(_("Send messages with"), chosen.sends_with, SENDS_WITH, _sends)
    st.link_button(_("About this app"), address(about.PATH), icon=":material/info:", type="tertiary")


def _show_options(label: str, chosen: Option, key: str, name: Callable[[Option], Markdown]) -> None:
    """Draw all options of the kind of the chosen one beside each other."""
    st.segmented_control(
        literal(label),
        list(type(chosen)),
        default=chosen,
        key=key,
        format_func=name,
        required=True,
        on_change=_choose,
        args=(key,),
    )


def _show_language(chosen: str | None) -> None:
    options = [BY_BROWSER, *catalogues.languages()]
    st.selectbox(
        _("Language"),
        options,
        index=options.index(chosen) if chosen in options else 0,
        key=LANGUAGE,
        format_func=_language,
        on_change=_choose,
        args=(LANGUAGE,),
    )


def _language(language: str) -> Markdown:
    return literal(catalogues.name(language) if language else _("As the browser asks for"))


def _show_theme() -> None:
    """Draw the choice of a theme. The browser keeps it: it is for the screen that somebody sits at."""
    names = {"": _("As the system"), "light": _("Light"), "dark": _("Dark")}
    _theme(data={"label": _("Theme"), "names": names}, key="theme")


def _size(size: TextSize) -> Markdown:
    names = {
        TextSize.NORMAL: _("Normal"),
        TextSize.LARGE: _("Large"),
        TextSize.LARGEST: _("Largest"),
    }
    return literal(names[size])


def _sends(key: SendsWith) -> Markdown:
    return literal(_("Enter") if key is SendsWith.ENTER else _("Ctrl+Enter"))


@errors.stored
def _choose(key: str) -> None:
    """Store the choice of a widget."""
    chosen: Any = widgets.value(key)
    if key == LANGUAGE:
        chosen = chosen or None
    library().settings.choose(replace(person.preferences(), **{key: chosen}))
    widgets.put(CHANGED, True)
