"""Keeps a connection's key out of everything that a gateway sends back, in whatever form it is repeated."""

from collections.abc import Iterable
from dataclasses import replace

from lib.domain.models.connection import Connection
from lib.domain.models.diagnosis import Text
from lib.domain.reply.errors import ChatError
from lib.domain.reply.tape import (
    Cited,
    Content,
    Event,
    Failed,
    Finished,
    Noted,
    Reasoning,
    Refusal,
    Served,
    ToolCall,
)
from lib.domain.text.secrets import SHORTEST_PART, KnownKey, without_word
from lib.domain.text.sentences import Sentence
from lib.i18n.translation import Lazy


class KeyMask:
    """Masks one connection's key in the events of one answer, or in a text."""

    def __init__(self, connection: Connection) -> None:
        key = connection.api_key.reveal() if connection.api_key else ""
        is_secret = connection.api_key is not None and connection.api_key.is_secret
        self._key = KnownKey(key) if is_secret else None
        self._word = "" if is_secret else key
        self._before: dict[str, str] = {}

    def text(self, text: str) -> str:
        """The text without the key and its longer parts."""
        return self._key.masked(text) if self._key else text

    def words(self, text: str) -> str:
        """Like `text`, for what a server says about itself: there a key that is a word (`ollama`) is masked
        too if it stands alone. A model, an address or an answer may legitimately contain such a word."""
        return without_word(text, self._word) if self._word else self.text(text)

    def said(self, said: Text) -> Text:
        """Like `words`, for a text of ours, which may repeat what a server said."""
        match said:
            case str():
                return self.words(said)
            case Sentence() | Lazy():
                return said.with_texts(self.words)
        return said

    def optional(self, text: str | None) -> str | None:
        """Like `text`, for a value that may be missing."""
        return None if text is None else self.text(text)

    def error(self, error: ChatError) -> ChatError:
        """The error without the key in any field."""
        return replace(
            error,
            message=self.words(error.message),
            cause=error.cause.with_texts(self.words) if error.cause else None,
            code=self.optional(error.code),
            request_id=self.optional(error.request_id),
        )

    def events(self, events: Iterable[Event]) -> list[Event]:
        """The events of an answer, in order, without the key in any of them."""
        return [self._event(event) for event in events] if self._key or self._word else list(events)

    def _event(self, event: Event) -> Event:
        match event:
            case Content(text=text) | Reasoning(text=text) | Refusal(text=text):
                masked = self._piece(type(event).__name__, text)
                return event if masked == text else replace(event, text=masked)
            case ToolCall():
                id_, name = self.optional(event.id), self.optional(event.name)
                arguments = self._piece(str(event.index), event.arguments)
                return replace(event, id=id_, name=name, arguments=arguments)
            case Served():
                return self._served(event)
            case Finished(reason=reason):
                return replace(event, reason=self.text(reason))
            case Noted(text=Sentence() as said):
                return replace(event, text=said.with_texts(self.text))
            case Cited(citations=citations):
                told = (replace(c, url=self.text(c.url), title=self.text(c.title)) for c in citations)
                return replace(event, citations=tuple(told))
            case Failed(error=error):
                return replace(event, error=self.error(error))
            case _:
                return event

    def _served(self, event: Served) -> Served:
        return replace(
            event,
            model=self.optional(event.model),
            id=self.optional(event.id),
            system_fingerprint=self.optional(event.system_fingerprint),
            request_id=self.optional(event.request_id),
            headers={name: self.text(value) for name, value in event.headers.items()},
        )

    def _piece(self, stream: str, text: str) -> str:
        """A piece of a stream. The key may be split over several pieces: less than a part of it passes."""
        if not self._key:
            return text
        before = self._before.get(stream, "")
        self._before[stream] = (before + text)[1 - SHORTEST_PART :]
        return self._key.masked(before + text, len(before))
