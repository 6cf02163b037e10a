"""Shared reports: a copy made at the time of sharing, never live data.

`/share/<token>` is for whoever knows the link, `/shared-chat/<id>` for the people here whom it is shown to.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from lib import app
from lib.domain.people import identity as identities
from lib.domain.people.audit import NOBODY
from lib.domain.people.identity import HEADER
from lib.i18n import locale
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.web.sign_in.browser import actor
from lib.web.sign_in.language import PersonLanguage

PATH, PATH_HERE = "/share/", "/shared-chat/"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
"""A report runs nothing, fetches nothing, and is cached nowhere."""
_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto 0; padding: 0 24px; }}
h1 {{ font-size: 1.3rem; margin: 0 0 8px; }}
p {{ margin: 0; opacity: .7; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{text}</p>
</body>
</html>
"""


def routes() -> list[Route]:
    """Return the routes of shared reports."""
    return [
        Route(PATH + "{token}", show, methods=["GET"], name="share"),
        Route(
            PATH_HERE + "{grant_id}",
            show_here,
            methods=["GET"],
            name="shared_chat",
            middleware=[Middleware(PersonLanguage)],
        ),
    ]


def show(request: Request) -> Response:
    """Return a shared report, or the same response for every invalid token."""
    return _response(request, _under_link)


def show_here(request: Request) -> Response:
    """Return a chat that is shown to whoever is signed in, or the same response for every other id."""
    return _response(request, _shown_here)


def _response(request: Request, find: Callable[[Request], str | None]) -> Response:
    try:
        report = find(request)
    except StoreError:
        return _page(503, _("This report cannot be shown now"), _("Try again in a minute."))
    if report:
        return HTMLResponse(report, 200, HEADERS)
    why = _("The link may have expired or been revoked. Ask the person who sent it for a new one.")
    return _page(404, _("This report is not here"), why)


def _page(status: int, title: str, text: str) -> HTMLResponse:
    html = _PAGE.format(lang=locale.current().tag, title=escape(title), text=escape(text))
    return HTMLResponse(html, status, HEADERS)


# A HEAD request does not count as a view.


def _under_link(request: Request) -> str | None:
    application = app.get()
    if not application.settings.is_sharing:
        return None
    token, is_counted = request.path_params["token"], request.method == "GET"
    by = actor(request, NOBODY)
    return application.store.links.view(token, datetime.now(UTC), by, is_counted=is_counted)


def _shown_here(request: Request) -> str | None:
    application = app.get()
    if not application.settings.has_sign_in:
        return None
    by = identities.actor(request.headers[HEADER])  # the gate lets nobody pass without it
    shared = application.store.of(by.person_id, by).shared
    is_counted = request.method == "GET"
    return shared.report(request.path_params["grant_id"], datetime.now(UTC), is_counted=is_counted)
