"""What is around every page: browser tab, styles, navigation."""

import json
from contextlib import suppress
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lib import app
from lib.config import ConfigurationError
from lib.domain.comparison import colours, figures_table
from lib.domain.people.preferences import TextSize
from lib.domain.text.markdown.literal import literal
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.ui.server import tabs
from lib.ui.shell import farewell, notices, restart, sidebar, storage
from lib.ui.shell.frame import frame
from lib.ui.state import person, reader

STYLES = Path(__file__).with_name("styles")
"""What the theme cannot say, a file for each subject. They reach the browser as one element."""
SHEETS = (
    colours.style(),
    figures_table.STYLE,
    *(path.read_text("utf-8") for path in sorted(STYLES.glob("*.css"))),
)
STYLE = " ".join(line.strip() for sheet in SHEETS for line in sheet.splitlines())
"""One line: Streamlit removes the indentation of each line anew in each run of each page."""
WITHOUT_SIDEBAR = """<style>
[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"] { display: none; }
</style>"""
"""For pages outside the menu, which an audience sees: the previous page's sidebar would stay for one run."""
SIZES = {TextSize.NORMAL: 0, TextSize.LARGE: 17, TextSize.LARGEST: 20}
"""In pixels; 0 is the theme's own size."""
STAR = Path(__file__).with_name("star.svg")


def show(
    pages: list[StreamlitPage], *, for_signed_in: list[StreamlitPage], for_admins: list[StreamlitPage]
) -> None:
    """Draw what is around the page at the current address, and run the page.

    To anybody but an admin, the pages for admins do not exist; those for who signs in only where people do.
    """
    reader.take_locale()
    try:
        title = app.get().settings.title
    except ConfigurationError as error:
        st.error(literal(str(error)), icon=":material/error:")
        st.stop()
    if who := person.identity():
        tabs.claim(who)
        pages = [*pages, *for_signed_in]
    # Before `st.navigation`: else the browser asks another server for the page's icon.
    st.set_page_config(page_title=title, page_icon=STAR, layout="wide")
    farewell.show()
    with suppress(StoreError):  # the page itself says it
        pages = [*pages, *(for_admins if person.is_admin() else ())]
    # Hidden: the links are drawn at the end of the sidebar. `st.navigation` still has to run each time: it
    # stops Streamlit from running the files of `pages/` on their own.
    page = st.navigation(pages, position="hidden")
    st.set_page_config(page_title=f"{page.title} · {title}")
    st.html(_style() + _size_of_text())
    frame.show()
    with st.container(key="page_title"):  # for pages without a heading (`frame/names.js`)
        st.title(literal(page.title), anchor=False)
    if page.visibility == "hidden":
        st.html(WITHOUT_SIDEBAR)
    else:
        sidebar.draw_frame(title, page, [each for each in pages if each.visibility == "visible"])
    # In a box that is always there: one that comes while a reply streams would move all that follows, and
    # what was there before would stay beside it until the run ends.
    with st.container(key="banners"):
        restart.show()
        storage.show()
        notices.show()
    storage.needing(page.run)


def _style() -> str:
    """Return the styles, with the words in them in the language of whoever reads the page."""
    words = {"copy": _("Copy"), "you-said": _("You said")}
    named = "".join(f"--word-{name}: {json.dumps(word, ensure_ascii=False)};" for name, word in words.items())
    return f"<style>:root {{{named}}}{STYLE}</style>"


def _size_of_text() -> str:
    """Return the style for the size that the person has chosen: of the root, which all sizes follow."""
    pixels = SIZES[person.preferences().text_size]
    return f"<style>html {{ font-size: {pixels}px !important; }}</style>" if pixels else ""
