"""A report's own wording of figures: measures with their range, and sums with what they leave out."""

from collections.abc import Iterator

from lib.domain.comparison.statistics import Figures, Spread
from lib.domain.reply.reply import Reply
from lib.domain.reply.usage import Source
from lib.domain.reply.wording import (
    UNKNOWN,
    about,
    counted,
    ending,
    first_token,
    money,
    rate,
    seconds,
    tokens,
    told_as,
    total,
)
from lib.report.measures import Totals


def number(measure: str, value: float) -> str:
    """Return a value of a measure, with its unit."""
    if measure.endswith("_ms"):
        return seconds(value)
    if measure == "cost":
        return money(value)
    return f"{value:,.1f}".removesuffix(".0") if measure == "tokens_per_second" else f"{value:,.0f}"


def spread(measure: str, found: Spread | None, *, source: Source = Source.REPORTED) -> str:
    """Return the median, and the range if there is one; a dash if it is unknown."""
    if found is None:
        return UNKNOWN
    sign = "" if measure.endswith("_ms") else about(source)
    shown = sign + number(measure, found.median)
    if found.low == found.high:
        return shown
    return f"{shown} ({number(measure, found.low)} – {number(measure, found.high)})"


def measured(one: Figures, measure: str) -> str:
    """Return a measure of a cell, in words."""
    return spread(measure, one.measured(measure), source=one.source)


def line(reply: Reply, cost: float | None) -> str:
    """Return the figures of one reply."""
    return " · ".join(filter(None, _line(reply, cost)))


def _line(reply: Reply, cost: float | None) -> Iterator[str]:
    usage = reply.usage
    if told := tokens(usage):
        yield f"{told} ({told_as(usage)})"
    yield first_token(reply)
    yield rate(reply.tokens_per_second, usage.source)
    yield total(reply)
    if cost is not None:
        yield about(usage.source) + money(cost)
    yield ending(reply)


def together(totals: Totals) -> str:
    """Return the sums over all replies in one line, with what they leave out."""
    parts = [counted(totals.replies, "reply", "replies")]
    if totals.not_completed:
        parts[0] += f" ({totals.not_completed:,} not completed)"
    if totals.without_tokens < totals.replies:
        left_out = _left_out(totals.without_tokens, totals.replies, totals.estimated)
        parts.append(f"{totals.completion_tokens:,} tokens written{left_out}")
    if totals.cost is not None:
        parts.append(money(totals.cost) + _left_out(totals.without_cost, totals.replies, 0))
    return " · ".join(parts)


def _left_out(unknown: int, count: int, estimated: int) -> str:
    words = [f"{estimated:,} of {count:,} estimated"] if estimated else []
    words += [f"without {unknown:,} of {count:,} replies"] if unknown else []
    return f" ({', '.join(words)})" if words else ""
