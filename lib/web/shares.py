"""Shared reports: `/share/<token>` serves a copy made at the time of sharing, never live data."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from lib import app
from lib.store.database.errors import StoreError

PATH = "/share/"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
"""A report runs nothing, fetches nothing, and is cached nowhere."""
_PAGE = """<!doctype html>
<html lang="en">
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
_GONE = _PAGE.format(
    title="This report is not here",
    text="The link may have expired or been revoked. Ask the person who sent it for a new one.",
)
_BUSY = _PAGE.format(title="This report cannot be shown now", text="Try again in a minute.")


def route() -> Route:
    """Return the route of shared reports."""
    return Route(PATH + "{token}", show, methods=["GET"], name="share")


def show(request: Request) -> Response:
    """Return a shared report, or the same response for every invalid token."""
    try:
        report = _report(request)
    except StoreError:
        return HTMLResponse(_BUSY, 503, HEADERS)
    return HTMLResponse(report, 200, HEADERS) if report else HTMLResponse(_GONE, 404, HEADERS)


def _report(request: Request) -> str | None:
    """Return the requested report; a HEAD request does not count as a view."""
    application = app.get()
    if not application.settings.is_sharing:
        return None
    token, is_counted = request.path_params["token"], request.method == "GET"
    return application.store.links.view(token, datetime.now(UTC), is_counted=is_counted)
