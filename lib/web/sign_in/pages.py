"""The sign-in pages: plain HTML that works without JavaScript."""

import re
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from lib import app
from lib.i18n.translation import gettext as _
from lib.web.addresses import address, below
from lib.web.pages import page
from lib.web.sign_in import cookies

_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
"""A path of ours: browsers read `//` and `/\\` as another host."""
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
    first = address("/")
    is_ours = wanted.startswith(first) and _PATH.fullmatch(path := "/" + wanted.removeprefix(first))
    return wanted if is_ours and not _FORMS.match(path) else first


def _page(request: Request, heading: str, fault: str, status: int, **values: Any) -> HTMLResponse:
    response = HTMLResponse(status_code=status, headers=page.HEADERS)
    path = below(request.scope)
    html = page.html(
        request,
        "page.html",
        # What leads back from a provider works once: the page is at the first address in each language.
        here=address("/sign-in" if path.startswith("/sign-in/") else path),
        kept=_kept(request, values.get("next", "")),
        **{"ways": (), "heading": heading, "fault": fault, **values},
        form=cookies.form_token(request, response),
    )
    response.body = html.encode()
    response.headers["content-length"] = str(len(response.body))
    return response


def _kept(request: Request, wanted: str) -> dict[str, str]:
    """Return what stays in the address in another language: where to go, and why somebody is here."""
    ended = request.query_params.get("ended", "")
    return {name: value for name, value in (("next", wanted), ("ended", ended)) if value}
