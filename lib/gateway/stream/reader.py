"""Parses the bytes of a chat completion's answer into events of a tape."""

from typing import Any

from lib.domain.reply.errors import ChatError
from lib.domain.reply.finish_reasons import Ending, ending_of
from lib.domain.reply.tape import Event, Failed, Finished, Served, UsageReported
from lib.domain.reply.usage import Usage
from lib.domain.text.sentences import sentence
from lib.gateway.errors.body import looks_like_error
from lib.gateway.errors.translation import (
    filtered,
    interrupted,
    translate_response,
    translate_stream_error,
)
from lib.gateway.images import RemoteImage
from lib.gateway.limits import ERROR_BYTES, MOST_SERVED, NAME_CHARACTERS, Limits, exceeded
from lib.gateway.stream.chunks import object_in
from lib.gateway.stream.delta import Delta
from lib.gateway.stream.lines import ErrorLine, Line, Lines, Mark, is_chunk
from lib.gateway.stream.sources import citations_in
from lib.gateway.stream.token_counts import completed, usage_of

_USUAL_CHUNK = frozenset(
    ("id", "object", "created", "model", "system_fingerprint", "choices", "usage", "service_tier")
)
_ERRORS = frozenset(("error", "base_resp"))
_USUAL_CHOICE = frozenset(("index", "delta", "message", "logprobs", "finish_reason", "usage"))
"""The fields of nearly all chunks: only chunks with others are searched, since this runs per token."""


MUCH_BYTES = 128 * 1024
"""From this size on, parsing may take several milliseconds."""


MANY_LINES = 2_000
"""The same for many lines, however short."""


class StreamReader:
    """A pure, incremental parser: bytes in, events out; no clock, no I/O, and it never raises.

    The last event is exactly one `Finished` or `Failed`. A finish reason is held back until the stream ends,
    so that the usage, which servers send after it, comes before `Finished`. A stream without a finish reason
    failed, even if it ended with [DONE]: gateways append that to streams that were cut.
    """

    def __init__(self, n: int = 1, *, base_url: str = "", limits: Limits = Limits()) -> None:
        """`n` is the number of requested choices. With one, every index means that one (gateways put Claude's
        block number there); with more, choice 0 is read."""
        self.saw_done = False
        self.closed = False
        self._n = n
        self._base_url = base_url
        self._at_ms = 0.0
        self._limits = limits
        self._lines = Lines(limits)
        self._events: list[Event] = []
        self._delta = Delta(limits)
        self._served: tuple[Any, Any] = (None, None)
        self._times_served = 0
        self._told_usage: Any = None
        self._usage: Usage | None = None
        self._new_usage: Usage | None = None
        """Counts that are not yet in an event."""
        self._finish_reason = ""
        self._pieces = 0
        self._has_deltas = False

    @property
    def remote_images(self) -> list[RemoteImage]:
        """Pictures that were named by URL: the caller fetches them."""
        return self._delta.remote_images

    def feed(self, data: bytes, at_ms: float) -> list[Event]:
        """Parse the events in data received at `at_ms`; none after the stream has closed."""
        if self.closed:
            return []
        self._at_ms = self._delta.at_ms = at_ms
        for line in self._lines.feed(data):
            self._pieces += 1
            if self.closed or self._pieces > self._limits.pieces:
                break
            self._read(line)
        self._stop_at_limits()
        return self._take_events()

    def is_much(self, data: bytes, *, is_end: bool = False) -> bool:
        """Whether this piece completes so much data that parsing it would delay other streams."""
        if self._lines.pending + len(data) > MUCH_BYTES and (is_end or b"\n" in data):
            return True
        return len(data) > MANY_LINES and data.count(b"\n") > MANY_LINES

    def close(self, at_ms: float, error: ChatError | None = None) -> list[Event]:
        """Return the remaining events at the end of the body; `error` is what cut it off, if anything."""
        if self.closed:
            return []
        self._at_ms = self._delta.at_ms = at_ms
        for line in self._lines.close():
            if not self.closed:
                self._read(line)
        if not self.closed and not self._finish_reason and self._lines.unread:
            self._read_unread(self._lines.body())
        self._stop_at_limits()
        if not self.closed:
            self._conclude(error)
        return self._take_events()

    def _stop_at_limits(self) -> None:
        excess = self._lines.excess or self._delta.excess
        if self._pieces > self._limits.pieces:
            excess = sentence("pieces", most=self._limits.pieces)
        if excess and not self.closed:
            has_text = self._delta.saw_answer
            self._fail(exceeded(sentence("kept_before", excess=excess) if has_text else excess))

    def _read(self, line: Line) -> None:
        if line is Mark.DONE:
            self.saw_done = True
            self._conclude(None)
        elif isinstance(line, ErrorLine):
            self._fail_with(line)
        elif isinstance(line, dict):
            self._read_chunk(line)

    def _read_unread(self, body: bytes) -> None:
        """Parse lines that were not events: JSON over several lines, or no answer of a chat API."""
        payload = object_in(body)
        if is_chunk(payload):
            self._read_chunk(payload)
        elif not self._delta.saw_answer and (payload is not None or not body.startswith(b"{")):
            self._fail(translate_response(200, {}, body[:ERROR_BYTES], base_url=self._base_url))

    def _read_chunk(self, chunk: dict[str, Any]) -> None:
        # Azure first sends `[]`, with its filter's results. A chunk of usage has
        # `[]`, an error `null` or no choices.
        choices = chunk.get("choices")
        is_usual = chunk.keys() <= _USUAL_CHUNK
        may_fail = not choices or not (is_usual or chunk.keys().isdisjoint(_ERRORS))
        is_error = may_fail and looks_like_error(chunk)
        # With choices, the text beside the error is read first.
        if is_error and not choices:
            self._fail_with(chunk)
            return
        if (chunk.get("id"), chunk.get("model")) != self._served:
            self._read_served(chunk)
        if not is_usual:
            self._delta.cite(citations_in(chunk))
        for choice in choices if isinstance(choices, list) else [choices]:
            if isinstance(choice, dict) and (self._n == 1 or not choice.get("index")):
                self._read_choice(choice)
        if usage := chunk.get("usage") or (None if is_usual else _usage_elsewhere(chunk)):
            self._note_usage(usage)
        if is_error and not self.closed:
            self._fail_with(chunk)

    def _read_served(self, chunk: dict[str, Any]) -> None:
        self._served = chunk.get("id"), chunk.get("model")
        id_, model, fingerprint = (_word(chunk.get(key)) for key in ("id", "model", "system_fingerprint"))
        if (id_ or model) and self._times_served < MOST_SERVED:
            self._times_served += 1
            self._add(Served(self._at_ms, model=model, id=id_, system_fingerprint=fingerprint))

    def _read_choice(self, choice: dict[str, Any]) -> None:
        is_usual = choice.keys() <= _USUAL_CHOICE
        if delta := choice.get("delta"):
            self._has_deltas = True
        elif not self._has_deltas:  # after deltas, a message repeats all of them
            # Channels that cannot stream answer a streaming request with whole messages.
            delta = choice.get("message")
        if delta and isinstance(delta, dict):
            self._delta.read(delta)
        elif delta and isinstance(delta, str | list):
            self._delta.read({"content": delta})
        elif not is_usual:  # from a completion: the API before chats
            self._delta.read(choice)
        if not is_usual:
            self._delta.cite(citations_in(choice))
        # sglang, older Ollama and One API send an empty reason with each chunk: ignore it.
        if reason := choice.get("finish_reason") or (None if is_usual else _reason_elsewhere(choice)):
            self._finish_reason = str(reason)[:NAME_CHARACTERS]
        # Moonshot puts the usage here.
        if usage := choice.get("usage"):
            self._note_usage(usage)
        if not is_usual and (error := choice.get("error")) and not self.closed:
            self._fail_with({"error": error})

    def _add(self, event: Event) -> None:
        self._events += self._delta.take()
        self._events.append(event)

    def _note_usage(self, told: Any) -> None:
        """Note token counts; a placeholder does not overwrite earlier ones."""
        # vLLM and Qwen may send cumulative counts with each chunk: the last ones count, never their sum.
        if told != self._told_usage and (usage := usage_of(told)):
            self._told_usage = told
            self._usage = self._new_usage = completed(usage, self._usage)

    def _report_usage(self) -> None:
        if self._new_usage:
            self._add(UsageReported(self._at_ms, self._new_usage))
            self._new_usage = None

    def _conclude(self, error: ChatError | None) -> None:
        self._delta.close()
        ending = ending_of(self._finish_reason) if self._finish_reason else None
        # OpenRouter's.
        if self._finish_reason == "error":
            self._fail(interrupted("upstream_ended_by_error", base_url=self._base_url))
        elif ending is Ending.CONTENT_FILTER and not self._delta.saw_answer:
            self._fail(filtered(self._finish_reason))
        elif ending:
            self._end(Finished(self._at_ms, self._finish_reason))
        # Before the first word, the connection's own error says more and may be retried.
        elif error and not self._delta.saw_answer:
            self._fail(error)
        else:
            self._fail(interrupted("ended_early", error, base_url=self._base_url))

    def _fail_with(self, payload: dict[str, Any]) -> None:
        had_text = self._delta.saw_answer
        self._fail(translate_stream_error(payload, had_text=had_text, base_url=self._base_url))

    def _fail(self, error: ChatError) -> None:
        self._end(Failed(self._at_ms, error))

    def _end(self, event: Finished | Failed) -> None:
        self._delta.close()
        self._report_usage()
        self._add(event)
        self.closed = True

    def _take_events(self) -> list[Event]:
        self._events += self._delta.take()
        self._report_usage()
        events, self._events = self._events, []
        self._pieces += len(events)
        return events


def _reason_elsewhere(choice: dict[str, Any]) -> str | None:
    """The finish reason under the names of Gemini and of Anthropic."""
    return _word(choice.get("finishReason")) or _word(choice.get("stop_reason"))


def _usage_elsewhere(chunk: dict[str, Any]) -> Any:
    """The usage under the names of Groq and of Gemini."""
    groq = chunk.get("x_groq")
    return (
        groq.get("usage")
        if isinstance(groq, dict)
        else chunk.get("usageMetadata", chunk.get("usage_metadata"))
    )


def _word(value: Any) -> str | None:
    return value[:NAME_CHARACTERS] if isinstance(value, str) and value else None
