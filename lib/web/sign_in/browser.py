"""Signing somebody in, in the browser that asks, and out of it."""

from datetime import UTC, datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lib import app
from lib.domain.people.audit import Actor
from lib.domain.people.people import Person
from lib.web.sign_in import accounts, cookies
from lib.web.sign_in.accounts import GUEST


def signed_in(request: Request, person: Person, wanted: str) -> Response:
    """Sign a person in, in the browser that asks, and send it where it wanted to go."""
    application, now = app.get(), datetime.now(UTC)
    browser = request.headers.get("user-agent", "")
    if old := request.cookies.get(cookies.name()):
        sign_out(request, old)  # a browser has one person at a time
    token = application.store.sign_ins.begin(actor(request, person.id), now, browser=browser)
    response = RedirectResponse(wanted, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    cookies.give(
        response, token, request, seconds=round(application.settings.sign_in.lifetime.most.total_seconds())
    )
    if person.issuer == GUEST:
        cookies.give_guest(response, person.id, request)
    return response


def sign_out(request: Request, token: str) -> None:
    """End the sign-in with this token, if there is one. Raises `StoreError`."""
    store, settings = app.get().store, app.get().settings
    if found := store.sign_ins.find(token, datetime.now(UTC), settings.sign_in.lifetime):
        accounts.sign_out(store, actor(request, found.person_id), found.token_hash)


def actor(request: Request, person_id: str) -> Actor:
    """Return somebody as the audit log knows them."""
    return Actor(person_id, request.client.host if request.client else "", request.scope["request_id"])
