"""Signing in with an OpenID Connect provider: the code flow with PKCE, by Authlib."""

import logging
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from lib import app
from lib.config import Oidc
from lib.domain.people.people import Person, Role
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.web.addresses import address
from lib.web.sign_in import cookies, pages
from lib.web.sign_in.browser import Denied, actor, signed_in

CALLBACK = "/sign-in/callback"
SECONDS = 10.0
"""How long the provider may take for an answer."""
PROVIDER = "identity provider"
"""Who gives a role that comes from groups, in the audit log."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures of ID tokens that are accepted: none that anybody else, or nobody at all, could have made."""

_ERROR_CODE = re.compile("[a-z_]{1,40}")

log = logging.getLogger(__name__)


async def begin(request: Request) -> Response:
    """Send a browser to the provider."""
    oidc = app.get().settings.sign_in.oidc
    if oidc is None:
        return pages.gone(request)
    # Authlib keeps state, nonce and verifier in the session, which goes into a cookie of its own: whichever
    # process gets the callback finds them there.
    session: dict[str, Any] = {"next": pages.safe(request.query_params.get("next", ""))}
    request = _with_session(request, session)
    try:
        redirect: Response = await (await _client(oidc)).authorize_redirect(request, _callback(request))
    except Exception as error:  # whatever the provider answers, or does not
        return _failed(request, error)
    cookies.give_flow(redirect, session, request)
    return redirect


async def finish(request: Request) -> Response:
    """Sign in whoever comes back from the provider."""
    oidc = app.get().settings.sign_in.oidc
    if oidc is None:
        return pages.gone(request)
    session = cookies.flow(request)
    request = _with_session(request, session)
    try:
        token = await (await _client(oidc)).authorize_access_token(request)
        claims = token.get("userinfo")
        if not claims:
            raise ValueError("The provider sent no ID token.")
    except Exception as error:  # whatever the provider answers, or a link that is not from it
        return _failed(request, error)
    try:
        person = await run_in_threadpool(_person, request, oidc, claims)
        response = await run_in_threadpool(signed_in, request, person, session.get("next", address("/")))
    except Denied as denied:
        return pages.sign_in(request, address("/"), fault=str(denied), status=HTTPStatus.FORBIDDEN)
    except StoreError:
        return pages.unavailable(request)
    cookies.take_flow(response)
    return response


async def sign_out_url(request: Request) -> str | None:
    """Return where the provider signs somebody out; `None` if it is not to be asked, or does not."""
    oidc = app.get().settings.sign_in.oidc
    if oidc is None or not oidc.signs_out:
        return None
    try:
        client = await _client(oidc)
        back = str(request.url.replace(path=address("/sign-in"), query=""))
        url = await client.create_logout_url(back, client_id=oidc.client_id)
    except Exception as error:
        log.warning("The identity provider signs nobody out: %s", type(error).__name__)
        return None
    return str(url["url"])


async def _client(oidc: Oidc) -> Any:
    """Return Authlib's client, with the provider's checked metadata. Raises what Authlib does."""
    client = _registered()
    metadata = await client.load_server_metadata()
    if metadata["issuer"].rstrip("/") != oidc.issuer:
        raise ValueError("The provider calls itself by another name than CHAT_OIDC_ISSUER.")
    named = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [each for each in named if each in ALGORITHMS]
    return client


@cache  # with it Authlib keeps the provider's metadata and keys
def _registered() -> Any:
    from authlib.integrations.starlette_client import OAuth  # takes a third of a second to import

    oidc = app.get().settings.sign_in.oidc
    if oidc is None:
        raise ValueError("CHAT_SIGN_IN does not name oidc.")
    return OAuth().register(
        "oidc",
        server_metadata_url=f"{oidc.issuer}/.well-known/openid-configuration",
        client_id=oidc.client_id,
        client_secret=oidc.client_secret.reveal() if oidc.client_secret else None,
        client_kwargs={"scope": oidc.scope, "code_challenge_method": "S256", "timeout": SECONDS},
    )


def _with_session(request: Request, session: dict[str, Any]) -> Request:
    """Return the request with this session, for Authlib only: that of the request itself is Streamlit's."""
    return Request({**request.scope, "session": session}, request.receive)


def _callback(request: Request) -> str:
    return str(request.url.replace(path=address(CALLBACK), query=""))


def _failed(request: Request, error: Exception) -> Response:
    # Not the message: it may hold what the provider sent. The code is one of a list (RFC 6749, section 5.2).
    code = str(getattr(error, "error", ""))
    reason = code if _ERROR_CODE.fullmatch(code) else type(error).__name__
    log.warning("Signing in with the identity provider failed: %s", reason)
    return pages.sign_in(
        request,
        address("/"),
        fault=_("Your organization’s sign-in did not work. Try again, or ask an admin."),
        status=HTTPStatus.BAD_GATEWAY,
    )


def _person(request: Request, oidc: Oidc, claims: Mapping[str, Any]) -> Person:
    """Return who signs in, made when they first come. Raises `Denied` and `StoreError`."""
    people, issuer, subject = app.get().store.people, str(claims["iss"]), str(claims["sub"])
    email = str(claims.get("email") or "").lower()
    groups = _groups(claims.get(oidc.groups_claim))
    _check(oidc, claims, email, groups)
    name = str(claims.get("name") or email.partition("@")[0] or subject)
    role = oidc.role(groups)
    new = Person(secrets.token_hex(16), issuer, subject, email, name, role or Role.MEMBER, datetime.now(UTC))
    person = people.of_subject(issuer, subject) or people.add(new, by=actor(request, new.id))
    if person.disabled_at:
        raise Denied(_("Your organization knows you, but you are not let in here. Ask an admin."))
    if role and role is not person.role:
        # Also the last admin's: whom the provider does not trust any more is not to stay one.
        people.set_role(person.id, role, actor(request, PROVIDER), is_forced=True)
    if (person.email, person.name) != (email, name):
        people.describe(person.id, email, name)
    return person


def _check(oidc: Oidc, claims: Mapping[str, Any], email: str, groups: set[str]) -> None:
    """Raise `Denied` unless the person has an allowed domain and an allowed group."""
    domain = email.rpartition("@")[2]
    # Where a provider does not say so, anybody may have entered any address.
    is_verified = claims.get("email_verified") in (True, "true")
    if oidc.domains and not (is_verified and domain in oidc.domains):
        raise Denied(_("Your organization knows you, but you are not let in here. Ask an admin."))
    if oidc.groups and not groups & {*oidc.groups, *oidc.presenters, *oidc.admins}:
        raise Denied(_("Your organization knows you, but you are not let in here. Ask an admin."))


def _groups(claim: Any) -> set[str]:
    """Return the names in a groups claim: a list of them, or one; whatever else is sent names no group."""
    names = claim if isinstance(claim, list) else [claim]
    return {each for each in names if isinstance(each, str)}
