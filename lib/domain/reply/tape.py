"""A reply is a tape: an append-only list of timed events.

Everything shown of a reply is derived from its tape. `at_ms` is the time in ms since the reply's first
request was sent. An event is stored as a short JSON list, `[letter, at_ms, ...fields]`, so that a journal of
thousands of small events stays small.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lib.domain.conversation import attachments
from lib.domain.conversation.attachments import Attachment
from lib.domain.reply.citations import Citation
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.usage import Source, Usage
from lib.domain.text import sentences
from lib.domain.text.sentences import Said


@dataclass(frozen=True, slots=True)
class Sent:
    """A request was sent. A tape holds several if the request was retried."""

    at_ms: float
    request: Mapping[str, Any]
    """The JSON body without `messages`: those are in the conversation, up to the reply's parent."""
    system_prompt: str = ""
    """As of this request; the conversation's may change later."""
    base_url: str = ""
    """The gateway's base URL; empty on tapes that do not tell."""


@dataclass(frozen=True, slots=True)
class Retried:
    """The request is about to be retried, for the reason in one sentence."""

    at_ms: float
    reason: Said


@dataclass(frozen=True, slots=True)
class Noted:
    """Something in the request was changed or left out before it was sent, in one sentence."""

    at_ms: float
    text: Said


@dataclass(frozen=True, slots=True)
class Served:
    """The answer began, or its id or model changed."""

    at_ms: float
    model: str | None = None
    id: str | None = None
    system_fingerprint: str | None = None
    status: int | None = None
    request_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A piece of the model's thinking."""

    at_ms: float
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """A piece of the visible answer."""

    at_ms: float
    text: str


@dataclass(frozen=True, slots=True)
class ContentWasReasoning:
    """The content so far was the model's thinking: only the end of it was marked (`</think>`)."""

    at_ms: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A piece of a structured refusal (`delta.refusal`)."""

    at_ms: float
    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image that the model drew; its `text` is the model's revised prompt or its name for the image."""

    at_ms: float
    image: Attachment


@dataclass(frozen=True, slots=True)
class Audio:
    """The model's speech; its words are content."""

    at_ms: float
    audio: Attachment


@dataclass(frozen=True, slots=True)
class Cited:
    """New sources of the answer."""

    at_ms: float
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A piece of a tool call: pieces with the same `index` belong together; their `arguments` are joined."""

    at_ms: float
    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class UsageReported:
    """The gateway reported the usage; the last report on a tape counts."""

    at_ms: float
    usage: Usage


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer ended well, for the model's reason: `stop`, `length`, `tool_calls`, `content_filter` or the
    server's own word. It is the last event, although servers send the reason before the usage."""

    at_ms: float
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The reply ended with an error; earlier events stay valid."""

    at_ms: float
    error: ChatError


@dataclass(frozen=True, slots=True)
class Stopped:
    """A person stopped the reply."""

    at_ms: float


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The process that ran the reply ended."""

    at_ms: float


Event = (
    Sent
    | Retried
    | Noted
    | Served
    | Reasoning
    | Content
    | ContentWasReasoning
    | Refusal
    | Image
    | Audio
    | Cited
    | ToolCall
    | UsageReported
    | Finished
    | Failed
    | Stopped
    | Interrupted
)

CLOSING = (Finished, Failed, Stopped, Interrupted)
"""A tape ends with exactly one of these."""

# Part of every stored tape: a letter is never reused for another event.
LETTERS: dict[str, type[Event]] = {
    "s": Sent,
    "a": Retried,
    "o": Noted,
    "v": Served,
    "r": Reasoning,
    "c": Content,
    "w": ContentWasReasoning,
    "n": Refusal,
    "m": Image,
    "d": Audio,
    "q": Cited,
    "t": ToolCall,
    "u": UsageReported,
    "f": Finished,
    "e": Failed,
    "x": Stopped,
    "i": Interrupted,
}
_LETTER_OF = {event: letter for letter, event in LETTERS.items()}


def milliseconds(seconds: float) -> float:
    """Seconds in ms, rounded to a tenth: figures are the same before and after a tape is stored."""
    return round(seconds * 1000, 1)


def to_json(event: Event) -> list[Any]:
    """The event as a JSON list, ready for a journal or an export."""
    letter, at_ms = _LETTER_OF[type(event)], round(event.at_ms, 1)
    match event:
        case Reasoning(text=text) | Content(text=text) | Refusal(text=text):
            return [letter, at_ms, text]
        case UsageReported(usage=usage):
            return [letter, at_ms, asdict(usage)]
        case Image(image=made) | Audio(audio=made):
            return [letter, at_ms, attachments.to_json(made)]
        case Failed(error=error):
            return [letter, at_ms, asdict(error)]
        case _:
            fields = asdict(event)
            del fields["at_ms"]
            return [letter, at_ms, *fields.values()]


def from_json(row: Sequence[Any]) -> Event:
    """Parse the event that `to_json` wrote. Raises `ValueError` for a letter that this version does not know.

    Without pydantic, which takes nearly three times as long: a page may read ten thousand rows, all our own.
    """
    letter, at_ms, *values = row
    if letter not in LETTERS:
        raise ValueError(f"The tape holds an event of an unknown kind: {letter!r}.")
    if letter == "u":
        return UsageReported(at_ms, _usage(values[0]))
    if letter == "m":
        return Image(at_ms, attachments.from_json(values[0]))
    if letter == "d":
        return Audio(at_ms, attachments.from_json(values[0]))
    if letter == "q":
        return Cited(at_ms, tuple(Citation(**fields) for fields in values[0]))
    if letter == "a":
        return Retried(at_ms, sentences.read(values[0]))
    if letter == "o":
        return Noted(at_ms, sentences.read(values[0]))
    if letter == "e":
        return Failed(at_ms, _error(values[0]))
    return LETTERS[letter](at_ms, *values)


def _usage(fields: Mapping[str, Any]) -> Usage:
    """The usage that `asdict` wrote."""
    return Usage(**{**fields, "source": Source(fields["source"])})


def _error(fields: Mapping[str, Any]) -> ChatError:
    """The error that `asdict` wrote."""
    ours = {name: sentences.read(fields[name]) for name in ("cause", "advice") if fields.get(name)}
    # Tapes until version 0.1 hold a `hint` in words: the category says it as well.
    kept = {name: value for name, value in fields.items() if name != "hint"}
    return ChatError(**{**kept, **ours, "category": Category(fields["category"])})


def text_of(events: Iterable[Event]) -> str:
    """The visible text of these events, joined."""
    texts: list[str] = []
    for event in events:
        if isinstance(event, ContentWasReasoning):
            texts.clear()
        elif isinstance(event, Content):
            texts.append(event.text)
    return "".join(texts)
