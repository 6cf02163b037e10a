"""From the bytes of a chat completion's answer to the events of a tape.

The format is the server-sent events that OpenAI's API streams, read line by line, with what gateways
and other servers make of it: comments, `error:` fields, bare JSON lines, a whole JSON body, a web page.
"""

from typing import Any, TypeGuard

from lib.chat.errors import ChatError
from lib.chat.tape import (
    Content,
    Event,
    Failed,
    Finished,
    Reasoning,
    Refusal,
    Served,
    ToolCall,
    UsageReported,
)
from lib.gateway.chunks import ToolCalls, object_in, reasoning_of, text_of, usage_of
from lib.gateway.errors import (
    interrupted,
    looks_like_error,
    translate_response,
    translate_stream_error,
)
from lib.gateway.think_tags import ThinkTags

_BOM = b"\xef\xbb\xbf"
_Piece = type[Content] | type[Reasoning] | type[Refusal]


class StreamReader:
    """A pure, incremental reader: bytes in, events out; no clock, no I/O, and it never raises.

    The last event is exactly one `Finished` or `Failed`. A finish reason is held back until the stream ends,
    so that the usage that servers send after it comes before `Finished`. A stream without a finish reason
    failed, even when it ended with [DONE]: gateways append that to streams that were cut.
    """

    def __init__(self, n: int = 1, *, base_url: str = "") -> None:
        """`n` is the number of choices asked for. With one, all indexes are that one (gateways put Claude's
        block number there); with more, choice 0 is read."""
        self.saw_done = False
        self.saw_text = False
        """Whether anything of an answer was given: content, reasoning, a refusal or a tool call."""
        self.closed = False
        self._n = n
        self._base_url = base_url
        self._at_ms = 0.0
        self._line_parts: list[bytes] = []
        self._at_start = True
        self._unread: list[bytes] = []
        self._events: list[Event] = []
        self._piece: _Piece = Content
        self._texts: list[str] = []
        self._think_tags = ThinkTags()
        self._told: list[str] = []
        self._tagged: list[str] = []
        self._tool_calls = ToolCalls()
        self._served: tuple[Any, Any] = (None, None)
        self._usage: Any = None
        self._new_usage: Any = None
        self._finish_reason = ""

    def feed(self, data: bytes, at_ms: float) -> list[Event]:
        """The events in what was received at `at_ms`; none after the stream has closed."""
        if self.closed:
            return []
        self._at_ms = at_ms
        *lines, rest = data.split(b"\n")
        for line in lines:
            if self._line_parts:
                self._line_parts.append(line)
                line = b"".join(self._line_parts)
                self._line_parts.clear()
            self._read_line(line)
            if self.closed:
                break
        if rest:
            self._line_parts.append(rest)
        return self._take_events()

    def close(self, at_ms: float, error: ChatError | None = None) -> list[Event]:
        """The events left at the end of the body; `error` says what cut it, if something did."""
        if self.closed:
            return []
        self._at_ms = at_ms
        self._read_line(b"".join(self._line_parts))
        if not self.closed and not self._finish_reason and self._unread:
            self._read_unread()
        if not self.closed:
            self._conclude(error)
        return self._take_events()

    def _read_line(self, line: bytes) -> None:
        if self._at_start:
            line = line.removeprefix(_BOM)
            self._at_start = False
        if line.startswith(b"data:"):
            self._read_data(line[5:].strip())
            return
        line = line.strip()
        if line == b"[DONE]":
            self._read_data(line)
        elif line.startswith(b"error:"):
            self._read_error(line[6:])
        elif line.startswith((b"{", b"[")) and _is_chunk(payload := object_in(line)):
            self._read_chunk(payload)
        elif line and not line.startswith((b":", b"event:", b"id:", b"retry:")):
            self._unread.append(line)

    def _read_data(self, data: bytes) -> None:
        if data == b"[DONE]":
            self.saw_done = True
            self._conclude(None)
        elif (chunk := object_in(data)) is not None:
            self._read_chunk(chunk)

    def _read_error(self, data: bytes) -> None:
        payload = object_in(data) or {"message": data.decode("utf-8", "replace").strip()}
        self._fail(translate_stream_error(payload, had_text=self.saw_text, base_url=self._base_url))

    def _read_unread(self) -> None:
        """Lines that were no events: JSON printed over several lines, or no answer of a chat API at all."""
        body = b"\n".join(self._unread)
        payload = object_in(body)
        if _is_chunk(payload):
            self._read_chunk(payload)
        elif not self.saw_text and (payload is not None or not body.startswith(b"{")):
            self._fail(translate_response(200, {}, body, base_url=self._base_url))

    def _read_chunk(self, chunk: dict[str, Any]) -> None:
        choices = chunk.get("choices")
        if ("error" in chunk or not choices) and looks_like_error(chunk):
            self._fail(translate_stream_error(chunk, had_text=self.saw_text, base_url=self._base_url))
            return
        if (chunk.get("id"), chunk.get("model")) != self._served:
            self._read_served(chunk)
        if isinstance(choices, list):
            for choice in choices:
                if isinstance(choice, dict) and (self._n == 1 or not choice.get("index")):
                    self._read_choice(choice)
        if usage := chunk.get("usage"):
            self._new_usage = usage

    def _read_served(self, chunk: dict[str, Any]) -> None:
        self._served = chunk.get("id"), chunk.get("model")
        id_, model, fingerprint = (_word(chunk.get(key)) for key in ("id", "model", "system_fingerprint"))
        if id_ or model:
            self._add(Served(self._at_ms, model=model, id=id_, system_fingerprint=fingerprint))

    def _read_choice(self, choice: dict[str, Any]) -> None:
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            delta = choice.get("message")
        if isinstance(delta, dict) and delta:
            self._read_delta(delta)
        if reason := choice.get("finish_reason"):
            self._finish_reason = str(reason)
        if usage := choice.get("usage"):
            self._new_usage = usage

    def _read_delta(self, delta: dict[str, Any]) -> None:
        if reasoning := reasoning_of(delta):
            self._add_text(Reasoning, reasoning)
            if not self._think_tags.passing:
                self._told.append(reasoning)
        if content := delta.get("content"):
            self._read_content(text_of(content))
        if refusal := delta.get("refusal"):
            self._add_text(Refusal, text_of(refusal))
        if calls := delta.get("tool_calls"):
            for index, id_, name, arguments in self._tool_calls.read(calls):
                self.saw_text = True
                self._add(ToolCall(self._at_ms, index, id_, name, arguments))

    def _read_content(self, content: str) -> None:
        if self._think_tags.passing:
            self._add_text(Content, content)
            return
        thinking, text = self._think_tags.split(content)
        self._add_tagged(thinking)
        self._add_text(Content, text)

    def _add_tagged(self, thinking: str) -> None:
        """Thinking between tags, but for what a reasoning field has told already."""
        if self._told:
            self._tagged.append(thinking)
            if "".join(self._told).strip().startswith("".join(self._tagged).strip()):
                return
        self._add_text(Reasoning, thinking)

    def _add_text(self, piece: _Piece, text: str) -> None:
        if not text:
            return
        self.saw_text = True
        if piece is not self._piece:
            self._join_texts()
            self._piece = piece
        self._texts.append(text)

    def _add(self, event: Event) -> None:
        self._join_texts()
        self._events.append(event)

    def _join_texts(self) -> None:
        if self._texts:
            self._events.append(self._piece(self._at_ms, "".join(self._texts)))
            self._texts.clear()

    def _report_usage(self) -> None:
        if self._new_usage is not None and self._new_usage != self._usage:
            self._usage = self._new_usage
            if usage := usage_of(self._usage):
                self._add(UsageReported(self._at_ms, usage))
        self._new_usage = None

    def _conclude(self, error: ChatError | None) -> None:
        if self._finish_reason == "error":
            self._fail(interrupted("The upstream ended the reply with an error.", base_url=self._base_url))
        elif self._finish_reason:
            self._end(Finished(self._at_ms, self._finish_reason))
        elif error and not self.saw_text:
            self._fail(error)
        else:
            message = "The stream ended before the reply was complete."
            cut = interrupted(f"{message} {error.message if error else ''}", base_url=self._base_url)
            self._fail(cut)

    def _fail(self, error: ChatError) -> None:
        self._end(Failed(self._at_ms, error))

    def _end(self, event: Finished | Failed) -> None:
        thinking, text = self._think_tags.close()
        self._add_tagged(thinking)
        self._add_text(Content, text)
        self._report_usage()
        self._add(event)
        self.closed = True

    def _take_events(self) -> list[Event]:
        self._join_texts()
        self._report_usage()
        events, self._events = self._events, []
        return events


def _is_chunk(payload: dict[str, Any] | None) -> TypeGuard[dict[str, Any]]:
    """Whether JSON is a part of a reply, or an error in the place of one, and not some other API's answer."""
    return payload is not None and ("choices" in payload or "usage" in payload or looks_like_error(payload))


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
