"""Folds a tape into a reply and its figures, both while it runs and after it has ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lib.domain.conversation.attachments import Attachment
from lib.domain.reply.citations import Citation, numbered
from lib.domain.reply.errors import ChatError
from lib.domain.reply.reply import Reply, State, Timing, ToolUse
from lib.domain.reply.tape import (
    Audio,
    Cited,
    Content,
    ContentWasReasoning,
    Event,
    Failed,
    Finished,
    Image,
    Interrupted,
    Noted,
    Reasoning,
    Refusal,
    Retried,
    Sent,
    Served,
    Stopped,
    ToolCall,
    UsageReported,
)
from lib.domain.reply.tool_arguments import ToolArguments
from lib.domain.reply.usage import Source, Usage, weight, whole_tokens
from lib.domain.text.sentences import Said

Closing = Finished | Failed | Stopped | Interrupted


def fold(events: Iterable[Event]) -> Reply:
    """Fold a whole tape. Pure: the same events give the same reply, in any process, at any time."""
    return Fold(events).reply()


@dataclass(slots=True)
class _Call:
    """An unfinished tool call."""

    id: str | None = None
    name: str | None = None
    arguments: ToolArguments = field(default_factory=ToolArguments)

    def put_together(self) -> ToolUse:
        return ToolUse(self.id, self.name, str(self.arguments))


class Fold:
    """The fold of a growing tape: each event is read once, however long the reply gets."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._was_recast = False
        self._refusal: list[str] = []
        self._notices: list[Said] = []
        self._retries = 0
        self._images: list[Attachment] = []
        self._audio: list[Attachment] = []
        self._citations: tuple[Citation, ...] = ()
        self._tools: dict[int, _Call] = {}
        self._state = State.RUNNING
        self._served = Served(0.0)
        self._models: dict[str, None] = {}
        self._is_json = False
        self._model_requested: str | None = None
        self._told = Usage()
        """The usage that was reported last."""
        self._finish_reason: str | None = None
        self._error: ChatError | None = None
        self._ttft_ms: float | None = None
        self._reasoning_ttft_ms: float | None = None
        self._last_token_ms: float | None = None
        self._total_ms: float | None = None
        self._weight = 0.0
        """The estimated tokens of everything received."""
        self._reply: Reply | None = None
        """The folded reply, until more events come."""
        self.extend(events)

    def extend(self, events: Iterable[Event]) -> None:
        """Fold more events."""
        for event in events:
            self._add(event)
        self._reply = None

    def reply(self) -> Reply:
        """The reply so far."""
        if self._reply is None:
            self._reply = self._put_together()
        return self._reply

    def so_far(self, prompt_tokens: int | None = None, elapsed_ms: float | None = None) -> Reply:
        """The reply with the figures of a running one: an estimate of its usage if none is reported, and the
        elapsed time as its total. `prompt_tokens` is an estimate of the prompt."""
        reply = self.reply()
        if reply.state is not State.RUNNING:
            return reply
        timing = replace(reply.timing, total_ms=elapsed_ms)
        return replace(reply, usage=self.usage(prompt_tokens), timing=timing)

    def usage(self, prompt_tokens: int | None, closing: Closing | None = None) -> Usage:
        """The reported usage, otherwise an estimate; `closing` is the event that is about to end the tape.

        Gateways that report with each chunk start with no completion tokens: if such a reply is cut off, they
        are estimated. The usage of a reply without a word stays unknown: only the gateway knows if it counts.
        """
        told = self._told
        is_over = closing is not None or self._state is not State.RUNNING
        is_whole = isinstance(closing, Finished) or self._state is State.COMPLETED
        is_told = told.source is not Source.UNKNOWN and (told.completion_tokens or is_whole)
        if is_told or (is_over and not self._weight):
            return told
        prompt, completion = told.prompt_tokens or prompt_tokens, whole_tokens(self._weight)
        total = None if prompt is None else prompt + completion
        return Usage(prompt, completion, total, source=Source.ESTIMATED)

    def _add(self, event: Event) -> None:
        match event:
            case Content(text=text) | Refusal(text=text):
                (self._text if isinstance(event, Content) else self._refusal).append(text)
                self._see(event.at_ms, text)
            case Reasoning(text=text):
                self._reasoning.append(text)
                self._weight += weight(text)
                if self._reasoning_ttft_ms is None:
                    self._reasoning_ttft_ms = event.at_ms
                self._last_token_ms = event.at_ms
            case ContentWasReasoning():
                self._think_again()
            case ToolCall():
                self._add_tool_call(event)
                self._see(event.at_ms, event.arguments)
            case UsageReported(usage=usage):
                self._told = usage
            case Sent(request=request):
                # The last request counts: an earlier one was retried.
                self._model_requested = request.get("model", self._model_requested)
                self._is_json = _asks_for_json(request)
            case Served():
                self._add_served(event)
            case Image() | Audio():
                self._add_made(event)
            case Cited(citations=citations):
                self._citations = numbered(self._citations, citations)
            case Retried(reason=said) | Noted(text=said):
                self._retries += isinstance(event, Retried)
                if said not in self._notices:
                    self._notices.append(said)
            case Finished() | Failed() | Stopped() | Interrupted():
                self._close(event)

    def _see(self, at_ms: float, text: str = "") -> None:
        """Note that something visible has come."""
        self._weight += weight(text)
        self._ttft_ms = at_ms if self._ttft_ms is None else self._ttft_ms
        self._last_token_ms = at_ms

    def _think_again(self) -> None:
        self._reasoning += self._text
        self._text.clear()
        self._was_recast = True
        times = (self._reasoning_ttft_ms, self._ttft_ms)
        self._reasoning_ttft_ms = min((at for at in times if at is not None), default=None)
        self._ttft_ms = None

    def _add_made(self, event: Image | Audio) -> None:
        if isinstance(event, Image):
            self._images.append(event.image)
        else:
            self._audio.append(event.audio)
        self._see(event.at_ms)

    def _add_tool_call(self, event: ToolCall) -> None:
        known = self._tools.setdefault(event.index, _Call())
        known.id, known.name = event.id or known.id, event.name or known.name
        known.arguments.add(event.arguments)

    def _add_served(self, event: Served) -> None:
        known = self._served
        if event.model:
            self._models.setdefault(event.model)
        self._served = Served(
            event.at_ms,
            model=event.model or known.model,
            id=event.id or known.id,
            system_fingerprint=event.system_fingerprint or known.system_fingerprint,
            request_id=event.request_id or known.request_id,
        )

    def _close(self, event: Closing) -> None:
        self._total_ms = event.at_ms
        match event:
            case Finished(reason=reason):
                self._state, self._finish_reason = State.COMPLETED, reason
            case Failed(error=error):
                self._state, self._error = State.FAILED, error
            case Stopped():
                self._state = State.STOPPED
            case Interrupted():
                self._state = State.INTERRUPTED

    def _put_together(self) -> Reply:
        reasoning = _joined(self._reasoning)
        return Reply(
            state=self._state,
            text=_joined(self._text),
            reasoning=reasoning.strip() if self._was_recast else reasoning,
            refusal=_joined(self._refusal),
            tool_calls=tuple(self._tools[index].put_together() for index in sorted(self._tools)),
            images=tuple(self._images),
            audio=tuple(self._audio),
            citations=self._citations,
            model_requested=self._model_requested,
            model_served=self._served.model,
            models_before=tuple(model for model in self._models if model != self._served.model),
            response_id=self._served.id,
            system_fingerprint=self._served.system_fingerprint,
            request_id=self._served.request_id,
            usage=self._told,
            finish_reason=self._finish_reason,
            error=self._error,
            timing=Timing(self._ttft_ms, self._reasoning_ttft_ms, self._last_token_ms, self._total_ms),
            notices=tuple(self._notices),
            retries=self._retries,
            is_json=self._is_json,
        )


def _asks_for_json(request: Mapping[str, Any]) -> bool:
    wanted = request.get("response_format")
    return isinstance(wanted, Mapping) and str(wanted.get("type")).startswith("json")


def _joined(pieces: list[str]) -> str:
    """Join the pieces, and replace them by the result, so that the next call has few to join."""
    pieces[:] = ["".join(pieces)]
    return pieces[0]
