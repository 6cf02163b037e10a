"""Probes of the connection to a server: name, TLS, address, key, list of models, clock."""

import asyncio
import difflib
import json
import socket
import ssl
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx2

from lib.domain.models.connection import endpoint, likely_base_urls
from lib.domain.models.diagnosis import Verdict
from lib.domain.models.models import Model, ModelKind
from lib.domain.reply.errors import Category, ChatError, Hint, missing_key
from lib.gateway.catalogue import is_list, models_in
from lib.gateway.errors.body import looks_like_error, read_body
from lib.gateway.errors.translation import translate_response
from lib.gateway.probes.probe import Answer, ProbeContext, ProbeResponse, failed, passed, skipped, unsupported
from lib.i18n import formats
from lib.i18n.translation import lazy, lazy_plural

CONNECT_SECONDS = 10.0
SKEW_SECONDS = 60.0
"""A smaller difference between clocks does no harm."""
EXPIRES_SOON_DAYS = 14
_KEY_TROUBLE = {Category.MISSING_KEY, Category.INVALID_KEY, Category.PERMISSION_DENIED}


async def name_resolution(context: ProbeContext) -> Answer:
    """Whether the host has an address."""
    if proxy := context.proxy:
        return skipped(
            lazy("Requests go through the proxy {proxy}, which looks names up by itself.", proxy=proxy)
        )
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(context.host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        return failed(
            lazy("There is no server named {host}, or no name server answers.", host=context.host),
            lazy("Check the spelling of the base URL and this machine's connection to the network."),
        )
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if addresses == [context.host]:
        return passed(lazy("{host} is an address, no name.", host=context.host))
    if len(addresses) == 1:
        return passed(lazy("{host} is {address}.", host=context.host, address=addresses[0]))
    others = len(addresses) - 1
    return passed(
        lazy("{host} is {address} and {others} more.", host=context.host, address=addresses[0], others=others)
    )


async def tls(context: ProbeContext) -> Answer:
    """Whether the connection is secure, and how long the certificate is valid."""
    parts = urlsplit(context.base_url)
    if parts.scheme != "https":
        if context.connection.is_loopback:
            return skipped(lazy("The address uses plain http: messages stay on this machine."))
        return skipped(lazy("The address uses plain http: messages can be read on the way."))
    if proxy := context.proxy:
        return skipped(lazy("Requests go through the proxy {proxy}.", proxy=proxy))
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(
                context.host, parts.port or 443, ssl=httpx2.create_ssl_context(), server_hostname=context.host
            )
    except ssl.SSLCertVerificationError as error:
        return failed(
            lazy(
                "The certificate of {host} is not trusted here: {verify_message}.",
                host=context.host,
                verify_message=error.verify_message,
            ),
            lazy(
                "If a company's proxy signs connections, name its certificate in SSL_CERT_FILE; "
                "else tell the server's admin."
            ),
        )
    except (OSError, TimeoutError) as error:
        told = error.strerror if isinstance(error, OSError) else None
        reason = told or lazy("no answer in time")
        return failed(
            lazy(
                "No TLS connection to {netloc} could be made: {reason}.", netloc=parts.netloc, reason=reason
            ),
            lazy("Check the port of the base URL, and whether a firewall lets this machine out."),
        )
    secured = writer.get_extra_info("ssl_object")
    version, certificate = secured.version(), secured.getpeercert()
    writer.close()
    return _of_certificate(str(version), (certificate or {}).get("notAfter"))


def _of_certificate(version: str, not_after: object) -> Answer:
    if not isinstance(not_after, str):
        return passed(lazy("{version}.", version=version))
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(not_after), UTC)
    days = (ends - datetime.now(UTC)).days
    told = {"version": version}
    if days < EXPIRES_SOON_DAYS:
        return passed(
            lazy_plural(
                "{version}, the certificate is good for {count} more day. Its admin should renew it.",
                "{version}, the certificate is good for {count} more days. Its admin should renew it.",
                days,
                **told,
            )
        )
    return passed(lazy("{version}, the certificate is good for {days} more days.", days=days, **told))


async def base_url(context: ProbeContext) -> Answer:
    """Whether the API is at this address; if not, the address where it is."""
    response = context.listing = await context.get("/models")
    if _is_api(response):
        return passed(lazy("{base_url} is the address of an API.", base_url=context.base_url))
    error = response.error
    if error and error.category is not Category.WRONG_BASE_URL:
        return failed(error.what, Hint(error))
    for proposed in likely_base_urls(context.base_url):
        if _is_api(await context.get(endpoint(proposed, "/models"))):
            return failed(
                lazy(
                    "{base_url} is not the address of the API, {proposed} is.",
                    base_url=context.base_url,
                    proposed=proposed,
                ),
                lazy("Set KKIAI_BASE_URL={proposed}", proposed=proposed),
            )
    # An empty object costs nothing: if an API's error comes back, there is an API.
    if _is_api(await context.post(b"{}")):
        return passed(
            lazy("{base_url} is the address of an API that lists no models.", base_url=context.base_url)
        )
    return failed(
        lazy(
            "There is no API at {base_url}, nor at the addresses that are usually meant.",
            base_url=context.base_url,
        ),
        lazy("Look up the base URL in the documentation of the server; it often ends with /v1."),
    )


def _is_api(response: ProbeResponse) -> bool:
    """Whether the response is a list of models, or an error in an API's format."""
    if response.status is None or read_body(response.body).is_html:
        return False
    if response.status < 300:
        return _listed(response) is not None or read_body(response.body).is_error
    is_elsewhere = response.error is not None and response.error.category is Category.WRONG_BASE_URL
    return not is_elsewhere and read_body(response.body).is_error


def _listed(response: ProbeResponse) -> list[Model] | None:
    try:
        payload = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return models_in(payload) if is_list(payload) and not looks_like_error(payload) else None


def _error(context: ProbeContext, response: ProbeResponse) -> ChatError:
    """The error in a response that should have been a list."""
    return response.error or translate_response(
        response.status or 200, response.headers, response.body, base_url=context.base_url
    )


async def key(context: ProbeContext) -> Answer:
    """Whether the server accepts the key."""
    if context.connection.needs_key:
        return failed(missing_key().what, Hint(missing_key()))
    response = context.listing
    if response is None:
        return skipped(lazy("The server was not asked."))
    if _listed(response) is not None:
        if context.connection.api_key is None:
            return skipped(lazy("No key is set, and the server lists its models without one."))
        return passed(lazy("The server lists its models for this key."))
    error = _error(context, response)
    if error.category in _KEY_TROUBLE:
        return failed(error.what, Hint(error))
    return skipped(
        lazy("Its list of models does not show whether the key is valid. {message}", message=error.sentence)
    )


async def models(context: ProbeContext) -> Answer:
    """Whether the list of models is readable and contains the model under examination."""
    response = context.listing
    if response is None:
        return skipped(lazy("The server was not asked."))
    found = _listed(response)
    if found is None:
        error = _error(context, response)
        if response.status in (404, 405):
            return unsupported(
                lazy("The server has no list of models."), lazy("Name the model that you want.")
            )
        return failed(error.what, Hint(error))
    if not found:
        return failed(
            lazy("The list of models is empty."), lazy("Ask the gateway's admin which group your key is in.")
        )
    kinds = Counter(model.kind for model in found)
    ids = await context.usable([model.id for model in found])
    if not ids:
        return failed(lazy("None of the server's models is available to you."), lazy("Ask an admin for one."))
    meaning = lazy_plural(
        "{count} model, {chat} for chat.",
        "{count} models, {chat} for chat.",
        len(found),
        chat=kinds[ModelKind.CHAT],
    )
    context.model = context.model or ids[0]
    if context.model in ids:
        return passed(lazy("{meaning} {model} is asked here.", meaning=meaning, model=context.model))
    closest = ", ".join(difflib.get_close_matches(context.model, ids, n=3)) or ids[0]
    missing = lazy("{meaning} {model} is not one of them.", meaning=meaning, model=context.model)
    return Answer(Verdict.PASS, missing, lazy("If it does not answer, try {closest}.", closest=closest))


async def clock(context: ProbeContext) -> Answer:
    """Whether the clocks of this machine and the server agree."""
    for response in (context.chat, context.listing):
        if response and response.received_at and (theirs := _date(response)):
            return _of_skew((response.received_at - theirs).total_seconds())
    return skipped(lazy("The server does not send its time."))


def _date(response: ProbeResponse) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers.get("date", "")).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _of_skew(seconds: float) -> Answer:
    if abs(seconds) <= SKEW_SECONDS:
        return passed(lazy("This machine and the server agree on the time."))
    size = formats.Span(abs(seconds))
    ahead = lazy("This machine's clock is {size} ahead of the server's.", size=size)
    behind = lazy("This machine's clock is {size} behind the server's.", size=size)
    return failed(
        ahead if seconds > 0 else behind,
        lazy("Let the clock be set by NTP; certificates and sign-in depend on it."),
    )
