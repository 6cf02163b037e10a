"""Signing somebody in, in the browser that asks, and out of it."""

from datetime import UTC, datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lib import app
from lib.domain.people.audit import Actor
from lib.domain.people.people import GUEST, Person
from lib.i18n.translation import gettext as _
from lib.store.people.sign_ins import SignIn
from lib.web.sign_in import accounts, cookies


class Denied(Exception):
    """Somebody is not let in. The message is a sentence for them."""


def signed_in(request: Request, person: Person, wanted: str, password_hash: str | None = None) -> Response:
    """Sign a person in, in the browser that asks, and send it where it wanted to go.

    `password_hash` is that of the password that was checked. Raises `Denied` if it, or the person, has
    changed in the meantime; raises `StoreError`.
    """
    store, now = app.get().store, datetime.now(UTC)
    browser = request.headers.get("user-agent", "")
    who = actor(request, person.id)
    token = store.sign_ins.begin(who, now, browser=browser, password_hash=password_hash)
    if token is None:
        raise Denied(
            _("This e-mail and password do not match an account here.")
            if password_hash
            else _("Your organization knows you, but you are not let in here. Ask an admin.")
        )
    if before := sign_in_of(request):  # a browser has one person at a time
        store.sign_ins.end(actor(request, before.person_id), before.token_hash)
    response = RedirectResponse(wanted, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    lifetime = app.get().settings.sign_in.lifetime
    cookies.give(response, token, request, seconds=round(lifetime.most.total_seconds()))
    if person.issuer == GUEST:
        cookies.give_guest(response, person.id, request)
    return response


def sign_out(request: Request) -> None:
    """End the sign-in of the browser that asks, if it has one. Raises `StoreError`."""
    if found := sign_in_of(request):
        accounts.sign_out(app.get().store, actor(request, found.person_id), found.token_hash)


def sign_in_of(request: Request) -> SignIn | None:
    """Return the sign-in of the browser that asks, if it has one. Raises `StoreError`."""
    store, settings = app.get().store, app.get().settings
    token = request.cookies.get(cookies.name())
    return store.sign_ins.find(token, datetime.now(UTC), settings.sign_in.lifetime) if token else None


def actor(request: Request, person_id: str) -> Actor:
    """Return somebody as the audit log knows them."""
    return Actor(person_id, request.client.host if request.client else "", request.scope["request_id"])
