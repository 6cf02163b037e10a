"""How whoever looks at this page reads: their language, and the zone of their clock."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.i18n import catalogues, locale
from lib.i18n.locale import Locale


def take_locale() -> None:
    """Use this page's locale for the rest of the run."""
    locale.set_current(_of_page())


def _of_page() -> Locale:
    return Locale(catalogues.accepted(st.context.headers.get("Accept-Language") or ""), _zone())


def _zone() -> tzinfo:
    """Return the zone that the browser tells; UTC if it tells none that we know."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError):  # a client may tell anything; an unknown zone is a file that is not there
        return UTC


def _find() -> Locale | None:
    return _of_page() if get_script_run_ctx(suppress_warning=True) else None


locale.find_with(_find)
