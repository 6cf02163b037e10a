"""The content of a folded tape: text, state, figures. `fold` makes it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from lib.domain.conversation import attachments
from lib.domain.conversation.attachments import Attachment
from lib.domain.reply.citations import Citation
from lib.domain.reply.errors import ChatError
from lib.domain.reply.finish_reasons import Ending, ending_of
from lib.domain.reply.usage import Usage
from lib.domain.text.sentences import Said
from lib.domain.text.validation import validated

SHORTEST_RATED_TOKENS = 8
SHORTEST_RATED_MS = 200.0
"""Below either of these, tokens per second say more about buffers than about the model."""


class State(StrEnum):
    """The state of a reply."""

    RUNNING = "running"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A complete tool call: `arguments` is the JSON text that the model wrote."""

    id: str | None
    name: str | None
    arguments: str


@dataclass(frozen=True, slots=True)
class Timing:
    """When things happened, in ms since the first request was sent. `None`: not (yet)."""

    ttft_ms: float | None = None
    """The first visible token, of the text or of a tool call."""
    reasoning_ttft_ms: float | None = None
    """The first token of reasoning."""
    last_token_ms: float | None = None
    total_ms: float | None = None
    """The end of the tape."""

    @property
    def first_token_ms(self) -> float | None:
        """The first token of any kind."""
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
    """The last one that the gateway named."""
    models_before: tuple[str, ...] = ()
    """Models named before it, if the model changed during the reply."""
    response_id: str | None = None
    system_fingerprint: str | None = None
    request_id: str | None = None
    usage: Usage = Usage()
    finish_reason: str | None = None
    error: ChatError | None = None
    timing: Timing = Timing()
    images: tuple[Attachment, ...] = ()
    """Images that the model drew."""
    audio: tuple[Attachment, ...] = ()
    """The model's speech; its words are in `text`."""
    citations: tuple[Citation, ...] = ()
    """The sources named beside the text, in the order of their numbers."""
    notices: tuple[Said, ...] = ()
    """What was changed or repeated to get an answer, one sentence each, each once."""
    retries: int = 0
    """How often the request was retried."""
    is_json: bool = False
    """Whether JSON was requested (`response_format`)."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of an answer was received."""
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
        """Why the model ended its answer; `None` if it did not end, or gave no reason."""
        return ending_of(self.finish_reason) if self.finish_reason else None

    @property
    def tokens_per_second(self) -> float | None:
        """Completion tokens over the time from the first to the last token; `None` if that would mislead."""
        tokens, timing = self.usage.completion_tokens, self.timing
        if tokens is None or timing.first_token_ms is None or timing.last_token_ms is None:
            return None
        elapsed = timing.last_token_ms - timing.first_token_ms
        if tokens < SHORTEST_RATED_TOKENS or elapsed < SHORTEST_RATED_MS or self._is_partly_unseen:
            return None
        return tokens / elapsed * 1000

    @property
    def _is_partly_unseen(self) -> bool:
        """Whether some counted tokens never came as text: thinking that the server hides or summarizes
        (whether or not it reports how much), a picture, speech.

        They were not written while the text came, so they belong to no rate. A token of thinking has more
        characters than one of nearly any text, and no token has less than a byte.
        """
        calls = "".join(f"{call.name}{call.arguments}" for call in self.tool_calls)
        seen = len((self.text + self.reasoning + self.refusal + calls).encode(errors="replace"))
        thought, total = self.usage.reasoning_tokens or 0, self.usage.completion_tokens or 0
        return thought > len(self.reasoning) or total > seen


def to_json(reply: Reply) -> dict[str, Any]:
    """The reply as plain JSON values."""
    made = {"images": reply.images, "audio": reply.audio}
    return {**asdict(reply), **{name: [attachments.to_json(one) for one in made[name]] for name in made}}


def from_json(fields: Mapping[str, Any]) -> Reply:
    """The reply that `to_json` wrote. Raises `FormatError`."""
    return validated(Reply, fields)
