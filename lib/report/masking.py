"""Masks what should stay private in a recording.

It checks all text in a recording: prompts, answers, reasoning, system prompts, documents, titles, errors,
parameters, headers. A tape's pieces are joined before they are searched.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from lib.domain.comparison.recordings import Recording
from lib.domain.reply.tape import Content, Event, Reasoning, Refusal, ToolCall
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.report.findings import FindingKind, Span, spans

MASKS = {
    FindingKind.EMAIL: mark("[e-mail address {}]"),
    FindingKind.KEY: mark("[key {}]"),
    FindingKind.HOST: mark("[internal host {}]"),
}
"""What stands in the place of a finding."""
PIECES = (Content, Reasoning, Refusal)
"""Events that hold a piece of a text."""

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Finding:
    """A text that should perhaps stay private, and how often it occurs."""

    kind: FindingKind
    text: str
    count: int


def find(recording: Recording, keys: Iterable[str] = ()) -> list[Finding]:
    """Return all findings, sorted by kind and frequency; `keys` are keys whose text is known.

    A text that is stored several times, such as the prompt in every cell, is counted once.
    """
    known, counted, seen = list(keys), Counter[tuple[FindingKind, str]](), set[tuple[str, bool]]()

    def count(text: str, *, is_id: bool) -> list[Span]:
        if (text, is_id) not in seen:
            seen.add((text, is_id))
            found = spans(text, known, is_id=is_id)
            counted.update((span.kind, text[span.start : span.end]) for span in found)
        return []

    _Masking(count, {}).recording(recording)
    return _sorted(counted)


def find_in(texts: Iterable[str], keys: Iterable[str] = ()) -> list[Finding]:
    """Return all findings in texts that are no recording, sorted likewise."""
    known = list(keys)
    return _sorted(
        Counter((span.kind, text[span.start : span.end]) for text in texts for span in spans(text, known))
    )


def _sorted(counted: Mapping[tuple[FindingKind, str], int]) -> list[Finding]:
    found = [Finding(kind, text, times) for (kind, text), times in counted.items()]
    kinds = list(FindingKind)
    return sorted(found, key=lambda each: (kinds.index(each.kind), -each.count))


def masks(findings: Iterable[Finding]) -> dict[str, str]:
    """Return a mask for each text: its kind and a number, so that equal texts get equal masks."""
    numbers, named = Counter[FindingKind](), dict[str, str]()
    for finding in findings:
        if finding.text not in named:
            numbers[finding.kind] += 1
            named[finding.text] = _(MASKS[finding.kind]).format(numbers[finding.kind])
    return named


def masked(recording: Recording, texts: Mapping[str, str], keys: Iterable[str] = ()) -> Recording:
    """Return the recording with a mask in place of each of these texts; times and figures are unchanged."""
    known = list(keys)

    def chosen(text: str, *, is_id: bool) -> list[Span]:
        # An id may look as random as a key: only texts found elsewhere are masked in it.
        found = spans(text, [*known, *texts] if is_id else known, is_id=is_id) if texts else []
        return [span for span in found if text[span.start : span.end] in texts]

    return _Masking(chosen, texts).recording(recording)


def masked_text(text: str, texts: Mapping[str, str], keys: Iterable[str] = ()) -> str:
    """Return a text outside the recording with the same masks."""
    known, shown, at = list(keys), list[str](), 0
    for span in spans(text, known):
        if text[span.start : span.end] in texts:
            shown += [text[at : span.start], texts[text[span.start : span.end]]]
            at = span.end
    return "".join([*shown, text[at:]])


_OWN_IDS = frozenset(("id", "parent_id", "leaf_id", "comparison_id", "deck_run_id", "data", "media_type"))
"""Fields with ids of this app, bytes, or standard terms."""
_OTHER_IDS = frozenset(("response_id", "request_id", "system_fingerprint", "headers"))
"""Fields with ids from elsewhere."""


class _Masking:
    """One walk through a recording. `choose` returns the spans of a text to mask."""

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
                self._text(model): replace(
                    price, source=self._text(price.source), group=self._text(price.group)
                )
                for model, price in recording.prices.items()
            },
        )

    def _text(self, text: str, *, is_id: bool = False) -> str:
        return "".join(self._pieces([text], is_id=is_id))

    def _pieces(self, pieces: Sequence[str], *, is_id: bool = False) -> list[str]:
        """Mask the pieces of one text; a mask goes into the piece in which its text begins."""
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
        """Return the value with all its texts masked."""
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
    """Return what the pieces of one text have in common; `None` for an event that is not a piece."""
    if isinstance(event, ToolCall):
        return ToolCall, event.index
    return type(event) if isinstance(event, PIECES) else None


def _piece(event: Event) -> str:
    if isinstance(event, ToolCall):
        return event.arguments
    return event.text if isinstance(event, PIECES) else ""
