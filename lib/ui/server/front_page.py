"""The HTML that a browser loads for every page: Streamlit's, with a script of ours before its own.

The app's styles are drawn by the first run of a page, and Streamlit fetches the code of each kind of element
when it first meets one. Until then a browser would show the page unstyled, and then without its sidebar: it
is hidden for so long, and the code is fetched at once.
"""

from functools import cache
from html import escape
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from lib import app
from lib.i18n import locale
from lib.ui.server import components

SCRIPT = Path(__file__).with_name("front_page.js").read_text("utf-8")
PAGES = Path(__file__).resolve().parents[3] / "pages"
_STATIC = Path(st.__file__).parent / "static"
_HEAD, _HEAD_ENDS, _TITLE = "<head>", "</head>", "<title>Streamlit</title>"
_LANGUAGE = '<html lang="en">'
_SOON = ("Html", "Button", "BidiComponent", "ChatInput", "TextInput", "MenuButton", "Selectbox")
"""The kinds of elements on nearly every page."""
_HIDDEN = "<style>.stAppViewContainer{animation:unstyled 3s}@keyframes unstyled{from,to{opacity:0}}</style>"
"""Hides the page until `styles/frame.css` shows it, or for a while where a page ends before its styles.
Not by `visibility`: Streamlit's elements set theirs."""


@cache
def html() -> str:
    """Return the page, still with Streamlit's name in the browser's tab and in its language."""
    page = (_STATIC / "index.html").read_text("utf-8")
    page = page.replace(_HEAD, f"{_HEAD}\n    <script>{SCRIPT}</script>", 1)
    return page.replace(_HEAD_ENDS, f"{_links()}{_HIDDEN}{_HEAD_ENDS}", 1)


def routes() -> list[Route]:
    """Return the routes of all pages."""
    names = ["", *sorted(path.stem for path in PAGES.glob("*.py"))]
    return [Route(f"/{name}", _show, methods=["GET"], name=f"page_{name}") for name in names]


def _links() -> str:
    found = (path.name for kind in _SOON for path in (_STATIC / "static" / "js").glob(f"{kind}.*.js"))
    # As Streamlit's own: from the page on, which is one segment below all of this.
    addresses = [*(f"static/js/{name}" for name in found), *components.addresses()]
    return "".join(f'<link rel="modulepreload" crossorigin href="./{each}">' for each in addresses)


def _show(_request: Request) -> HTMLResponse:
    title = f"<title>{escape(app.get().settings.title)}</title>"
    # A screen reader that reads it before the page's first run; the person's own setting comes with that.
    language = f'<html lang="{locale.current().tag}">'
    page = html().replace(_TITLE, title, 1).replace(_LANGUAGE, language, 1)
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})
