"""Statistics of a column: over the answers of a cell, over a deck's column, over the prompts of a run.

What is not known is left out; what did not complete is counted and measures nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from lib.domain.comparison.comparisons import asked_model, attempts, labels
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.prices import Price, Prices
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source

MEASURES = ("ttft_ms", "total_ms", "tokens_per_second", "completion_tokens", "cost")
"""The fields of `Figures` that are measured, in the order in which they are shown."""
MARKS = {"total_ms": "fastest", "cost": "cheapest", "completion_tokens": "longest"}
"""What a column is called that is the best in a measure; of answers the longest is the other end."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure that was taken several times."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float | None]) -> "Spread | None":
        """The spread of the known values; `None` when there are none."""
        known = [value for value in values if value is not None]
        return cls(median(known), min(known), max(known)) if known else None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the completed replies of a column took. Times in ms."""

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
    marks: tuple[str, ...] = ()
    """What it is the first in among the columns that it was compared with."""

    def measured(self, measure: str) -> Spread | None:
        """One of `MEASURES`."""
        spread: Spread | None = getattr(self, measure)
        return spread


def of_cells(cells: Sequence[Conversation], prices: Prices | None = None) -> list[Figures]:
    """Of each cell's last question; who is the first in something is marked where there is a choice."""
    found = [_of_cell(label, cell, prices or {}) for label, cell in zip(labels(cells), cells, strict=True)]
    first = {measure: best(measure, [one.measured(measure) for one in found]) for measure in MARKS}
    return [replace(one, marks=tuple(_marks(one, first))) for one in found]


def _marks(one: Figures, first: Mapping[str, float | None]) -> Iterator[str]:
    for measure, mark in MARKS.items():
        spread = one.measured(measure)
        if spread and spread.median == first[measure]:
            yield mark


def _of_cell(label: str, cell: Conversation, prices: Prices) -> Figures:
    """Over its answers by the model that is shown: another one's in the same cell are not mixed in."""
    model = asked_model(cell)
    replies = [message.reply or Reply() for message in attempts(cell)]
    return of_replies(
        [reply for reply in replies if reply.model_requested in (model, None)], prices.get(model or ""), label
    )


def of_replies(replies: Sequence[Reply], price: Price | None, label: str = "") -> Figures:
    """Over replies, at this price."""
    ended = [reply for reply in replies if reply.state is not State.RUNNING]
    done = [reply for reply in ended if reply.state is State.COMPLETED]
    return Figures(
        label=label,
        replies=len(done),
        others=len(ended) - len(done),
        ttft_ms=Spread.of(reply.timing.first_token_ms for reply in done),
        total_ms=Spread.of(reply.timing.total_ms for reply in done),
        tokens_per_second=Spread.of(reply.tokens_per_second for reply in done),
        completion_tokens=Spread.of(reply.usage.completion_tokens for reply in done),
        source=_together(r.usage.source for r in done if r.usage.completion_tokens is not None),
        cost=Spread.of(price.cost(reply.usage) for reply in done) if price else None,
        cost_source=price.source if price else "",
    )


def of_prompts(rows: Sequence[Sequence[Figures]]) -> list[Figures]:
    """Of each column of a deck's run: the medians of its prompts' medians, and the range of them."""
    widest = max(rows, key=len, default=())
    columns = [[row[at] for row in rows if at < len(row)] for at in range(len(widest))]
    return [_of_prompts(one.label, cells) for one, cells in zip(widest, columns, strict=True)]


def _of_prompts(label: str, cells: Sequence[Figures]) -> Figures:
    def over(measure: str) -> Spread | None:
        return Spread.of(spread.median for one in cells if (spread := one.measured(measure)))

    return Figures(
        label=label,
        replies=sum(one.replies for one in cells),
        others=sum(one.others for one in cells),
        ttft_ms=over("ttft_ms"),
        total_ms=over("total_ms"),
        tokens_per_second=over("tokens_per_second"),
        completion_tokens=over("completion_tokens"),
        source=_together(one.source for one in cells if one.completion_tokens),
        cost=over("cost"),
    )


def best(measure: str, spreads: Iterable[Spread | None]) -> float | None:
    """The best median of a measure; `None` where nothing is better than anything else."""
    known = {spread.median for spread in spreads if spread}
    is_less_better = measure == "cost" or measure.endswith("_ms")
    return (min(known) if is_less_better else max(known)) if len(known) > 1 else None


def _together(sources: Iterable[Source]) -> Source:
    """Where figures are from that are taken together: one guess among them makes a guess."""
    known = set(sources)
    return Source.ESTIMATED if Source.ESTIMATED in known else max(known, default=Source.UNKNOWN)
