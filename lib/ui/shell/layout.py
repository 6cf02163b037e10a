"""What is around every page: browser tab, styles, navigation."""

import json
from contextlib import suppress
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lib import app
from lib.config import ConfigurationError
from lib.domain.comparison import colours, figures_table
from lib.domain.text.markdown.literal import literal, md
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.ui.server import tabs
from lib.ui.shell import farewell, notices, storage
from lib.ui.state import person, reader

STYLES = Path(__file__).with_name("styles")
"""What the theme cannot say, a file for each subject. They reach the browser as one element."""
SHEETS = (
    colours.style(),
    figures_table.STYLE,
    *(path.read_text("utf-8") for path in sorted(STYLES.glob("*.css"))),
)
STYLE = "".join(SHEETS)
WITHOUT_SIDEBAR = """<style>
[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"] { display: none; }
</style>"""
"""For pages outside the menu, which an audience sees: the previous page's sidebar would stay for one run."""
SHARED = "Shared with me"
"""The title of the page that is there only where people sign in."""
STAR = Path(__file__).with_name("star.svg")


def show(pages: list[StreamlitPage], *, for_admins: list[StreamlitPage]) -> None:
    """Draw what is around the page at the current address, and run the page.

    To anybody but an admin, the pages for admins do not exist.
    """
    reader.take_locale()
    try:
        title = app.get().settings.title
    except ConfigurationError as error:
        st.error(literal(str(error)), icon=":material/error:")
        st.stop()
    if who := person.identity():
        tabs.claim(who)
    else:
        pages = [page for page in pages if page.title != SHARED]
    st.set_page_config(page_title=title, page_icon=STAR, layout="wide")
    farewell.show()
    with suppress(StoreError):  # the page itself says it
        pages = [*pages, *(for_admins if person.is_admin() else ())]
    # Hidden: the links are drawn below the app's name. `st.navigation` still has to run each time: it stops
    # Streamlit from running the files of `pages/` on their own.
    page = st.navigation(pages, position="hidden")
    st.html(_style())
    if page.visibility == "hidden":
        st.html(WITHOUT_SIDEBAR)
    else:
        with st.sidebar:
            with st.container(key="brand"):
                st.markdown(md(":material/auto_awesome: **{}**", title))
            with st.container(key="pages", gap="xsmall"):
                for listed in pages:
                    if listed.visibility == "visible":
                        st.page_link(listed, width="stretch")
    storage.show()
    notices.show()
    storage.needing(page.run)


def _style() -> str:
    """Return the styles, with the words in them in the language of whoever reads the page."""
    words = {"copy": _("Copy"), "you-said": _("You said")}
    named = "".join(f"--word-{name}: {json.dumps(word)};" for name, word in words.items())
    return f"<style>:root {{{named}}}{STYLE}</style>"
