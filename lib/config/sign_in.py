"""The settings of signing in."""

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from lib.config.values import ConfigurationError, Values, file_content
from lib.domain.models.connection import Secret
from lib.domain.people.people import Lifetime, Role
from lib.i18n.translation import lazy

WAYS = ("password", "oidc", "guest", "header")
"""The ways to sign in, in the order in which the sign-in page offers them."""


@dataclass(frozen=True, slots=True)
class Oidc:
    """An OpenID Connect provider, and whom of its people we let in."""

    issuer: str
    client_id: str
    client_secret: Secret | None
    scope: str
    groups_claim: str
    domains: tuple[str, ...]
    """Of e-mail addresses, in lower case; none lets all in."""
    groups: tuple[str, ...]
    """Whoever is in one of these, or in one of the two below, is let in; none lets all in."""
    presenters: tuple[str, ...]
    admins: tuple[str, ...]
    signs_out: bool
    """Whether signing out here also signs out there."""

    @property
    def gives_roles(self) -> bool:
        """Whether groups there decide the roles here."""
        return bool(self.admins or self.presenters)

    def role(self, groups: set[str]) -> Role | None:
        """Return the role of somebody in these groups; `None` if groups give no roles."""
        if groups & {*self.admins}:
            return Role.ADMIN
        if groups & {*self.presenters}:
            return Role.PRESENTER
        return Role.MEMBER if self.gives_roles else None


@dataclass(frozen=True, slots=True)
class SignIn:
    """How people sign in."""

    ways: tuple[str, ...]
    """None if there is one person, on this machine."""
    passphrase: Secret | None
    """What guests are asked for."""
    header: str
    """In which a trusted proxy names whom it has signed in; in lower case."""
    oidc: Oidc | None
    lifetime: Lifetime

    @classmethod
    def load(cls, values: Values) -> "SignIn":
        """Return the settings. Raises `ConfigurationError`."""
        return cls(
            ways=(ways := _ways(values)),
            passphrase=_secret(values, "CHAT_PASSPHRASE_FILE"),
            header=_header(values, ways),
            oidc=_oidc(values) if "oidc" in ways else None,
            lifetime=Lifetime(
                timedelta(hours=values.number("CHAT_IDLE_HOURS", lazy("hours"), is_positive=True)),
                timedelta(days=values.number("CHAT_SIGN_IN_DAYS", lazy("days"), is_positive=True)),
            ),
        )


def _ways(values: Values) -> tuple[str, ...]:
    given = values.names("CHAT_SIGN_IN", str.lower, lazy("ways to sign in"))
    if unknown := [way for way in given if way not in ("off", *WAYS)]:
        names = ", ".join(WAYS)
        raise ConfigurationError(
            lazy(
                "CHAT_SIGN_IN must be off, or some of {names}, not '{unknown}'.",
                names=names,
                unknown=unknown[0],
            )
        )
    if "off" in given and len(given) > 1:
        raise ConfigurationError(lazy("CHAT_SIGN_IN is off, or names ways to sign in, not both."))
    return tuple(way for way in WAYS if way in given)


def _header(values: Values, ways: tuple[str, ...]) -> str:
    is_set = values.is_set("CHAT_TRUSTED_HEADER")
    if "header" in ways and not (is_set and values.is_set("CHAT_TRUSTED_PROXIES")):
        raise ConfigurationError(
            lazy("CHAT_SIGN_IN=header needs CHAT_TRUSTED_HEADER and CHAT_TRUSTED_PROXIES.")
        )
    if is_set and "header" not in ways:
        raise ConfigurationError(lazy("CHAT_TRUSTED_HEADER is believed only with CHAT_SIGN_IN=header."))
    name = values.text("CHAT_TRUSTED_HEADER")
    if is_set and not re.fullmatch(r"[!#$%&'*+.^_`|~\w-]+", name, re.ASCII):
        raise ConfigurationError(
            lazy("CHAT_TRUSTED_HEADER must be the name of a header, like X-User, not '{given}'.", given=name)
        )
    return name.lower()


def _oidc(values: Values) -> Oidc:
    issuer, client_id = values.text("CHAT_OIDC_ISSUER"), values.text("CHAT_OIDC_CLIENT_ID")
    if not issuer or not client_id:
        raise ConfigurationError(lazy("CHAT_SIGN_IN=oidc needs CHAT_OIDC_ISSUER and CHAT_OIDC_CLIENT_ID."))
    address = urlsplit(issuer)
    is_secure = address.scheme == "https" or address.hostname in ("localhost", "127.0.0.1", "::1")
    if not address.hostname or not (is_secure or values.switch("CHAT_ALLOW_PLAIN_HTTP")):
        raise ConfigurationError(lazy("CHAT_OIDC_ISSUER must be an address that begins with https://."))
    return Oidc(
        issuer=issuer.rstrip("/"),
        client_id=client_id,
        client_secret=_secret(values, "CHAT_OIDC_CLIENT_SECRET_FILE"),
        scope=values.text("CHAT_OIDC_SCOPE"),
        groups_claim=values.text("CHAT_OIDC_GROUPS_CLAIM"),
        domains=values.names("CHAT_OIDC_DOMAINS", str.lower, lazy("domains like example.com")),
        groups=values.names("CHAT_OIDC_GROUPS", str, lazy("names of groups")),
        presenters=values.names("CHAT_OIDC_PRESENTERS", str, lazy("names of groups")),
        admins=values.names("CHAT_OIDC_ADMINS", str, lazy("names of groups")),
        signs_out=values.switch("CHAT_OIDC_SIGN_OUT"),
    )


def _secret(values: Values, variable: str) -> Secret | None:
    """Return the first line of the file that a variable names; `None` if it names none."""
    file = values.text(variable)
    if not file:
        return None
    try:
        line = file_content(variable, file).decode("utf-8-sig").partition("\n")[0].strip()
    except UnicodeDecodeError:
        raise ConfigurationError(
            lazy("{variable} is not a text file; save it as UTF-8.", variable=variable)
        ) from None
    if not line:
        raise ConfigurationError(
            lazy("{variable} is empty: its first line must be the secret.", variable=variable)
        )
    return Secret(line)
