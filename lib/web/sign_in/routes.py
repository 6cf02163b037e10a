"""Signing in and out, and choosing a password under an invitation."""

import hmac
import math
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from lib import app
from lib.domain.people.audit import NOBODY
from lib.domain.people.identity import HEADER, Identity
from lib.domain.people.people import Person, Role
from lib.store.database.errors import StoreError
from lib.web.limits import address_of
from lib.web.sign_in import cookies, oidc, pages, passwords, words
from lib.web.sign_in.accounts import GUEST, PASSWORD, account, is_email
from lib.web.sign_in.browser import actor, sign_out, signed_in

FREE_BY_ACCOUNT, FREE_BY_ADDRESS = 10, 50
"""Failed attempts before each further one has to wait. Many people may share an address."""
LARGEST_FORM = 16 * 1024
"""Bytes. A form without a stated size is refused, too."""
LONGEST_FIELD = 320
"""Characters: an e-mail address has no more (RFC 3696, erratum 1690)."""


class Denied(Exception):
    """Somebody is not let in. The message is a sentence for them."""


def routes() -> list[BaseRoute]:
    """Return the routes of the sign-in pages."""
    return [
        Route("/sign-in", _show, methods=["GET"]),
        Route("/sign-in", _enter, methods=["POST"]),
        Route("/sign-in/oidc", oidc.begin, methods=["GET"]),
        Route(oidc.CALLBACK, oidc.finish, methods=["GET"]),
        Route("/sign-out", _ask_to_leave, methods=["GET"]),
        Route("/sign-out", _leave, methods=["POST"]),
        Route("/signed-in", _still_here, methods=["GET"]),
        Route("/password", _show_password, methods=["GET"]),
        Route("/password", _change_password, methods=["POST"]),
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
            raise Denied(words.OLD_FORM)
        person = await run_in_threadpool(_person, request, fields, email)
        return await run_in_threadpool(signed_in, request, person, wanted)
    except Denied as denied:
        status = HTTPStatus.TOO_MANY_REQUESTS if denied.__cause__ else HTTPStatus.FORBIDDEN
        return pages.sign_in(request, wanted, fault=str(denied), email=email, status=status)
    except StoreError:
        return pages.unavailable(request)


async def _leave(request: Request) -> Response:
    fields = await _fields(request)
    response = RedirectResponse(await oidc.sign_out_url(request) or "/sign-in", HTTPStatus.SEE_OTHER)
    if cookies.is_form_token(request, fields.get("form", "")) and (
        token := request.cookies.get(cookies.name())
    ):
        try:
            await run_in_threadpool(sign_out, request, token)
        except StoreError:
            return pages.unavailable(request)
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
        return await run_in_threadpool(answer, person)
    except StoreError:
        return pages.unavailable(request)


def _changed(request: Request, fields: Mapping[str, str], person: Person) -> Response:
    """Change a person's password if the present one is right; the browser that asks stays signed in."""
    keys, now = {f"account {person.email}": FREE_BY_ACCOUNT}, datetime.now(UTC)
    store, fault = app.get().store, _fault(request, fields, person.email)
    if wait := store.attempts.wait(keys, now):
        fault = words.TOO_MANY.format(math.ceil(wait.total_seconds()))
    elif not passwords.matches(fields.get("current", ""), store.people.password_hash(person.id)):
        store.attempts.fail(keys, now, actor(request, person.id), f"person {person.id}")
        fault = words.WRONG_CURRENT
    if fault:
        return pages.password(request, person.email, fault=fault)
    kept = Identity.read(request.headers[HEADER]).sign_in
    by = actor(request, person.id)
    store.people.set_password(person.id, passwords.hashed(fields["password"]), by, keep=kept)
    return RedirectResponse("/", HTTPStatus.SEE_OTHER)


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
        fault = await run_in_threadpool(_fault, request, fields, email)
        if fault:
            return pages.invitation(request, found.email, fault=fault)
        hashed = await run_in_threadpool(passwords.hashed, password)
        new = account(email, found.role)
        by = actor(request, new.id)
        person = await run_in_threadpool(store.invitations.use, token, new, hashed, now, by)
        return await run_in_threadpool(signed_in, request, person, "/") if person else pages.gone(request)
    except StoreError:
        return pages.unavailable(request)


def _person(request: Request, fields: Mapping[str, str], email: str) -> Person:
    """Return who signs in. Raises `Denied` and `StoreError`."""
    settings, way = app.get().settings, fields.get("way", PASSWORD)
    if way not in settings.sign_in.ways or way not in (PASSWORD, GUEST):
        raise Denied(words.OLD_FORM)
    keys = {f"address {address_of(request)}": FREE_BY_ADDRESS}
    if way == PASSWORD:
        keys[f"account {email}"] = FREE_BY_ACCOUNT
    store, now = app.get().store, datetime.now(UTC)
    if wait := store.attempts.wait(keys, now):
        raise Denied(words.TOO_MANY.format(math.ceil(wait.total_seconds()))) from TimeoutError()
    try:
        found = _guest(request, fields) if way == GUEST else _account(email, fields.get("password", ""))
    except Denied:
        # Not what was typed into the field if it is no address: it may be a password.
        about = "a guest" if way == GUEST else (email if is_email(email) else "an account")
        store.attempts.fail(keys, now, actor(request, NOBODY), about)
        raise
    store.attempts.forget(f"account {email}")
    return found


def _account(email: str, password: str) -> Person:
    store = app.get().store
    person = store.people.of_subject(PASSWORD, email)
    known = store.people.password_hash(person.id) if person and not person.disabled_at else None
    if not passwords.matches(password, known) or person is None or known is None:
        raise Denied(words.WRONG_PASSWORD)
    if passwords.is_outdated(known):
        store.people.rehash(person.id, passwords.hashed(password))
    return person


def _guest(request: Request, fields: Mapping[str, str]) -> Person:
    passphrase = app.get().settings.sign_in.passphrase
    if passphrase and not hmac.compare_digest(
        passphrase.reveal().encode(), fields.get("password", "").encode()
    ):
        raise Denied(words.WRONG_PASSPHRASE)
    people, known = app.get().store.people, cookies.guest(request)
    if known and (again := people.get(known)) and not again.disabled_at:
        return again
    id_ = secrets.token_hex(16)
    new = Person(id_, GUEST, id_, "", "Guest", Role.PRESENTER, datetime.now(UTC))
    return people.add(new, by=actor(request, id_))


def _fault(request: Request, fields: Mapping[str, str], email: str) -> str | None:
    if not cookies.is_form_token(request, fields.get("form", "")):
        return words.OLD_FORM
    if not is_email(email):
        return words.NO_EMAIL
    if fields.get("password") != fields.get("again"):
        return words.NOT_THE_SAME
    return passwords.fault(fields.get("password", ""), email=email)


async def _fields(request: Request) -> dict[str, str]:
    """Return the form's texts, cut; files are none of ours. Raises `HTTPException` for a large one."""
    told = request.headers.get("content-length", "")
    if not (told.isdecimal() and len(told) < 10 and int(told) <= LARGEST_FORM):
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This form is too large.")
    async with request.form(max_files=0, max_fields=8, max_part_size=4096) as form:
        return {name: value[:LONGEST_FIELD] for name, value in form.items() if isinstance(value, str)}
