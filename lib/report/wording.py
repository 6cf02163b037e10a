"""Numbers of a report in words."""

from collections.abc import Iterator

from lib.domain.comparison.comparisons import CellFigures, Spread
from lib.domain.reply.finish_reasons import Ending
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source, Usage
from lib.report.measures import Totals

TITLES = {
    "ttft_ms": "First token",
    "total_ms": "Total time",
    "tokens_per_second": "Tokens/s",
    "completion_tokens": "Tokens",
    "cost": "Cost",
}
"""The title of each measure."""
UNKNOWN = "–"


def number(measure: str, value: float) -> str:
    """A value of a measure, in its unit."""
    if measure.endswith("_ms"):
        return f"{value / 1000:.2f} s" if value < 9_995 else f"{value / 1000:,.1f} s"
    if measure == "cost":
        return dollars(value)
    return f"{value:,.1f}".removesuffix(".0") if measure == "tokens_per_second" else f"{value:,.0f}"


def dollars(value: float) -> str:
    """A sum in USD, with as many decimals as tell something."""
    return (
        f"${value:,.2f}"
        if value == 0 or value >= 10
        else f"${value:.4f}"
        if value >= 0.01
        else f"${value:.6f}"
    )


def spread(measure: str, found: Spread | None, *, source: Source = Source.REPORTED) -> str:
    """The median, and the range where there is one; a dash where it is not known."""
    if found is None:
        return UNKNOWN
    is_guess = source is Source.ESTIMATED and measure in ("tokens_per_second", "completion_tokens", "cost")
    about = "≈ " if is_guess else ""
    shown = about + number(measure, found.median)
    if found.low == found.high:
        return shown
    return f"{shown} ({number(measure, found.low)} – {number(measure, found.high)})"


def measured(one: CellFigures, measure: str) -> str:
    """A measure of a cell."""
    return spread(measure, getattr(one, measure), source=one.source)


def marks(one: CellFigures) -> list[str]:
    """What a cell was best in."""
    found = {"fastest": one.is_fastest, "cheapest": one.is_cheapest, "longest": one.is_longest}
    return [mark for mark, is_so in found.items() if is_so]


def told_as(usage: Usage) -> str:
    """Where token counts are from, and whether they fit each other."""
    return usage.source.value if usage.adds_up else f"{usage.source.value}, do not add up"


def state(reply: Reply) -> str:
    """How a reply ended, where that was not by itself."""
    if reply.state is not State.COMPLETED:
        return reply.state.value
    return f"ended by {reply.finish_reason}" if reply.ending not in (None, Ending.COMPLETE) else ""


def line(reply: Reply, cost: float | None) -> str:
    """The figures of one reply."""
    return " · ".join(filter(None, _line(reply, cost)))


def _line(reply: Reply, cost: float | None) -> Iterator[str]:
    usage, timing = reply.usage, reply.timing
    about = "≈ " if usage.source is Source.ESTIMATED else ""
    if usage.completion_tokens is not None:
        unit = "token" if usage.completion_tokens == 1 else "tokens"
        yield f"{about}{usage.completion_tokens:,} {unit} ({told_as(usage)})"
    if timing.first_token_ms is not None:
        yield f"first token {number('ttft_ms', timing.first_token_ms)}"
    if reply.tokens_per_second is not None:
        yield f"{about}{reply.tokens_per_second:,.0f} tokens/s"
    if timing.total_ms is not None:
        yield f"total {number('total_ms', timing.total_ms)}"
    if cost is not None:
        yield about + dollars(cost)
    yield state(reply)


def together(totals: Totals) -> str:
    """All replies in one line, with what it leaves out."""
    parts = [f"{totals.replies:,} {'reply' if totals.replies == 1 else 'replies'}"]
    if totals.not_completed:
        parts[0] += f" ({totals.not_completed:,} not completed)"
    if totals.without_tokens < totals.replies:
        left_out = _left_out(totals.without_tokens, totals.replies, totals.estimated)
        parts.append(f"{totals.completion_tokens:,} tokens written{left_out}")
    if totals.cost is not None:
        parts.append(dollars(totals.cost) + _left_out(totals.without_cost, totals.replies, 0))
    return " · ".join(parts)


def _left_out(unknown: int, count: int, estimated: int) -> str:
    words = [f"{estimated:,} of {count:,} estimated"] if estimated else []
    words += [f"without {unknown:,} of {count:,} replies"] if unknown else []
    return f" ({', '.join(words)})" if words else ""
