"""The numbers of a report: per cell, over all replies, and what they leave out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lib.domain.comparison.comparisons import labels
from lib.domain.comparison.recordings import Recording, answers
from lib.domain.comparison.statistics import Figures, of_cells
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.prices import Prices, cost_of
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source


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
