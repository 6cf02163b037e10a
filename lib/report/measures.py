"""The numbers of a report: per cell, over all replies, and what they leave out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lib.domain.comparison.comparisons import labels
from lib.domain.comparison.recordings import Recording, answers
from lib.domain.comparison.statistics import MEASURES, Figures, Spread, best, of_cells
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.prices import Prices, cost_of
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source


@dataclass(frozen=True, slots=True)
class Bar:
    """A cell in a chart."""

    label: str
    spread: Spread
    percent: float
    """Its length as a percentage of the longest bar's."""
    is_best: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one measure, in the order of the cells."""

    measure: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums over all replies; unknown figures are left out and counted."""

    replies: int
    not_completed: int
    completion_tokens: int
    without_tokens: int
    estimated: int
    cost: float | None
    without_cost: int


def measure(cells: Sequence[Conversation], compared: int, prices: Prices) -> list[Figures]:
    """Return the figures of all cells; a synthesis is not ranked against the answers it merges."""
    found = of_cells(cells[:compared], prices)
    found += [one for cell in cells[compared:] for one in of_cells([cell], prices)]
    return [replace(one, label=label) for one, label in zip(found, labels(cells), strict=True)]


def charts(measured: Sequence[Figures]) -> list[Chart]:
    """Return a chart for each measure that at least two cells have."""
    return [chart for name in MEASURES if (chart := _chart(name, measured))]


def _chart(name: str, measured: Sequence[Figures]) -> Chart | None:
    """Return the bars of a measure; `None` if fewer than two cells have it."""
    known = [(one, spread) for one in measured if (spread := one.measured(name))]
    if len(known) < 2:
        return None
    longest = max(spread.high for _, spread in known) or 1.0
    first = best(name, (spread for _, spread in known))
    bars = [
        Bar(one.label, spread, 100 * spread.median / longest, spread.median == first) for one, spread in known
    ]
    return Chart(name, bars)


def totals(recording: Recording) -> Totals:
    """Return the sums over all replies of the recording."""
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


def _costs(cell: Conversation, prices: Prices) -> Iterator[float | None]:
    for message in cell.messages.values():
        if message.reply:
            yield cost_of(message.reply, prices, cell.model)
