"""The page of an address at which nothing is. Streamlit would answer it with a page of its own, without our
script, on which nothing works."""

from http import HTTPStatus

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from lib.i18n.translation import gettext as _
from lib.web.pages import page


class _NotStreamlits(StringConvertor):
    """Paths at which Streamlit serves nothing. It leads from those that end with a slash to those without."""

    regex = r"(?!(?:_stcore|component|media|static)/|(?:favicon\.png|manifest\.json)$).*[^/]"


def route() -> Route:
    """Return the route; it comes after all others of ours."""
    register_url_convertor("not_streamlits", _NotStreamlits())
    return Route("/{path:not_streamlits}", show, methods=["GET"], name="not_found")


def show(request: Request) -> HTMLResponse:
    """Return the page, with the way to the app."""
    html = page.html(request, "not_found.html", heading=_("Page not found"))
    return HTMLResponse(html, HTTPStatus.NOT_FOUND, page.HEADERS)
