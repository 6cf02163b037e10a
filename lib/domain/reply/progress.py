"""The figures of a reply while it runs: counted as its tape grows."""

from collections.abc import Sequence

from lib.domain.reply.reply import Reply, Timing
from lib.domain.reply.tape import Content, Event, Reasoning, Refusal, ToolCall, UsageReported
from lib.domain.reply.usage import Source, Usage, estimate_usage, weight, whole_tokens


class Progress:
    """What is known so far. Each event is looked at once, however long the reply gets."""

    def __init__(self, prompt: Sequence[str], image_tokens: int = 0) -> None:
        """`prompt` is what was sent, for the estimate of its tokens."""
        self._prompt_tokens = estimate_usage(prompt, "", image_tokens).prompt_tokens
        self._weight = 0.0
        self._reported: Usage | None = None
        self._first_ms: float | None = None
        self._last_ms: float | None = None
        self._reasoning: list[str] = []
        self._rest: list[str] = []

    def add(self, events: Sequence[Event]) -> None:
        """Take over events that came since the last time."""
        for event in events:
            match event:
                case (
                    Content(text=text) | Reasoning(text=text) | Refusal(text=text) | ToolCall(arguments=text)
                ):
                    self._weight += weight(text)
                    self._first_ms = event.at_ms if self._first_ms is None else self._first_ms
                    self._last_ms = event.at_ms
                    (self._reasoning if isinstance(event, Reasoning) else self._rest).append(text)
                case UsageReported(usage=usage):
                    self._reported = usage

    def reply(self, elapsed_ms: float) -> Reply:
        """A reply with these figures, and with all that was said, be it an answer or a call, as its text.

        Its total time is what has passed since it was sent.
        """
        timing = Timing(ttft_ms=self._first_ms, last_token_ms=self._last_ms, total_ms=elapsed_ms)
        usage = self._reported or self._estimated()
        return Reply(usage=usage, timing=timing, text="".join(self._rest), reasoning="".join(self._reasoning))

    def _estimated(self) -> Usage:
        completion = whole_tokens(self._weight)
        total = (self._prompt_tokens or 0) + completion
        return Usage(self._prompt_tokens, completion, total, source=Source.ESTIMATED)
