"""Finds what should stay private in a text: e-mail addresses, keys, internal host names.

It goes by patterns, so it is a guess, which errs on the side of masking. Time is linear in the text's length.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import ip_address

from lib.domain.text import secrets
from lib.domain.text.secrets import KnownKey

LONGEST_LOCAL = 64
"""Characters before the @ of an e-mail address (RFC 5321)."""


class FindingKind(StrEnum):
    """What was found."""

    EMAIL = "email"
    KEY = "key"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a finding stands in a text."""

    start: int
    end: int
    kind: FindingKind


def spans(text: str, keys: Collection[str] = (), *, is_id: bool = False) -> list[Span]:
    """Return the findings in a text, in order, without overlaps. An id may look random but is no key."""
    found: list[Span] = []
    for span in sorted(_candidates(text, keys, is_id), key=lambda span: (span.start, -span.end)):
        if found and span.start < found[-1].end:
            if span.end > found[-1].end:
                found[-1] = replace(found[-1], end=span.end)
        else:
            found.append(span)
    return found


def _candidates(text: str, keys: Collection[str], is_id: bool) -> Iterator[Span]:
    for key in keys:
        yield from (Span(start, end, FindingKind.KEY) for start, end in KnownKey(key).spans(text))
    words = _PICTURE.sub(lambda picture: " " * len(picture[0]), text)  # an image's bytes look random
    yield from _emails(words)
    yield from (Span(start, end, FindingKind.KEY) for start, end in secrets.find(words, is_id=is_id))
    yield from _hosts(words)


_PICTURE = re.compile(r"data:image/[a-z]+;base64,[A-Za-z0-9+/=]+")
_DOMAIN = re.compile(r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,8}[A-Za-z]{2,24})(?![A-Za-z0-9-])")
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\\-]+\Z")
_LOCAL_START = re.compile(r"[^A-Za-z0-9]+")


def _emails(text: str) -> Iterator[Span]:
    for domain in _DOMAIN.finditer(text):
        before = text[max(0, domain.start() - LONGEST_LOCAL) : domain.start()]
        if local := _LOCAL.search(before):
            name = local[0]
            lead = _LOCAL_START.match(name)  # quotes and emphasis around an address do not belong to it
            length = len(name) - (lead.end() if lead else 0)
            if length:
                yield Span(domain.start() - length, domain.end(), FindingKind.EMAIL)


_HOST = re.compile(
    r"(?<![A-Za-z0-9._-])[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9])){1,252}(?![A-Za-z0-9_-])"
)
_URL = re.compile(
    r"[a-z][a-z0-9+]{1,15}://(?:[^/\s@]{1,200}@)?([a-z0-9_-]{1,63})(?!\.?[a-z0-9_-]|[^/\s@]{0,200}@)", re.I
)
_ADDRESS = re.compile(
    r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)"
    r"|(?<![\w:])(?:(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):[0-9a-f:]{1,35}|::1)(?![\w:])",
    re.I,
)
_INTERNAL = (".local", ".localdomain", ".internal", ".intranet", ".corp", ".lan", ".home.arpa")


def _hosts(text: str) -> Iterator[Span]:
    for host in _HOST.finditer(text):
        name = host[0].lower()
        is_called = text.startswith("(", host.end())  # `threading.local()` is code
        if name == "localhost" or (name.endswith(_INTERNAL) and not is_called):
            yield Span(host.start(), host.end(), FindingKind.HOST)
    for url in _URL.finditer(text):
        yield Span(url.start(1), url.end(1), FindingKind.HOST)
    for address in _ADDRESS.finditer(text):
        if _is_private(address[0]):
            yield Span(address.start(), address.end(), FindingKind.HOST)


def _is_private(name: str) -> bool:
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified
