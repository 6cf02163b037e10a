"""The language that somebody has chosen in the settings, for our pages outside Streamlit."""

from contextlib import nullcontext

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from lib import app
from lib.domain.people.identity import HEADER, Identity
from lib.domain.people.people import LOCAL
from lib.i18n import catalogues, locale
from lib.i18n.locale import Locale
from lib.store.database.errors import StoreError
from lib.web.language import PARAMETER
from lib.web.sign_in import header
from lib.web.sign_in.browser import sign_in_of


class PersonLanguage:
    """ASGI middleware of a route that answers in the language that whoever asks has chosen.

    A language in the address counts more: the links at the bottom of a page name one. Without any it stays
    that of the browser.
    """

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        is_named = PARAMETER in request.query_params
        chosen = None if is_named else await run_in_threadpool(_chosen, request)
        with locale.using(Locale(chosen)) if chosen else nullcontext():
            await self._inner(scope, receive, send)


def _chosen(request: Request) -> str | None:
    try:
        who = _person_id(request)
        chosen = app.get().store.of(who).settings.preferences().language if who else None
    except StoreError:
        return None
    return chosen if chosen in catalogues.languages() else None


def _person_id(request: Request) -> str | None:
    """Return who asks, also at an address that nobody has to sign in for; `None` if nobody is signed in."""
    store, settings = app.get().store, app.get().settings
    if not settings.has_sign_in:
        return LOCAL
    if known := request.headers.get(HEADER):  # the gate's
        return Identity.read(known).person_id
    if settings.sign_in.header and (name := header.subject(request, settings)):
        person = store.people.of_subject(header.ISSUER, name)
        return person.id if person else None
    found = sign_in_of(request)
    return found.person_id if found else None
