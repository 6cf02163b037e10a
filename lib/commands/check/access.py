"""Who can reach the app, and who comes in."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from lib.commands.check.finding import Finding, error, ok, warning
from lib.config import Settings
from lib.i18n.translation import lazy, listed

WIDEST_PREFIX = 8
"""A network of trusted proxies with fewer bits in common is most of the Internet."""
MOST_SIGNING_PROXIES = 256
"""Addresses from which a header signs people in."""


def findings(settings: Settings, address: str) -> Iterator[Finding]:
    """Check who comes in through a server that listens on `address`; an empty one is every address."""
    yield from _metrics(settings)
    if not settings.has_sign_in:
        yield _without_sign_in(settings, address)
        return
    yield ok("sign_in", lazy("People sign in: {ways}.", ways=listed(settings.sign_in.ways)))
    yield from _strangers(settings)
    yield from _hosts(settings)
    yield from _proxies(settings)


def _metrics(settings: Settings) -> Iterator[Finding]:
    if settings.metrics_token and not settings.metrics_token.is_secret:
        yield warning(
            "metrics",
            lazy("CHAT_METRICS_TOKEN is short enough to be guessed."),
            lazy("Use 16 characters or more, as `openssl rand -hex 16` makes them."),
        )


def _without_sign_in(settings: Settings, address: str) -> Finding:
    fix = lazy("Set CHAT_SIGN_IN to guest, password, oidc or header, or use the address 127.0.0.1.")
    if not is_loopback(address):
        told = lazy(
            "CHAT_SIGN_IN is off, and the app listens on {address}: it does not start.", address=address
        )
        if not address:
            told = lazy("CHAT_SIGN_IN is off, and the app listens on every address: it does not start.")
        return error("sign_in", told, fix)
    if settings.allowed_hosts:
        return error(
            "sign_in",
            lazy(
                "CHAT_SIGN_IN is off, and CHAT_ALLOWED_HOSTS names {host}: whoever reaches that name has "
                "the chats of the one person here.",
                host=settings.allowed_hosts[0],
            ),
            lazy("Set CHAT_SIGN_IN to guest, password, oidc or header, or leave CHAT_ALLOWED_HOSTS empty."),
        )
    return ok("sign_in", lazy("Nobody signs in: the app is for this machine only."))


def _strangers(settings: Settings) -> Iterator[Finding]:
    """Check whether somebody may come in whom nobody knows."""
    sign_in = settings.sign_in
    if "guest" in sign_in.ways and not sign_in.passphrase:
        yield warning(
            "guests",
            lazy("Everybody who reaches the app comes in as a guest, and spends its key."),
            lazy("Name a file with a passphrase in CHAT_PASSPHRASE_FILE, unless you trust the network."),
        )
    if (oidc := sign_in.oidc) is None:
        return
    if not (oidc.domains or oidc.groups or oidc.gives_roles):
        yield warning(
            "oidc",
            lazy("Everybody whom {issuer} knows comes in.", issuer=oidc.issuer),
            lazy("Set CHAT_OIDC_DOMAINS or CHAT_OIDC_GROUPS, unless it knows only your people."),
        )
    if urlsplit(oidc.issuer).scheme != "https" and not is_loopback(urlsplit(oidc.issuer).hostname or ""):
        yield warning(
            "oidc_http",
            lazy("CHAT_OIDC_ISSUER is plain http: whoever is on the way can sign in as anybody."),
            lazy("Use an address that begins with https://."),
        )


def _hosts(settings: Settings) -> Iterator[Finding]:
    if not settings.allowed_hosts:
        yield warning(
            "hosts",
            lazy("CHAT_ALLOWED_HOSTS is empty: browsers on other machines are refused."),
            lazy("Set it to the name under which people open the app, such as chat.example.com."),
        )
    elif every := {"0.0.0.0", "::"}.intersection(settings.allowed_hosts):  # noqa: S104 - that is what is wrong
        yield error(
            "hosts",
            lazy("CHAT_ALLOWED_HOSTS has {host}, which is no name that a browser sends.", host=every.pop()),
            lazy("Set it to the name under which people open the app, such as chat.example.com."),
        )
    else:
        yield ok("hosts", lazy("Browsers reach it as {hosts}.", hosts=listed(settings.allowed_hosts)))


def _proxies(settings: Settings) -> Iterator[Finding]:
    networks = [ipaddress.ip_network(each) for each in settings.trusted_proxies]
    for network in networks:
        if network.prefixlen < WIDEST_PREFIX:
            yield error(
                "proxies",
                lazy(
                    "CHAT_TRUSTED_PROXIES has {network}: nearly everybody may say who they are.",
                    network=network,
                ),
                lazy("Name the addresses of your proxies only."),
            )
        elif "header" in settings.sign_in.ways and network.num_addresses > MOST_SIGNING_PROXIES:
            yield warning(
                "proxies",
                lazy(
                    "CHAT_TRUSTED_PROXIES has {network}: each of {count} addresses may sign in as anybody.",
                    network=network,
                    count=network.num_addresses,
                ),
                lazy("Name the addresses of your proxies only."),
            )
    if networks:
        yield ok("proxies", lazy("Trusted proxies: {networks}.", networks=listed(settings.trusted_proxies)))
    elif settings.allowed_hosts:
        yield warning(
            "proxies",
            lazy(
                "No proxy is trusted: behind one that speaks https no page opens, and without one all that "
                "people send, passwords too, can be read on the way."
            ),
            lazy("Put a proxy with a certificate in front, and set CHAT_TRUSTED_PROXIES to its address."),
        )


def is_loopback(host: str) -> bool:
    """Whether a host or an address is this machine for itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
