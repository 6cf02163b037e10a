"""The sign-in pages: plain HTML that works without JavaScript."""

import re
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from lib import app
from lib.i18n import locale
from lib.i18n.translation import gettext as _
from lib.web.sign_in import cookies

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    # With `no-referrer`, as elsewhere, a browser sends its forms with `Origin: null`, which the gate refuses.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
_ADDRESS = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
"""An address of ours: browsers read `//` and `/\\` as another host."""
_FORMS = re.compile(r"/(sign-in|sign-out|invite)\b")


def sign_in(
    request: Request, wanted: str, *, fault: str = "", email: str = "", status: int = 200
) -> HTMLResponse:
    """Return the page with a form for each way to sign in."""
    settings = app.get().settings
    told = _("You were signed out here.") if "ended" in request.query_params and not fault else ""
    ways = tuple(way for way in ("password", "oidc", "guest") if way in settings.sign_in.ways)
    values = {
        "ways": ways,
        "next": wanted,
        "email": email,
        "needs_passphrase": bool(settings.sign_in.passphrase),
        "text": told,
    }
    return _page(request, _("Sign in"), fault, status, **values)


def invitation(request: Request, email: str, *, typed: str = "", fault: str = "") -> HTMLResponse:
    """Return the page on which somebody chooses a password, and, as the first admin, an e-mail address."""
    status = HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK
    values = {"account": email, "invitation": True, "email": typed}
    heading = _("Choose your password") if email else _("Become the first admin")
    return _page(
        request,
        heading,
        fault,
        status,
        text="" if email else _("You choose who comes in, and what they may do."),
        **values,
    )


def password(request: Request, email: str, *, fault: str = "") -> HTMLResponse:
    """Return the page on which somebody changes their password."""
    status = HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK
    values = {"account": email, "invitation": True, "needs_current": True}
    return _page(request, _("Change your password"), fault, status, **values)


def sign_out(request: Request, *, fault: str = "") -> HTMLResponse:
    """Return the page that asks whether to sign out."""
    status = HTTPStatus.FORBIDDEN if fault else HTTPStatus.OK
    return _page(request, _("Sign out"), fault, status, is_leaving=True)


def gone(request: Request) -> HTMLResponse:
    """Return the page of a link that does not work any more."""
    return _page(
        request,
        _("This link does not work any more"),
        "",
        HTTPStatus.NOT_FOUND,
        text=_("It was used, or it has expired. Ask an admin for a new one."),
        leads_to_sign_in=True,
    )


def unavailable(request: Request) -> HTMLResponse:
    """Return the page while the database cannot be used."""
    return _page(
        request,
        _("Sign in"),
        _("Nobody can be signed in now: the database cannot be used. Try again in a minute."),
        HTTPStatus.SERVICE_UNAVAILABLE,
    )


def safe(wanted: str) -> str:
    """Return where to go after signing in: an address of ours, else the first page."""
    is_ours = _ADDRESS.fullmatch(wanted) and not _FORMS.match(wanted)
    return wanted if is_ours else "/"


def _page(request: Request, heading: str, fault: str, status: int, **values: Any) -> HTMLResponse:
    response = HTMLResponse(status_code=status, headers=HEADERS)
    shown = {
        "ways": (),
        "lang": locale.current().tag,
        "title": app.get().settings.title,
        "heading": heading,
        "fault": fault,
        "form": cookies.form_token(request, response),
    }
    response.body = _template().render({**shown, **values}).encode()
    response.headers["content-length"] = str(len(response.body))
    return response


@cache
def _template() -> jinja2.Template:
    source = Path(__file__).with_name("page.html").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True)
    environment.globals["_"] = _
    return environment.from_string(source)
