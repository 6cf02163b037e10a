"""A comparison: one prompt and several cells. A cell is a conversation: what a chat can do, a cell can."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Params
from lib.domain.models.prices import Prices
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source

FEWEST_CELLS, MOST_CELLS = 2, 8
MOST_REPEATS = 10
SYNTHESIS = (
    "Below are a question and several answers to it. Write the one best answer: take what is right in each, "
    "leave out what is wrong or said twice, and say where the answers contradict each other."
)
"""What a synthesis begins with."""
SWEEP_TEMPERATURES = (0.0, 0.7, 1.0)
"""Certain, usual, and free: what a sweep asks the same model with."""


@dataclass(slots=True)
class Comparison:
    """The cells, in the order in which they stand on the page."""

    id: str
    title: str
    created_at: datetime
    cells: list[Conversation] = field(default_factory=list)
    deck_run_id: str | None = None
    """The run of a deck that it is a row of; `None` for one of its own."""
    position: int = 0
    """Its place in that run."""

    @property
    def question(self) -> Message | None:
        """What all cells were asked first; `None` before that.

        It is the oldest of the first cell: where that got no answer, a later question took its place.
        """
        return next(iter(self.cells[0].messages.values()), None) if self.cells else None

    @property
    def prompt(self) -> str | None:
        """The text of that question."""
        return self.question.content if self.question else None

    @property
    def compared(self) -> list[Conversation]:
        """The cells that were asked the same; a synthesis of them was asked something else."""
        return [cell for cell in self.cells if not is_synthesis(cell)] or self.cells

    @property
    def updated_at(self) -> dict[str, datetime]:
        """When each cell last changed, by its id."""
        return {cell.id: cell.updated_at for cell in self.cells}


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure that was taken several times."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float | None]) -> "Spread | None":
        """The spread of the known values; `None` when there are none."""
        known = [value for value in values if value is not None]
        return cls(median(known), min(known), max(known)) if known else None


@dataclass(frozen=True, slots=True)
class CellFigures:
    """What a cell's last question took: over all replies to it that were completed. Times in ms."""

    label: str
    replies: int
    """How many were completed."""
    others: int
    """How many were not: stopped, failed or interrupted."""
    ttft_ms: Spread | None = None
    total_ms: Spread | None = None
    tokens_per_second: Spread | None = None
    completion_tokens: Spread | None = None
    source: Source = Source.UNKNOWN
    """Of the tokens: estimated when any of them is."""
    cost: Spread | None = None
    """Of one answer, in USD; `None` where the model's price or the tokens are not known."""
    cost_source: str = ""
    """Where the price is from."""
    is_fastest: bool = False
    """Whether no other cell's median total time is shorter."""
    is_cheapest: bool = False
    """Whether no other cell's median answer costs less."""
    is_longest: bool = False
    """Whether no other cell's median answer has more tokens."""


def synthesis(comparison: Comparison) -> str:
    """The question to a model that shall merge the last answers; they have numbers, no names."""
    answers = [cell.path()[-1].content for cell in comparison.compared if cell.path()]
    asked = [m.content for m in comparison.compared[0].path() if m.role == "user"]
    numbered = [f"## Answer {number}\n\n{text}" for number, text in enumerate(filter(None, answers), start=1)]
    return "\n\n".join([SYNTHESIS, "## Question", *asked, *numbered])


def is_synthesis(cell: Conversation) -> bool:
    """Whether a cell merges the answers of the others."""
    path = cell.path()
    return bool(path) and path[0].content.startswith(SYNTHESIS)


def missing(cell: Conversation, wanted: int) -> int:
    """How many answers a cell's last question lacks."""
    return max(0, wanted - len(attempts(cell)))


def attempts(cell: Conversation) -> list[Message]:
    """The answers to a cell's last question: its versions, oldest first."""
    path = cell.path()
    return cell.versions(path[-1].id) if path and path[-1].role == "assistant" else []


def released(cell: Conversation, *, new_id: Callable[[], str], now: datetime) -> Conversation:
    """A chat of its own that goes on where a cell stands; the comparison keeps the cell."""
    ids = {message_id: new_id() for message_id in cell.messages}
    messages = {
        ids[message.id]: replace(message, id=ids[message.id], parent_id=ids.get(message.parent_id or ""))
        for message in cell.messages.values()
    }
    leaf_id = ids.get(cell.leaf_id or "")
    chat = replace(cell, id=new_id(), created_at=now, updated_at=now, leaf_id=leaf_id, messages=messages)
    return replace(chat, comparison_id=None, position=0)


def labels(cells: Sequence[Conversation]) -> list[str]:
    """A name for each cell: its model, and what tells it from other cells of the same model."""
    models = Counter(asked_model(cell) for cell in cells)
    named = [
        " · ".join([_name(cell), *(_settings(cell.params) if models[asked_model(cell)] > 1 else ())])
        for cell in cells
    ]
    seen: Counter[str] = Counter()
    apart = []
    for name in named:
        seen[name] += 1
        apart.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return apart


def figures(cells: Sequence[Conversation], prices: Prices | None = None) -> list[CellFigures]:
    """The figures of each cell; the fastest, cheapest and longest are marked where there is a choice."""
    taken = [_figures(label, cell, prices or {}) for label, cell in zip(labels(cells), cells, strict=True)]
    times = [one.total_ms.median if one.total_ms else None for one in taken]
    costs = [one.cost.median if one.cost else None for one in taken]
    tokens = [one.completion_tokens.median if one.completion_tokens else None for one in taken]
    return [
        replace(
            one,
            is_fastest=_is_best(time, times, min),
            is_cheapest=_is_best(cost, costs, min),
            is_longest=_is_best(length, tokens, max),
        )
        for one, time, cost, length in zip(taken, times, costs, tokens, strict=True)
    ]


def _is_best(
    value: float | None, values: Sequence[float | None], best: Callable[[list[float]], float]
) -> bool:
    """Whether a known value is the best, and others are not as good."""
    known = [other for other in values if other is not None]
    return len(set(known)) > 1 and value == best(known)


def asked_model(cell: Conversation) -> str | None:
    """The model that was asked for the shown answer; before the first one, the chosen one."""
    leaf = cell.messages.get(cell.leaf_id or "")
    reply = leaf.reply if leaf else None
    return (reply and (reply.model_requested or reply.model_served)) or cell.model


def _name(cell: Conversation) -> str:
    model = asked_model(cell) or ("Unknown model" if cell.leaf_id else "No model")
    return f"Synthesis by {model}" if is_synthesis(cell) else model


def _settings(params: Params) -> list[str]:
    """The parameters that are set, in words that fit a label."""
    body = {name: value for name, value in params.body().items() if name != "stream"}
    temperature = body.pop("temperature", None)
    first = [f"{temperature:g}"] if temperature is not None else []
    return [*first, *(f"{name.replace('_', ' ')} {value}" for name, value in body.items())]


def _figures(label: str, cell: Conversation, prices: Prices) -> CellFigures:
    model = asked_model(cell)
    replies = [message.reply or Reply() for message in attempts(cell)]
    replies = [reply for reply in replies if reply.model_requested in (model, None)]
    ended = [reply for reply in replies if reply.state is not State.RUNNING]
    done = [reply for reply in ended if reply.state is State.COMPLETED]
    sources = {reply.usage.source for reply in done if reply.usage.completion_tokens is not None}
    price = prices.get(model or "")
    return CellFigures(
        label=label,
        replies=len(done),
        others=len(ended) - len(done),
        ttft_ms=Spread.of([reply.timing.first_token_ms for reply in done]),
        total_ms=Spread.of([reply.timing.total_ms for reply in done]),
        tokens_per_second=Spread.of([reply.tokens_per_second for reply in done]),
        completion_tokens=Spread.of([reply.usage.completion_tokens for reply in done]),
        source=Source.ESTIMATED if Source.ESTIMATED in sources else max(sources, default=Source.UNKNOWN),
        cost=Spread.of([price.cost(reply.usage) for reply in done]) if price else None,
        cost_source=price.source if price else "",
    )
