"""Finds in a text what should not leave the house: e-mail addresses, keys, internal host names.

By pattern, so it is a guess that errs on the side of masking. It takes time in proportion to the text.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import ip_address

SHORTEST_RANDOM = 16
"""Characters of letters and digits mixed that look like a key."""
LONGEST_LOCAL = 64
"""Characters before the @ of an e-mail address (RFC 5321)."""


class Kind(StrEnum):
    """What was found."""

    EMAIL = "e-mail address"
    KEY = "key"
    HOST = "internal host"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a finding stands in a text."""

    start: int
    end: int
    kind: Kind


def spans(text: str, keys: Collection[str] = (), *, is_id: bool = False) -> list[Span]:
    """The findings in a text, in order; none overlaps another. An id may look random: it is no key."""
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
        at = text.find(key)
        while at >= 0:
            yield Span(at, at + len(key), Kind.KEY)
            at = text.find(key, at + len(key))
    words = _PICTURE.sub(lambda picture: " " * len(picture[0]), text)  # bytes of a picture look random
    yield from _emails(words)
    yield from _keys(words, is_id)
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
            lead = _LOCAL_START.match(name)  # quotes and emphasis around an address are no part of it
            length = len(name) - (lead.end() if lead else 0)
            if length:
                yield Span(domain.start() - length, domain.end(), Kind.EMAIL)


_MARKED_KEY = re.compile(
    r"""(?<![A-Za-z0-9])(?:sk|pk|rk)-[A-Za-z0-9_-]{8,}
    | (?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|hf_|AKIA|AIza)[A-Za-z0-9_-]{10,}
    | (?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){1,4}
    | \b[Bb]earer[ ]+(?P<bearer>[A-Za-z0-9._~+/-]{8,}=*)
    | ://[^/\s:@]{1,100}:(?P<password>[^/\s@]{1,200})@""",
    re.X,
)
_BLOCK = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+/-]{14,}[A-Za-z0-9=]")
_PART = re.compile(r"[A-Za-z0-9]+")


def _keys(text: str, is_id: bool) -> Iterator[Span]:
    for found in _MARKED_KEY.finditer(text):
        group = found.lastgroup or 0
        yield Span(found.start(group), found.end(group), Kind.KEY)
    for block in _BLOCK.finditer(text):
        end = text.find("-----END", block.end())
        stop = text.find("-----", end + 8) if end >= 0 else -1
        yield Span(block.start(), stop + 5 if stop >= 0 else len(text), Kind.KEY)
        if stop < 0:
            break
    for token in () if is_id else _TOKEN.finditer(text):
        if any(map(_looks_random, _PART.findall(token[0]))):
            yield Span(token.start(), token.end(), Kind.KEY)


def _looks_random(part: str) -> bool:
    """Whether letters and digits are mixed as nobody writes them."""
    digits = sum(character.isdigit() for character in part)
    return len(part) >= SHORTEST_RANDOM and 3 <= digits < len(part)


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
            yield Span(host.start(), host.end(), Kind.HOST)
    for url in _URL.finditer(text):
        yield Span(url.start(1), url.end(1), Kind.HOST)
    for address in _ADDRESS.finditer(text):
        if _is_private(address[0]):
            yield Span(address.start(), address.end(), Kind.HOST)


def _is_private(name: str) -> bool:
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified
