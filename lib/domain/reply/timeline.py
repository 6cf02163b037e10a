"""A tape as a list: what happened when, with thousands of text pieces folded into few steps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from lib.domain.reply.tape import (
    Content,
    Event,
    Failed,
    Finished,
    Interrupted,
    Reasoning,
    Refusal,
    Retried,
    Sent,
    Served,
    Stopped,
    ToolCall,
    UsageReported,
)
from lib.domain.reply.usage import in_words
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark

STALL_MS = 2_000.0
"""A longer silence after the answer has begun is a stall."""


class StepKind(StrEnum):
    """The kind of a step."""

    SENT = "sent"
    RETRIED = "retried"
    HEADERS = "headers"
    SERVED = "served"
    CHANGED = "changed"
    REASONING = "reasoning"
    TEXT = "text"
    REFUSAL = "refusal"
    TOOL_CALL = "tool_call"
    STALL = "stall"
    USAGE = "usage"
    FINISHED = "finished"
    FAILED = "failed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


TITLES = {
    StepKind.SENT: mark("Request sent"),
    StepKind.RETRIED: mark("Asked again"),
    StepKind.HEADERS: mark("Headers"),
    StepKind.SERVED: mark("Answer begun"),
    StepKind.CHANGED: mark("Model changed"),
    StepKind.REASONING: mark("Thinking"),
    StepKind.TEXT: mark("Text"),
    StepKind.REFUSAL: mark("Refusal"),
    StepKind.TOOL_CALL: mark("Tool call"),
    StepKind.STALL: mark("Stall"),
    StepKind.USAGE: mark("Usage"),
    StepKind.FINISHED: mark("Finished"),
    StepKind.FAILED: mark("Failed"),
    StepKind.STOPPED: mark("Stopped"),
    StepKind.INTERRUPTED: mark("Interrupted"),
}
"""Names for people, marked for translation."""
RUNS = (StepKind.REASONING, StepKind.TEXT, StepKind.REFUSAL, StepKind.TOOL_CALL)
"""Steps that last: many consecutive pieces."""
_OF_PIECE = {
    Content: StepKind.TEXT,
    Reasoning: StepKind.REASONING,
    Refusal: StepKind.REFUSAL,
    ToolCall: StepKind.TOOL_CALL,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a timeline; times are in ms since the reply's first request was sent."""

    kind: StepKind
    at_ms: float
    until_ms: float
    """Equal to `at_ms` for a step without duration."""
    detail: str = ""
    pieces: int = 0
    """How many events were folded into a run; one event may hold several tokens."""
    characters: int = 0
    is_first_token: bool = False


def timeline(events: Iterable[Event]) -> list[Step]:
    """The steps of a tape, in the order in which they happened."""
    steps: list[Step] = []
    served_by: str | None = None
    for event in events:
        if isinstance(event, Content | Reasoning | Refusal | ToolCall):
            _add_piece(steps, event)
            continue
        steps += _stall(steps, event.at_ms)
        if isinstance(event, Served) and event.status is None:
            steps += _served(event, served_by)
            served_by = event.model or served_by
        else:
            step = _step(event)
            steps += [] if _is_repeated(steps, step) else [step]
    return steps


def longest_gap_ms(events: Iterable[Event]) -> float | None:
    """The longest silence between two pieces of an answer; `None` if there are fewer than two."""
    times = [event.at_ms for event in events if isinstance(event, Content | Reasoning | Refusal | ToolCall)]
    return max((after - before for before, after in pairwise(times)), default=None)


def _is_repeated(steps: list[Step], step: Step) -> bool:
    """Whether the usage is only repeated, by the gateway in every chunk or by us when the tape closed."""
    told = (before.detail for before in steps if before.kind is StepKind.USAGE)
    return step.kind is StepKind.USAGE and step.detail in told


def _add_piece(steps: list[Step], event: Content | Reasoning | Refusal | ToolCall) -> None:
    """Fold a piece into the run before it, or begin a new run."""
    steps += _stall(steps, event.at_ms)
    kind, text = _OF_PIECE[type(event)], event.arguments if isinstance(event, ToolCall) else event.text
    name = (event.name or "") if isinstance(event, ToolCall) else ""
    last = steps[-1] if steps else None
    if last and last.kind is kind and not (name and last.detail and name != last.detail):
        steps[-1] = replace(
            last,
            until_ms=event.at_ms,
            detail=last.detail or name,
            pieces=last.pieces + 1,
            characters=last.characters + len(text),
        )
    else:
        is_first = not any(step.kind in RUNS for step in steps)
        steps.append(Step(kind, event.at_ms, event.at_ms, name, 1, len(text), is_first))


def _stall(steps: list[Step], at_ms: float) -> Iterator[Step]:
    """The silence before `at_ms`, if the answer had begun and the silence was long."""
    is_long = bool(steps) and at_ms - steps[-1].until_ms > STALL_MS
    if is_long and any(step.kind in RUNS for step in steps):
        yield Step(StepKind.STALL, steps[-1].until_ms, at_ms)


def _served(event: Served, served_by: str | None) -> Iterator[Step]:
    if served_by and event.model and event.model != served_by:
        yield Step(StepKind.CHANGED, event.at_ms, event.at_ms, f"{served_by} → {event.model}")
    elif not served_by and event.model:
        yield Step(StepKind.SERVED, event.at_ms, event.at_ms, event.model)


def _step(event: Event) -> Step:
    match event:
        case Sent(request=request):
            kind, detail = StepKind.SENT, str(request.get("model", ""))
        case Retried(reason=reason):
            kind, detail = StepKind.RETRIED, str(reason)
        case Served(status=status):
            kind, detail = StepKind.HEADERS, _("Status {}").format(status)
        case UsageReported(usage=usage):
            kind, detail = StepKind.USAGE, in_words(usage)
        case Finished(reason=reason):
            kind, detail = StepKind.FINISHED, reason
        case Failed(error=error):
            kind, detail = StepKind.FAILED, error.sentence
        case Stopped():
            kind, detail = StepKind.STOPPED, ""
        case Interrupted():
            kind, detail = StepKind.INTERRUPTED, ""
        case _other:
            raise AssertionError(event)
    return Step(kind, event.at_ms, event.at_ms, detail)
