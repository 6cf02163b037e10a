"""Finds what should not leave the house, and masks it: e-mail addresses, keys, internal host names.

It looks at everything in a recording that is words: prompts, answers, reasoning, system prompts, documents,
titles, errors, parameters, headers. A tape's pieces are read as the text that they are together.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum, StrEnum
from ipaddress import ip_address
from typing import Any, TypeVar

from lib.chat.recordings import Recording
from lib.chat.tape import Content, Event, Reasoning, Refusal, ToolCall

SHORTEST_KNOWN = 8
"""Characters of a configured key that is looked for: a shorter one (`EMPTY`) is a word."""
SHORTEST_RANDOM = 16
"""Characters of letters and digits mixed that look like a key."""
LONGEST_LOCAL = 64
"""Characters before the @ of an e-mail address (RFC 5321)."""

PIECES = (Content, Reasoning, Refusal)
"""Events that hold a piece of a text."""

V = TypeVar("V")


class Kind(StrEnum):
    """What was found."""

    EMAIL = "e-mail address"
    KEY = "key"
    HOST = "internal host"


@dataclass(frozen=True, slots=True)
class Finding:
    """A text that should perhaps not leave, and how often it occurs."""

    kind: Kind
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Span:
    """Where a finding stands in a text."""

    start: int
    end: int
    kind: Kind


def find(recording: Recording, keys: Iterable[str] = ()) -> list[Finding]:
    """All findings, by kind and by how often they occur; `keys` are keys whose text is known.

    A text that stands in several places, as the prompt in every cell, is counted once.
    """
    known, counted, seen = _known(keys), Counter[tuple[Kind, str]](), set[str]()

    def count(text: str, *, is_id: bool) -> list[Span]:
        if text not in seen:
            seen.add(text)
            found = spans(text, known, is_id=is_id)
            counted.update((span.kind, text[span.start : span.end]) for span in found)
        return []

    _Masking(count, {}).recording(recording)
    found = [Finding(kind, text, times) for (kind, text), times in counted.items()]
    kinds = list(Kind)
    return sorted(found, key=lambda each: (kinds.index(each.kind), -each.count))


def masks(findings: Iterable[Finding]) -> dict[str, str]:
    """What stands in place of each text: its kind and a number, so that the same stays the same."""
    numbers, named = Counter[Kind](), dict[str, str]()
    for finding in findings:
        if finding.text not in named:
            numbers[finding.kind] += 1
            named[finding.text] = f"[{finding.kind} {numbers[finding.kind]}]"
    return named


def masked(recording: Recording, texts: Mapping[str, str], keys: Iterable[str] = ()) -> Recording:
    """The recording with a mask in place of each of these texts; times and figures stay as they are."""
    known = _known(keys)

    def chosen(text: str, *, is_id: bool) -> list[Span]:
        found = spans(text, known, is_id=is_id) if texts else []
        return [span for span in found if text[span.start : span.end] in texts]

    return _Masking(chosen, texts).recording(recording)


def masked_text(text: str, texts: Mapping[str, str], keys: Iterable[str] = ()) -> str:
    """A text of its own with the same masks."""
    known, shown, at = _known(keys), list[str](), 0
    for span in spans(text, known):
        if text[span.start : span.end] in texts:
            shown += [text[at : span.start], texts[text[span.start : span.end]]]
            at = span.end
    return "".join([*shown, text[at:]])


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


def _known(keys: Iterable[str]) -> list[str]:
    return [key for key in keys if len(key) >= SHORTEST_KNOWN]


_OWN_IDS = frozenset(("id", "parent_id", "leaf_id", "comparison_id", "deck_run_id", "data", "media_type"))
"""Fields that hold ids of this app, bytes, or words of a standard."""
_OTHER_IDS = frozenset(("response_id", "request_id", "system_fingerprint", "headers"))
"""Fields that hold ids of others."""


class _Masking:
    """One walk through a recording. `choose` gives the spans of a text that are to be masked."""

    def __init__(self, choose: Callable[..., list[Span]], texts: Mapping[str, str]) -> None:
        self._choose = choose
        self._texts = texts

    def recording(self, recording: Recording) -> Recording:
        return replace(
            recording,
            title=self._text(recording.title),
            comparisons=self._value(recording.comparisons),
            tapes={reply_id: self._tape(events) for reply_id, events in recording.tapes.items()},
            prices={
                self._text(model): replace(price, source=self._text(price.source))
                for model, price in recording.prices.items()
            },
        )

    def _text(self, text: str, *, is_id: bool = False) -> str:
        return "".join(self._pieces([text], is_id=is_id))

    def _pieces(self, pieces: Sequence[str], *, is_id: bool = False) -> list[str]:
        """The pieces of one text; a mask stands in the piece in which its text begins."""
        joined = "".join(pieces)
        found = self._choose(joined, is_id=is_id)
        if not found:
            return list(pieces)
        remaining = iter([*found, None])
        span = next(remaining)
        shown, at = [], 0
        for piece in pieces:
            end, kept = at + len(piece), []
            while span and span.start < end:
                if span.start >= at:
                    kept += [joined[at : span.start], self._texts[joined[span.start : span.end]]]
                at = min(span.end, end)
                if span.end > end:
                    break
                span = next(remaining)
            shown.append("".join([*kept, joined[at:end]]))
            at = end
        return shown

    def _value(self, value: V, name: str = "") -> V:
        """The value with all texts in it masked."""
        return self._any(value, name)  # type: ignore[no-any-return]

    def _any(self, value: Any, name: str) -> Any:
        if name in _OWN_IDS or isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return self._text(value, is_id=name in _OTHER_IDS)
        if is_dataclass(value) and not isinstance(value, type):
            given = {field.name: getattr(value, field.name) for field in fields(value)}
            return replace(value, **{each: self._any(own, each) for each, own in given.items()})
        if isinstance(value, Mapping):
            inside = name if name == "headers" else ""
            return {
                key if name == "messages" else self._any(key, ""): self._any(own, inside)
                for key, own in value.items()
            }
        if isinstance(value, list | tuple):
            return type(value)(self._any(each, name) for each in value)
        return value

    def _tape(self, events: Sequence[Event]) -> list[Event]:
        masked = [event if _stream(event) else self._value(event) for event in events]
        streams: dict[object, list[int]] = {}
        for at, event in enumerate(events):
            if stream := _stream(event):
                streams.setdefault(stream, []).append(at)
        for places in streams.values():
            pieces = self._pieces([_piece(events[at]) for at in places])
            for at, text in zip(places, pieces, strict=True):
                masked[at] = self._with_piece(events[at], text)
        return masked

    def _with_piece(self, event: Event, text: str) -> Event:
        if isinstance(event, ToolCall):
            return replace(event, name=self._text(event.name) if event.name else event.name, arguments=text)
        return replace(event, text=text) if isinstance(event, PIECES) else event


def _stream(event: Event) -> object:
    """What the pieces of one text have in common; `None` for an event that is no piece."""
    if isinstance(event, ToolCall):
        return ToolCall, event.index
    return type(event) if isinstance(event, PIECES) else None


def _piece(event: Event) -> str:
    if isinstance(event, ToolCall):
        return event.arguments
    return event.text if isinstance(event, PIECES) else ""
