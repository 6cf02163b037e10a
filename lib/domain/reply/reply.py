"""What a tape says when it is played to its end: text, state, figures."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from lib.domain.conversation import attachments
from lib.domain.conversation.attachments import Attachment
from lib.domain.reply.citations import Citation, numbered
from lib.domain.reply.errors import ChatError
from lib.domain.reply.finish_reasons import Ending, ending_of
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
from lib.domain.reply.usage import Usage
from lib.domain.text.validation import validated

SHORTEST_RATED_TOKENS = 8
SHORTEST_RATED_MS = 200.0
"""Below either of these, tokens per second says more about buffers than about the model."""


class State(StrEnum):
    """Where a reply stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool call put together: `arguments` is the JSON text the model wrote."""

    id: str | None
    name: str | None
    arguments: str


@dataclass(frozen=True, slots=True)
class Timing:
    """When things happened, in ms since the first request was sent. `None`: not (yet)."""

    ttft_ms: float | None = None
    """First visible token."""
    reasoning_ttft_ms: float | None = None
    """First token of reasoning."""
    last_token_ms: float | None = None
    total_ms: float | None = None
    """The end of the tape."""

    @property
    def first_token_ms(self) -> float | None:
        """First token of any kind."""
        known = [at for at in (self.ttft_ms, self.reasoning_ttft_ms) if at is not None]
        return min(known, default=None)


@dataclass(frozen=True, slots=True)
class Reply:
    """One attempt to answer, folded from its tape."""

    state: State = State.RUNNING
    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    tool_calls: tuple[ToolUse, ...] = ()
    model_requested: str | None = None
    model_served: str | None = None
    """The last one that was named."""
    models_before: tuple[str, ...] = ()
    """Those that were named before it, where it changed on the way."""
    response_id: str | None = None
    system_fingerprint: str | None = None
    request_id: str | None = None
    usage: Usage = Usage()
    finish_reason: str | None = None
    error: ChatError | None = None
    timing: Timing = Timing()
    images: tuple[Attachment, ...] = ()
    """What the model drew."""
    audio: tuple[Attachment, ...] = ()
    """What the model said aloud; its words are `text`."""
    citations: tuple[Citation, ...] = ()
    """The sources that were named beside the text, in the order of their numbers."""
    notices: tuple[str, ...] = ()
    """What had to be changed or done again to get an answer, one sentence each, each once."""
    retries: int = 0
    """How often the request was asked again."""
    is_json: bool = False
    """Whether JSON was asked for (`response_format`)."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all of an answer was received."""
        return not (self.reasoning or self.citations or self.says_something)

    @property
    def made(self) -> tuple[Attachment, ...]:
        """The files in it: pictures and sounds."""
        return (*self.images, *self.audio)

    @property
    def says_something(self) -> bool:
        """Whether there is an answer besides the thinking before it."""
        return bool(self.text or self.refusal or self.tool_calls or self.made)

    @property
    def ending(self) -> Ending | None:
        """Why the model ended its answer; `None` where it did not, or did not say."""
        return ending_of(self.finish_reason) if self.finish_reason else None

    @property
    def tokens_per_second(self) -> float | None:
        """Completion tokens over the time from first to last token; `None` where that would mislead."""
        tokens, timing = self.usage.completion_tokens, self.timing
        if tokens is None or timing.first_token_ms is None or timing.last_token_ms is None:
            return None
        elapsed = timing.last_token_ms - timing.first_token_ms
        if tokens < SHORTEST_RATED_TOKENS or elapsed < SHORTEST_RATED_MS or self._is_partly_unseen:
            return None
        return tokens / elapsed * 1000

    @property
    def _is_partly_unseen(self) -> bool:
        """Whether tokens were counted that never came as text: thinking that the server keeps to itself or
        sums up, whether it tells how much that was or not; a picture; speech.

        They were not written while the text came, so they belong to no rate. A token of thinking has more
        characters than one in nearly all texts, and no token has less than a byte.
        """
        calls = "".join(f"{call.name}{call.arguments}" for call in self.tool_calls)
        seen = len((self.text + self.reasoning + self.refusal + calls).encode(errors="replace"))
        thought, total = self.usage.reasoning_tokens or 0, self.usage.completion_tokens or 0
        return thought > len(self.reasoning) or total > seen


def fold(events: Iterable[Event]) -> Reply:
    """Play a tape to its end. Pure: the same events give the same reply, in any process, at any time."""
    folding = _Folding()
    for event in events:
        folding.add(event)
    return folding.reply()


@dataclass(slots=True)
class _Call:
    """A tool call as far as it has come."""

    id: str | None = None
    name: str | None = None
    arguments: ToolArguments = field(default_factory=ToolArguments)

    def put_together(self) -> ToolUse:
        return ToolUse(self.id, self.name, str(self.arguments))


class _Folding:
    """The running state of `fold`."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.reasoning: list[str] = []
        self.was_recast = False
        self.refusal: list[str] = []
        self.notices: list[str] = []
        self.retries = 0
        self.images: list[Attachment] = []
        self.audio: list[Attachment] = []
        self.citations: tuple[Citation, ...] = ()
        self.tools: dict[int, _Call] = {}
        self.state = State.RUNNING
        self.served = Served(0.0)
        self.models: dict[str, None] = {}
        self.is_json = False
        self.model_requested: str | None = None
        self.usage = Usage()
        self.finish_reason: str | None = None
        self.error: ChatError | None = None
        self.ttft_ms: float | None = None
        self.reasoning_ttft_ms: float | None = None
        self.last_token_ms: float | None = None
        self.total_ms: float | None = None

    def add(self, event: Event) -> None:
        match event:
            case Content(text=text) | Refusal(text=text):
                (self.text if isinstance(event, Content) else self.refusal).append(text)
                self.ttft_ms = event.at_ms if self.ttft_ms is None else self.ttft_ms
                self.last_token_ms = event.at_ms
            case Reasoning(text=text):
                self.reasoning.append(text)
                if self.reasoning_ttft_ms is None:
                    self.reasoning_ttft_ms = event.at_ms
                self.last_token_ms = event.at_ms
            case ContentWasReasoning():
                self._think_again()
            case ToolCall():
                self._add_tool_call(event)
                self.last_token_ms = event.at_ms
            case UsageReported(usage=usage):
                self.usage = usage
            case Sent(request=request):
                self.model_requested = request.get("model", self.model_requested)
                self.is_json = _asks_for_json(request)
            case Served():
                self._add_served(event)
            case Image() | Audio():
                self._add_made(event)
            case Cited(citations=citations):
                self.citations = numbered(self.citations, citations)
            case Retried(reason=said) | Noted(text=said):
                self.retries += isinstance(event, Retried)
                if said not in self.notices:
                    self.notices.append(said)
            case Finished() | Failed() | Stopped() | Interrupted():
                self._close(event)

    def _think_again(self) -> None:
        self.reasoning += self.text
        self.text.clear()
        self.was_recast = True
        times = (self.reasoning_ttft_ms, self.ttft_ms)
        self.reasoning_ttft_ms = min((at for at in times if at is not None), default=None)
        self.ttft_ms = None

    def _add_made(self, event: Image | Audio) -> None:
        if isinstance(event, Image):
            self.images.append(event.image)
        else:
            self.audio.append(event.audio)
        self.ttft_ms = event.at_ms if self.ttft_ms is None else self.ttft_ms
        self.last_token_ms = event.at_ms

    def _add_tool_call(self, event: ToolCall) -> None:
        known = self.tools.setdefault(event.index, _Call())
        known.id, known.name = event.id or known.id, event.name or known.name
        known.arguments.add(event.arguments)

    def _add_served(self, event: Served) -> None:
        known = self.served
        if event.model:
            self.models.setdefault(event.model)
        self.served = Served(
            event.at_ms,
            model=event.model or known.model,
            id=event.id or known.id,
            system_fingerprint=event.system_fingerprint or known.system_fingerprint,
            request_id=event.request_id or known.request_id,
        )

    def _close(self, event: Finished | Failed | Stopped | Interrupted) -> None:
        self.total_ms = event.at_ms
        match event:
            case Finished(reason=reason):
                self.state, self.finish_reason = State.COMPLETED, reason
            case Failed(error=error):
                self.state, self.error = State.FAILED, error
            case Stopped():
                self.state = State.STOPPED
            case Interrupted():
                self.state = State.INTERRUPTED

    def reply(self) -> Reply:
        return Reply(
            state=self.state,
            text="".join(self.text),
            reasoning="".join(self.reasoning).strip() if self.was_recast else "".join(self.reasoning),
            refusal="".join(self.refusal),
            tool_calls=tuple(self.tools[index].put_together() for index in sorted(self.tools)),
            images=tuple(self.images),
            audio=tuple(self.audio),
            citations=self.citations,
            model_requested=self.model_requested,
            model_served=self.served.model,
            models_before=tuple(model for model in self.models if model != self.served.model),
            response_id=self.served.id,
            system_fingerprint=self.served.system_fingerprint,
            request_id=self.served.request_id,
            usage=self.usage,
            finish_reason=self.finish_reason,
            error=self.error,
            timing=Timing(self.ttft_ms, self.reasoning_ttft_ms, self.last_token_ms, self.total_ms),
            notices=tuple(self.notices),
            retries=self.retries,
            is_json=self.is_json,
        )


def _asks_for_json(request: Mapping[str, Any]) -> bool:
    wanted = request.get("response_format")
    return isinstance(wanted, Mapping) and str(wanted.get("type")).startswith("json")


def to_json(reply: Reply) -> dict[str, Any]:
    """The reply as plain JSON values."""
    made = {"images": reply.images, "audio": reply.audio}
    return {**asdict(reply), **{name: [attachments.to_json(one) for one in made[name]] for name in made}}


def from_json(fields: Mapping[str, Any]) -> Reply:
    """The reply that `to_json` wrote. Raises `FormatError`."""
    return validated(Reply, fields)
