"""The cookie of a browser that is signed in, and the token of its forms."""

import hashlib
import hmac
import secrets
from typing import Any, Literal

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from lib import app
from lib.web.addresses import address

FORM_SECONDS = 3600
FLOW_SECONDS = 600
GUEST_SECONDS = 180 * 24 * 3600
"""How long a browser is known as the guest that it was."""


def name() -> str:
    """Return the cookie's name, with which those of the others begin.

    Each installation has its own: two on one host share a browser's cookies.
    """
    return f"synstar_{app.get().installation_id}"


def key(token: str) -> str:
    """Return what a token is remembered under."""
    return hashlib.sha256(token.encode()).hexdigest()


def give(response: Response, token: str, connection: HTTPConnection, *, seconds: int) -> None:
    """Put a sign-in's token into the browser."""
    # Not `strict`: whoever follows a link from an e-mail would seem not to be signed in.
    _set(response, connection, name(), token, seconds)


def take_back(response: Response) -> None:
    """Remove the token from the browser, and which guest it was."""
    response.delete_cookie(name(), path=address("/"))
    response.delete_cookie(f"{name()}_guest", path=address("/sign-in"))


def give_guest(response: Response, person_id: str, connection: HTTPConnection) -> None:
    """Remember in the browser which guest it is: guests have no account to come back to."""
    value = f"{person_id}.{_signed(f'guest {person_id}')}"
    _set(response, connection, f"{name()}_guest", value, GUEST_SECONDS, path=address("/sign-in"))


def guest(connection: HTTPConnection) -> str | None:
    """Return the id of the guest that this browser was before; `None` if it was none."""
    person_id, _, signature = connection.cookies.get(f"{name()}_guest", "").partition(".")
    return person_id if _is_signature(signature, f"guest {person_id}") else None


def give_flow(response: Response, flow: dict[str, Any], connection: HTTPConnection) -> None:
    """Remember in the browser what a sign-in at a provider was begun with."""
    _set(response, connection, _flow_name(), _flows().dumps(flow), FLOW_SECONDS, path=address("/sign-in"))


def flow(connection: HTTPConnection) -> dict[str, Any]:
    """Return what a sign-in at a provider was begun with here; empty if it was not, or too long ago."""
    try:
        begun: dict[str, Any] = _flows().loads(connection.cookies.get(_flow_name(), ""), FLOW_SECONDS)
    except BadData:
        return {}
    return begun


def take_flow(response: Response) -> None:
    """Forget how a sign-in was begun: its callback works once."""
    response.delete_cookie(_flow_name(), path=address("/sign-in"))


def form_token(connection: HTTPConnection, response: Response) -> str:
    """Return the token for a form on this response; it is valid in this browser only."""
    nonce = connection.cookies.get(_form_name()) or secrets.token_urlsafe(16)
    _set(response, connection, _form_name(), nonce, FORM_SECONDS, samesite="strict")
    return _signed(f"form {nonce}")


def is_form_token(connection: HTTPConnection, token: str) -> bool:
    """Return whether a form came from a page that this browser got from us."""
    nonce = connection.cookies.get(_form_name())
    return nonce is not None and _is_signature(token, f"form {nonce}")


def _set(
    response: Response,
    connection: HTTPConnection,
    cookie: str,
    value: str,
    seconds: int,
    *,
    path: str = "",
    samesite: Literal["lax", "strict"] = "lax",
) -> None:
    """Put a cookie into the browser that no script can read."""
    is_https = connection.url.scheme == "https"
    path = path or address("/")
    response.set_cookie(cookie, value, seconds, path=path, secure=is_https, httponly=True, samesite=samesite)


def _form_name() -> str:
    return f"{name()}_form"


def _flow_name() -> str:
    return f"{name()}_oidc"


def _flows() -> URLSafeTimedSerializer:
    # It signs with the last one.
    return URLSafeTimedSerializer(_keys()[::-1], salt="oidc")


def _signed(text: str) -> str:
    return _signature(_keys()[0], text)


def _is_signature(signature: str, text: str) -> bool:
    return any(hmac.compare_digest(signature.encode(), _signature(key, text).encode()) for key in _keys())


def _signature(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _keys() -> list[bytes]:
    return app.get().secret.keys("sign-in")
