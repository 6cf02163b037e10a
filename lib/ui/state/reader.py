"""How whoever looks at this page reads: their language, and the zone of their clock."""

from contextlib import suppress
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.config import ConfigurationError
from lib.i18n import catalogues, locale
from lib.i18n.locale import Locale
from lib.ui.state import person
from lib.web import language


def take_locale() -> None:
    """Use this page's locale for the rest of the run."""
    locale.set_current(_of_page())


def _of_page() -> Locale:
    return Locale(_language(), _zone())


def _language() -> str:
    """Return the language that the person has chosen, else the one that their browser asks for."""
    with suppress(ConfigurationError):  # which the page is about to say
        chosen = person.preferences().language
        if chosen in catalogues.languages():
            return chosen
    return language.of_browser(
        st.context.cookies.get(language.COOKIE, ""), st.context.headers.get("Accept-Language") or ""
    )


def _zone() -> tzinfo:
    """Return the zone that the browser tells; UTC if it tells none that we know."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError):  # a client may tell anything; an unknown zone is a file that is not there
        return UTC


def _find() -> Locale | None:
    return _of_page() if get_script_run_ctx(suppress_warning=True) else None


locale.find_with(_find)
