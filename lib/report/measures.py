"""The numbers of a report: of cells, of columns, of all replies together, and what they leave out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lib.domain.comparison.comparisons import CellFigures, Spread, figures, labels
from lib.domain.comparison.recordings import Recording, answers
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.prices import Price, Prices
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source

MEASURES = ("ttft_ms", "total_ms", "tokens_per_second", "completion_tokens", "cost")
"""The fields of `CellFigures` that are drawn."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A cell in a chart."""

    label: str
    spread: Spread
    percent: float
    """Its length, of the longest one's."""
    is_best: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one measure, in the order of the cells."""

    measure: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Totals:
    """All replies together; what is not known is left out and counted."""

    replies: int
    not_completed: int
    completion_tokens: int
    without_tokens: int
    estimated: int
    cost: float | None
    without_cost: int


def measure(cells: Sequence[Conversation], compared: int, prices: Prices) -> list[CellFigures]:
    """The figures of all cells; what merges the others' answers is not measured against them."""
    found = figures(cells[:compared], prices)
    found += [one for cell in cells[compared:] for one in figures([cell], prices)]
    return [replace(one, label=label) for one, label in zip(found, labels(cells), strict=True)]


def columns(rows: Sequence[Sequence[CellFigures]]) -> list[CellFigures]:
    """The figures of each column of a deck's run: medians over its prompts, and the range of them."""
    widest = max(rows, key=len, default=())
    return [_column(one.label, [row[at] for row in rows if at < len(row)]) for at, one in enumerate(widest)]


def _column(label: str, cells: Sequence[CellFigures]) -> CellFigures:
    sources = {one.source for one in cells if one.completion_tokens}
    return CellFigures(
        label=label,
        replies=sum(one.replies for one in cells),
        others=sum(one.others for one in cells),
        ttft_ms=_over([one.ttft_ms for one in cells]),
        total_ms=_over([one.total_ms for one in cells]),
        tokens_per_second=_over([one.tokens_per_second for one in cells]),
        completion_tokens=_over([one.completion_tokens for one in cells]),
        source=Source.ESTIMATED if Source.ESTIMATED in sources else max(sources, default=Source.UNKNOWN),
        cost=_over([one.cost for one in cells]),
    )


def _over(spreads: Sequence[Spread | None]) -> Spread | None:
    return Spread.of([one.median if one else None for one in spreads])


def charts(measured: Sequence[CellFigures]) -> list[Chart]:
    """A chart of each measure that two cells have at least."""
    return [chart for name in MEASURES if (chart := _chart(name, measured))]


def _chart(name: str, measured: Sequence[CellFigures]) -> Chart | None:
    """The bars of a measure; `None` where fewer than two cells have it."""
    known = [(one, spread) for one in measured if (spread := getattr(one, name))]
    if len(known) < 2:
        return None
    longest = max(spread.high for _, spread in known) or 1.0
    medians = [spread.median for _, spread in known]
    best = max(medians) if name in ("tokens_per_second", "completion_tokens") else min(medians)
    bars = [
        Bar(one.label, spread, 100 * spread.median / longest, spread.median == best) for one, spread in known
    ]
    return Chart(name, bars)


def notes(measured: Sequence[CellFigures]) -> Iterator[str]:
    """What the figures leave out and where they are from."""
    count = len(measured)
    if estimated := sum(one.source is Source.ESTIMATED for one in measured):
        yield f"≈ Tokens of {estimated} of {count} cells are estimated: the gateway did not report them."
    if unknown := sum(one.completion_tokens is None for one in measured):
        yield f"Tokens of {unknown} of {count} cells are not known."
    if any(one.cost for one in measured) and (missing := sum(one.cost is None for one in measured)):
        yield f"Costs leave out {missing} of {count} cells: their price or their tokens are not known."
    if others := sum(one.others for one in measured):
        said = (
            "1 reply did not complete and is" if others == 1 else f"{others} replies did not complete and are"
        )
        yield f"{said} in no figure."
    if any(one.replies > 1 for one in measured):
        yield "Figures are medians over all answers of a cell; the range is from the lowest to the highest."
    if sources := sorted({one.cost_source for one in measured if one.cost_source}):
        yield f"Prices: {', '.join(sources)}."


def totals(recording: Recording) -> Totals:
    """What all replies of the recording took together."""
    replies = [message.reply or Reply() for message in answers(recording)]
    tokens = [reply.usage.completion_tokens for reply in replies]
    costs = [cost for cell in recording.cells for cost in _costs(cell, recording.prices)]
    known = [cost for cost in costs if cost is not None]
    return Totals(
        replies=len(replies),
        not_completed=sum(reply.state is not State.COMPLETED for reply in replies),
        completion_tokens=sum(count for count in tokens if count is not None),
        without_tokens=tokens.count(None),
        estimated=sum(reply.usage.source is Source.ESTIMATED for reply in replies),
        cost=sum(known) if known else None,
        without_cost=costs.count(None),
    )


def price_of(cell: Conversation, reply: Reply, prices: Prices) -> Price | None:
    """The price of the model that a reply was asked of; `None` where it is not known."""
    return prices.get(reply.model_requested or cell.model or "")


def cost_of(cell: Conversation, reply: Reply, prices: Prices) -> float | None:
    """What a reply of a cell cost at these prices, in USD; `None` where that is not known."""
    price = price_of(cell, reply, prices)
    return price.cost(reply.usage) if price else None


def _costs(cell: Conversation, prices: Prices) -> Iterator[float | None]:
    for message in cell.messages.values():
        if message.reply:
            yield cost_of(cell, message.reply, prices)
