"""Makes recordings of what the store holds."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from lib.chat.comparisons import Comparison
from lib.chat.prices import Prices
from lib.chat.recordings import Kind, Recording
from lib.chat.reply import Reply
from lib.chat.tape import Content, Event, Finished, Reasoning
from lib.chat.votes import Tally
from lib.store import Store


def record(
    store: Store,
    comparisons: Sequence[Comparison],
    *,
    recording_id: str,
    title: str,
    kind: Kind,
    prices: Prices,
    tallies: Mapping[str, Tally] | None = None,
) -> Recording:
    """The comparisons with the tapes of all their replies and the prices of their models.

    Each comparison has a cell at least, and each cell is one of it.
    """
    cells = [cell for comparison in comparisons for cell in comparison.cells]
    replies = {m.id: m.reply for cell in cells for m in cell.messages.values() if m.reply}
    models = {cell.model or "" for cell in cells}
    return Recording(
        id=recording_id,
        title=title,
        kind=kind,
        recorded_at=_began(comparisons),
        comparisons=comparisons,
        tapes={own: store.replies.tape(own) or _untimed(reply) for own, reply in replies.items()},
        prices={model: price for model, price in prices.items() if model in models},
        tallies=tallies or {},
    )


def _began(comparisons: Sequence[Comparison]) -> datetime:
    """When the last message of them all was written."""
    times = [m.created_at for one in comparisons for cell in one.cells for m in cell.messages.values()]
    return max(times, default=comparisons[0].created_at)


def _untimed(reply: Reply) -> list[Event]:
    """A tape for a reply that came without one, from another program's export: all at once."""
    events: list[Event] = [Reasoning(0.0, reply.reasoning)] if reply.reasoning else []
    return [*events, Content(0.0, reply.text), Finished(0.0, reply.finish_reason or "stop")]
