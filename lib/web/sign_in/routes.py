"""Signing in and out, and choosing a password under an invitation."""

import hmac
import math
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from lib import app
from lib.domain.people.audit import NOBODY
from lib.domain.people.identity import HEADER, Identity
from lib.domain.people.people import GUEST, PASSWORD, Person, Role
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.web.addresses import address
from lib.web.limits import Rate, address_of
from lib.web.sign_in import cookies, oidc, pages, passwords
from lib.web.sign_in.accounts import account, is_email
from lib.web.sign_in.browser import Denied, actor, sign_out, signed_in
from lib.web.sign_in.language import PersonLanguage

FREE_BY_ACCOUNT, FREE_BY_ADDRESS = 10, 50
"""Failed attempts before each further one has to wait. Many people may share an address."""
MOST_FIELDS = 8
LARGEST_FORM = 16 * 1024
"""Bytes. A form without a stated size is refused, too."""
LONGEST_FIELD = 320
"""Characters: an e-mail address has no more (RFC 3696, erratum 1690)."""

_new_guests = Rate(at_once=300, a_second=1)
"""New guests from one address: a full hall at once, but no endless number of people to get around limits."""


class _Wait(Denied):
    """Somebody has to wait."""


def routes() -> list[BaseRoute]:
    """Return the routes of the sign-in pages."""
    theirs = [Middleware(PersonLanguage)]
    return [
        Route("/sign-in", _show, methods=["GET"]),
        Route("/sign-in", _enter, methods=["POST"]),
        Route("/sign-in/oidc", oidc.begin, methods=["GET"]),
        Route(oidc.CALLBACK, oidc.finish, methods=["GET"]),
        Route("/sign-out", _ask_to_leave, methods=["GET"], middleware=theirs),
        Route("/sign-out", _leave, methods=["POST"], middleware=theirs),
        Route("/signed-in", _still_here, methods=["GET"]),
        Route("/password", _show_password, methods=["GET"], middleware=theirs),
        Route("/password", _change_password, methods=["POST"], middleware=theirs),
        Route("/invite/{token}", _invited, methods=["GET"]),
        Route("/invite/{token}", _accept, methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    return pages.sign_in(request, pages.safe(request.query_params.get("next", "")))


async def _enter(request: Request) -> Response:
    fields = await _fields(request)
    wanted, email = pages.safe(fields.get("next", "")), fields.get("email", "").strip().lower()
    try:
        if not cookies.is_form_token(request, fields.get("form", "")):
            raise Denied(_("This page was open for too long. Try again."))
        return await passwords.in_turn(_signed_in, request, fields, email, wanted)
    except Denied as denied:
        status = HTTPStatus.TOO_MANY_REQUESTS if isinstance(denied, _Wait) else HTTPStatus.FORBIDDEN
        return pages.sign_in(request, wanted, fault=str(denied), email=email, status=status)
    except StoreError:
        return pages.unavailable(request)


async def _leave(request: Request) -> Response:
    fields = await _fields(request)
    if not cookies.is_form_token(request, fields.get("form", "")):
        return pages.sign_out(request, fault=_("This page was open for too long. Try again."))
    try:
        await run_in_threadpool(sign_out, request)
    except StoreError:
        return pages.unavailable(request)
    response = RedirectResponse(await oidc.sign_out_url(request) or address("/sign-in"), HTTPStatus.SEE_OTHER)
    cookies.take_back(response)
    return response


async def _ask_to_leave(request: Request) -> Response:
    return pages.sign_out(request)


async def _still_here(_: Request) -> Response:
    return Response(status_code=HTTPStatus.NO_CONTENT)  # the gate has refused everybody else


async def _show_password(request: Request) -> Response:
    return await _with_account(request, lambda person: pages.password(request, person.email))


async def _change_password(request: Request) -> Response:
    fields = await _fields(request)
    return await _with_account(request, lambda person: _changed(request, fields, person))


async def _with_account(request: Request, answer: Callable[[Person], Response]) -> Response:
    """Answer whoever is signed in with a password; for others the page does not exist."""
    who = Identity.read(request.headers.get(HEADER, ""))
    try:
        person = await run_in_threadpool(app.get().store.people.get, who.person_id)
        if person is None or person.issuer != PASSWORD:
            return pages.gone(request)
        return await passwords.in_turn(answer, person)
    except StoreError:
        return pages.unavailable(request)


def _changed(request: Request, fields: Mapping[str, str], person: Person) -> Response:
    """Change a person's password if the present one is right; the browser that asks stays signed in."""
    keys, now = {f"account {person.email}": FREE_BY_ACCOUNT}, datetime.now(UTC)
    store, fault = app.get().store, _fault(request, fields, person.email)
    if not fault and (wait := store.attempts.take(keys, now)):
        fault = _too_many(wait.total_seconds())
    elif not fault:
        if passwords.matches(fields.get("current", ""), store.people.password_hash(person.id)):
            store.attempts.succeeded(keys, next(iter(keys)))
        else:
            store.attempts.failed(actor(request, person.id), f"person {person.id}")
            fault = _("This is not your current password.")
    if fault:
        return pages.password(request, person.email, fault=fault)
    kept = Identity.read(request.headers[HEADER]).sign_in
    by = actor(request, person.id)
    store.people.set_password(person.id, passwords.hashed(fields.get("password", "")), by, keep=kept)
    return RedirectResponse(address("/"), HTTPStatus.SEE_OTHER)


async def _invited(request: Request) -> Response:
    try:
        store, token = app.get().store, request.path_params["token"]
        found = await run_in_threadpool(store.invitations.get, token, datetime.now(UTC))
    except StoreError:
        return pages.unavailable(request)
    return pages.invitation(request, found.email) if found else pages.gone(request)


async def _accept(request: Request) -> Response:
    fields, store, now = await _fields(request), app.get().store, datetime.now(UTC)
    try:
        token = request.path_params["token"]
        found = await run_in_threadpool(store.invitations.get, token, now)
        if found is None:
            return pages.gone(request)
        password = fields.get("password", "")
        email = found.email or fields.get("email", "").strip().lower()
        fault = await passwords.in_turn(_fault, request, fields, email)
        if not fault and not found.email and store.people.of_subject(PASSWORD, email):
            fault = _("There is an account with this e-mail address already. Use another one.")
        if fault:
            return pages.invitation(request, found.email, typed=email, fault=fault)
        hashed = await passwords.in_turn(passwords.hashed, password)
        new = account(email, found.role)
        by = actor(request, new.id)
        person = await run_in_threadpool(store.invitations.use, token, new, hashed, now, by)
        if person is None:
            return pages.gone(request)
        return await run_in_threadpool(signed_in, request, person, address("/"), hashed)
    except Denied as denied:
        return pages.sign_in(request, address("/"), fault=str(denied), status=HTTPStatus.FORBIDDEN)
    except StoreError:
        return pages.unavailable(request)


def _signed_in(request: Request, fields: Mapping[str, str], email: str, wanted: str) -> Response:
    """Sign in whoever fills in the form rightly. Raises `Denied` and `StoreError`."""
    settings, way = app.get().settings, fields.get("way", PASSWORD)
    if way not in settings.sign_in.ways or way not in (PASSWORD, GUEST):
        raise Denied(_("This page was open for too long. Try again."))
    keys, account_key = {f"address {address_of(request)}": FREE_BY_ADDRESS}, f"account {email}"
    if way == PASSWORD:
        keys[account_key] = FREE_BY_ACCOUNT
    attempts = app.get().store.attempts
    if wait := attempts.take(keys, datetime.now(UTC)):
        raise _Wait(_too_many(wait.total_seconds()))
    try:
        if way == GUEST:
            response = signed_in(request, _guest(request, fields), wanted)
        else:
            person, password_hash = _account(email, fields.get("password", ""))
            response = signed_in(request, person, wanted, password_hash)
    except _Wait:
        attempts.succeeded(keys, account_key)  # nothing was wrong with what was typed
        raise
    except Denied:
        # Not what was typed into the field if it is no address: it may be a password.
        about = "a guest" if way == GUEST else (email if is_email(email) else "an account")
        attempts.failed(actor(request, NOBODY), about)
        raise
    attempts.succeeded(keys, account_key)
    return response


def _account(email: str, password: str) -> tuple[Person, str]:
    """Return whose password this is, and its hash."""
    store = app.get().store
    person = store.people.of_subject(PASSWORD, email)
    known = store.people.password_hash(person.id) if person and not person.disabled_at else None
    if not passwords.matches(password, known) or person is None or known is None:
        raise Denied(_("This e-mail and password do not match an account here."))
    if passwords.is_outdated(known):
        known = passwords.hashed(password)
        store.people.rehash(person.id, known)
    return person, known


def _guest(request: Request, fields: Mapping[str, str]) -> Person:
    """Return the guest that this browser is or was, or a new one."""
    passphrase = app.get().settings.sign_in.passphrase
    if passphrase and not hmac.compare_digest(*map(_read_out, (passphrase.reveal(), fields["password"]))):
        raise Denied(_("This is not the passphrase."))
    people, known = app.get().store.people, cookies.guest(request)
    if known and (again := people.get(known)) and not again.disabled_at:
        return again
    if wait := _new_guests.take(address_of(request)):
        sentence = _("Too many people are coming in at once. Try again {wait}.")
        raise _Wait(sentence.format(wait=formats.from_now(wait)))
    id_ = secrets.token_hex(16)
    new = Person(id_, GUEST, id_, "", "Guest", Role.PRESENTER, datetime.now(UTC))
    return people.add(new, by=actor(request, id_))


def _too_many(seconds: float) -> str:
    return _("Too many failed attempts. Try again {wait}.").format(wait=formats.from_now(math.ceil(seconds)))


def _read_out(passphrase: str) -> bytes:
    """A passphrase is read out and typed on a phone, which adds capitals and spaces."""
    return passphrase.strip().casefold().encode()


def _fault(request: Request, fields: Mapping[str, str], email: str) -> str | None:
    if not cookies.is_form_token(request, fields.get("form", "")):
        return _("This page was open for too long. Try again.")
    if not is_email(email):
        return _("This is not an e-mail address.")
    if fields.get("password") != fields.get("again"):
        return _("The two passwords are not the same.")
    return passwords.fault(fields.get("password", ""), email=email)


async def _fields(request: Request) -> dict[str, str]:
    """Return the form's texts, cut. Raises `HTTPException` for one that is too large, or none of ours."""
    told = request.headers.get("content-length", "")
    if not (told.isdecimal() and len(told) < 10 and int(told) <= LARGEST_FORM):
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("This form is too large."))
    try:
        pairs = parse_qsl((await request.body()).decode("ascii"), max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST, _("This form cannot be read.")) from None
    return {name: value[:LONGEST_FIELD] for name, value in pairs}
