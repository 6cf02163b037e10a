"""A recording: tapes kept for replay, with everything needed to show them, in one JSON file.

The file is self-contained: it needs no key, no gateway and no network. `VERSION` grows when a reader of the
old format could misread the new one. Its conversations have the format of `lib.domain.conversation.exports`,
its tapes the rows of `lib.domain.reply.tape`. A file may come from anybody: reading it either returns a
playable recording, or raises a `FormatError`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.votes import Tally
from lib.domain.conversation import exports
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.exports import Load
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Prices
from lib.domain.reply import tape
from lib.domain.reply.tape import CLOSING, LETTERS, Audio, Event, Image, Interrupted
from lib.domain.text.validation import FormatError, validated
from lib.i18n.translation import lazy, mark

FORMAT, VERSION = "synstar-recording", 1
MOST_CELLS_KEPT = 32
"""Of one comparison in a file: as many as a page can show at once."""
LONGEST_MS = 86_400_000.0
"""One day: no reply takes longer."""
Tapes = Mapping[str, Sequence[Event]]
"""Whole tapes by the id of their reply."""


class RecordingKind(StrEnum):
    """What was recorded."""

    REPLY = "reply"
    COMPARISON = "comparison"
    DECK = "deck"


KINDS = {
    RecordingKind.REPLY: mark("Reply"),
    RecordingKind.COMPARISON: mark("Comparison"),
    RecordingKind.DECK: mark("Prompt set"),
}
"""Names for people, marked for translation."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Comparisons as of the recording. A single reply is a comparison with one cell, a deck run has one
    comparison for each prompt."""

    id: str
    title: str
    kind: RecordingKind
    recorded_at: datetime
    """When the last of its replies began."""
    comparisons: Sequence[Comparison]
    tapes: Tapes = field(default_factory=dict)
    prices: Prices = field(default_factory=dict)
    """The prices at that time, by model."""
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    """The votes, by comparison id."""

    @property
    def cells(self) -> list[Conversation]:
        return [cell for comparison in self.comparisons for cell in comparison.cells]


def answers(recording: Recording) -> Iterator[Message]:
    """All messages with a reply."""
    for cell in recording.cells:
        yield from (message for message in cell.messages.values() if message.reply)


def models(recording: Recording) -> list[str]:
    """The models that answer in it, each once, in the order of the cells."""
    return list(dict.fromkeys(cell.model for cell in recording.cells if cell.model))


def _with_file(event: Event, checked: Callable[[Attachment], Attachment]) -> Event:
    match event:
        case Image(image=image):
            return replace(event, image=checked(image))
        case Audio(audio=audio):
            return replace(event, audio=checked(audio))
    return event


def with_files(recording: Recording, checked: Callable[[Attachment], Attachment]) -> Recording:
    """The recording with each picture and sound, in messages and on tapes, replaced by `checked` of it."""

    def of(attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
        return tuple(one if one.kind is AttachmentKind.DOCUMENT else checked(one) for one in attachments)

    for cell in recording.cells:
        for id_, message in cell.messages.items():
            reply = message.reply and replace(
                message.reply, images=of(message.reply.images), audio=of(message.reply.audio)
            )
            cell.messages[id_] = replace(message, attachments=of(message.attachments), reply=reply)
    tapes = {id_: [_with_file(event, checked) for event in events] for id_, events in recording.tapes.items()}
    return replace(recording, tapes=tapes)


def to_json(recording: Recording, load: Load = lambda attachment: attachment.data) -> dict[str, Any]:
    """The recording as plain JSON values; `load` returns the bytes of its images."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "id": recording.id,
        "title": recording.title,
        "kind": recording.kind.value,
        "recorded_at": recording.recorded_at.astimezone(UTC).isoformat(),
        "comparisons": [
            {"id": one.id, "title": one.title, "created_at": one.created_at.astimezone(UTC).isoformat()}
            for one in recording.comparisons
        ],
        "conversations": exports.to_json(recording.cells, load)["conversations"],
        "tapes": {
            reply_id: [tape.to_json(event) for event in events]
            for reply_id, events in recording.tapes.items()
        },
        "prices": {model: asdict(price) for model, price in recording.prices.items()},
        "votes": {comparison_id: asdict(tally) for comparison_id, tally in recording.tallies.items()},
    }


@dataclass(frozen=True, slots=True)
class _Heading:
    """A comparison as its file holds it; its conversations refer to it."""

    id: str
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _File:
    """The fields of a file, before related ones are combined."""

    id: str
    title: str
    kind: RecordingKind
    recorded_at: datetime
    comparisons: tuple[_Heading, ...]
    conversations: list[Any]
    tapes: Mapping[str, list[Any]]
    prices: Prices = field(default_factory=dict)
    votes: Mapping[str, Tally] = field(default_factory=dict)


def from_json(data: Any) -> Recording:
    """The recording that `to_json` wrote. Raises `FormatError`."""
    given = validated(dict, data)
    if given.get("format") != FORMAT:
        raise FormatError("", lazy("is not a recording of SynStar Chat"))
    if validated(int, given.get("version"), "version") != VERSION:
        raise FormatError("version", lazy("must be {version}", version=VERSION))
    file = validated(_File, given)
    exports.claim(file.id, set(), "")
    cells = exports.from_json({"version": exports.VERSION, "conversations": file.conversations})
    made = {each.id: each for cell in cells for each in _files(cell)}
    recording = Recording(
        id=file.id,
        title=file.title,
        kind=file.kind,
        recorded_at=file.recorded_at,
        comparisons=_comparisons(file.comparisons, cells),
        tapes={id_: _tape(rows, made, f"tapes.{id_}") for id_, rows in file.tapes.items()},
        prices=file.prices,
        tallies=file.votes,
    )
    return _checked(recording)


def _checked(recording: Recording) -> Recording:
    """The recording, if each comparison has cells, each cell an answer, and each answer its tape."""
    if not recording.comparisons:
        raise FormatError("comparisons", lazy("must hold at least one"))
    for position, comparison in enumerate(recording.comparisons):
        if not 0 < len(comparison.cells) <= MOST_CELLS_KEPT:
            raise FormatError(
                f"comparisons[{position}]",
                lazy("must have 1 to {most} conversations", most=MOST_CELLS_KEPT),
            )
        for cell in comparison.cells:
            if not any(message.reply for message in cell.path()):
                raise FormatError(
                    f"comparisons[{position}]", lazy("has a conversation {id} without an answer", id=cell.id)
                )
    for message in answers(recording):
        if message.id not in recording.tapes:
            raise FormatError(f"tapes.{message.id}", lazy("is missing"))
    for id_, tally in recording.tallies.items():
        for name, counts in asdict(tally).items():
            if min(counts.values(), default=0) < 0:
                raise FormatError(f"votes.{id_}.{name}", lazy("must not be negative"))
    return recording


def _comparisons(headings: Sequence[_Heading], cells: Sequence[Conversation]) -> list[Comparison]:
    members: dict[str | None, list[Conversation]] = {}
    for cell in sorted(cells, key=lambda cell: cell.position):
        members.setdefault(cell.comparison_id, []).append(cell)
    taken = set[str]()
    for position, one in enumerate(headings):
        exports.claim(one.id, taken, f"comparisons[{position}]")
    return [
        Comparison(one.id, one.title, one.created_at, members.get(one.id, []), position=position)
        for position, one in enumerate(headings)
    ]


def _files(cell: Conversation) -> Iterator[Attachment]:
    for message in cell.messages.values():
        yield from message.reply.made if message.reply else ()


def _tape(rows: Sequence[Any], made: Mapping[str, Attachment], where: str) -> list[Event]:
    """A tape of events in the order of their times; the bytes of files come from the conversations."""
    events: list[Event] = []
    for index, row in enumerate(rows):
        at = f"{where}[{index}]"
        event = _with_file(_event(row, at), lambda file: made.get(file.id, file))
        if not 0 <= event.at_ms <= LONGEST_MS:
            raise FormatError(at, lazy("must not be before its request, or more than a day after it"))
        if events and (isinstance(events[-1], CLOSING) or event.at_ms < events[-1].at_ms):
            raise FormatError(at, lazy("must not come before, or after the end of, the one above"))
        events.append(event)
    if not events or not isinstance(events[-1], CLOSING):
        events.append(Interrupted(events[-1].at_ms if events else 0.0))
    return events


def _event(row: Any, where: str) -> Event:
    letter, *values = validated(list, row, where) or [None]
    kind = LETTERS.get(letter) if isinstance(letter, str) else None
    if kind is None:
        raise FormatError(where, lazy("is an event of an unknown kind"))
    named = zip(fields(kind), values, strict=False)
    return validated(kind, {field.name: value for field, value in named}, where)
