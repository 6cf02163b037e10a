"""Streamlit's page with what a browser needs for its first picture, so that nothing moves while it loads.

The app's styles are drawn by the first run of a page, and Streamlit fetches the code of each kind of element
when it first meets one. Until then a browser would show the page unstyled, and then without its sidebar.
"""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

_STATIC = Path(st.__file__).parent / "static"
_SOON = ("Html", "Button", "BidiComponent", "ChatInput", "TextInput", "MenuButton", "Selectbox")
"""The kinds of elements on nearly every page."""
_HIDDEN = (
    "<style>.stAppViewContainer{animation:unstyled 3s}@keyframes unstyled{from,to{visibility:hidden}}</style>"
)
"""Hides the page until `styles/frame.css` shows it, or for a while where a page ends before its styles."""


def routes() -> list[Route]:
    """Return the routes of the pages at their addresses."""
    text = page()
    pages = Path(__file__).parents[3] / "pages"
    paths = ["/", *(f"/{script.stem}" for script in sorted(pages.glob("*.py")))]

    async def show(_request: Request) -> HTMLResponse:
        return HTMLResponse(text, headers={"Cache-Control": "no-cache"})

    return [Route(path, show) for path in paths]


def page() -> str:
    """Return Streamlit's page with the style and the links added."""
    found = (path.name for kind in _SOON for path in (_STATIC / "static" / "js").glob(f"{kind}.*.js"))
    links = "".join(f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in found)
    text = (_STATIC / "index.html").read_text("utf-8")
    return text.replace("</head>", f"{links}{_HIDDEN}</head>", 1)
