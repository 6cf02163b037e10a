"""Figures in words: the same on a page, in a report, in a file. Plain text: the caller escapes it."""

from collections.abc import Mapping
from decimal import Decimal

from lib.domain.reply.finish_reasons import Ending
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import SOURCES, Source, Usage
from lib.i18n.formats import number
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext

UNKNOWN = "–"
STATES: Mapping[str, str] = {
    State.RUNNING: mark("running"),
    State.COMPLETED: mark("completed"),
    State.STOPPED: mark("stopped"),
    State.FAILED: mark("failed"),
    State.INTERRUPTED: mark("interrupted"),
}


def seconds(ms: float | None) -> str:
    """A time in seconds: two decimals below ten seconds, one above."""
    if ms is None:
        return UNKNOWN
    return _("{} s").format(number(ms / 1000, 2 if ms < 9_995 else 1))


def money(dollars: float, *, cents_from: float = 1.0) -> str:
    """An amount in USD with as many decimals as it needs; from `cents_from` on, cents are enough."""
    if dollars == 0 or abs(dollars) >= cents_from:
        return f"${number(dollars, 2)}"
    return f"${number(dollars, 4 if abs(dollars) >= 0.001 else 6)}"


def price(dollars: float) -> str:
    """A price in USD with its original digits, four at most."""
    digits = Decimal(f"{dollars:.4g}")
    return f"${number(float(digits), max(0, -int(digits.as_tuple().exponent)))}"


def about(source: Source) -> str:
    """The sign before an estimate."""
    return "≈ " if source is Source.ESTIMATED else ""


def tokens(usage: Usage) -> str:
    """The number of tokens written; empty if unknown."""
    count = usage.completion_tokens
    return "" if count is None else f"{about(usage.source)}{counted_tokens(count)}"


def counted_tokens(count: int) -> str:
    """Tokens with their noun."""
    return ngettext("{} token", "{} tokens", count).format(number(count))


def with_source(usage: Usage) -> str:
    """The same with where the number is from, and whether the counts agree."""
    told = _("{counts} ({source})") if usage.adds_up else _("{counts} ({source}, which do not add up)")
    return told.format(counts=tokens(usage), source=_(SOURCES[usage.source])) if tokens(usage) else ""


def told_as(usage: Usage) -> str:
    """The source of token counts, and whether they agree, as a code for tables that programs read."""
    return usage.source.value if usage.adds_up else f"{usage.source.value}, do not add up"


def first_token(reply: Reply) -> str:
    """The time to the first token; empty if none came."""
    at_ms = reply.timing.first_token_ms
    return "" if at_ms is None else _("first token {}").format(seconds(at_ms))


def rate(tokens_per_second: float | None, source: Source = Source.REPORTED) -> str:
    """The speed of writing; empty if unknown."""
    if tokens_per_second is None:
        return ""
    return about(source) + _("{} tokens/s").format(number(tokens_per_second))


def total(reply: Reply) -> str:
    """The time to the end; empty if unknown."""
    total_ms = reply.timing.total_ms
    return "" if total_ms is None else _("total {}").format(seconds(total_ms))


def ending(reply: Reply) -> str:
    """How the reply ended, if it did not end by itself."""
    if reply.state not in (State.RUNNING, State.COMPLETED):
        return _(STATES[reply.state])
    is_told = reply.ending not in (None, Ending.COMPLETE, Ending.TOOL_CALLS)  # which stand above
    return _("ended by {}").format(reply.finish_reason) if is_told else ""


def measured(measure: str, value: float) -> str:
    """A value of a measure of `lib.domain.comparison.statistics`, with its unit where its title has none."""
    if measure.endswith("_ms"):
        return seconds(value)
    return money(value) if measure == "cost" else number(value)
