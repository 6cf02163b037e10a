"""Numbers as people read them, each with where it comes from."""

from lib.domain.comparison.estimates import Expected
from lib.domain.models.prices import Prices
from lib.domain.reply.finish_reasons import Ending
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source
from lib.domain.text.markdown.literal import Markdown, literal, md

_DOT = "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}"
_STATES = {State.STOPPED: "stopped", State.FAILED: "failed", State.INTERRUPTED: "interrupted"}


def seconds(ms: float | None) -> str:
    """A time in seconds: two decimals below ten seconds, one above."""
    if ms is None:
        return "–"
    return f"{ms / 1000:.2f} s" if ms < 9_995 else f"{ms / 1000:.1f} s"


def footer(reply: Reply) -> Markdown:
    """The line under a reply: served model, tokens, time to first token, tokens/s, and how it
    ended."""
    return literal(_joined(reply.model_served or reply.model_requested or "", *_parts(reply)))


def summary(reply: Reply, cost: str = "") -> Markdown:
    """The lines over a cell: times and how it ended; tokens and tokens/s; the cost.

    Lines of their own, so that none breaks elsewhere when a figure gets longer.
    """
    total_ms = reply.timing.total_ms
    total = f"total {seconds(total_ms)}" if total_ms is not None else ""
    times = _joined(_first_token(reply), total, _ending(reply))
    return _lines(times, _joined(_tokens(reply), _rate(reply)), cost)


def running(reply: Reply, cost: str = "") -> Markdown:
    """The same lines while a reply runs: each figure has its place from the start."""
    elapsed = f"elapsed {(reply.timing.total_ms or 0.0) / 1000:.1f} s"
    times = _joined(_first_token(reply) or "first token –", elapsed)
    return _lines(times, _joined(_tokens(reply), _rate(reply) or "– tokens/s"), cost)


def cost(reply: Reply, prices: Prices) -> str:
    """What a reply costs and by which price; empty where no price is known at all."""
    if not prices or reply.usage.completion_tokens is None:
        return ""
    price = prices.get(reply.model_requested or "")
    dollars = price.cost(reply.usage) if price else None
    if price is None or dollars is None:
        return "cost unknown"
    return _joined(f"{_about(reply)}{money(dollars)}", price.source)


def money(dollars: float) -> str:
    """An amount in USD, with as many decimals as it takes to see it."""
    if dollars >= 1 or dollars == 0:
        return f"${dollars:,.2f}"
    return f"${dollars:.4f}" if dollars >= 0.001 else f"${dollars:.6f}"


def about(expected: Expected) -> str:
    """What something is expected to take: tokens, and the cost as far as prices are known."""
    tokens = f"≈ {expected.tokens:,} tokens"
    if expected.cost is None:
        return tokens
    unit = "price" if expected.unpriced == 1 else "prices"
    left_out = f" ({expected.unpriced} {unit} unknown)" if expected.unpriced else ""
    return f"{tokens}, {money(expected.cost)}{left_out}"


def _lines(*lines: str) -> Markdown:
    """Lines that break nowhere but between figures, if at all."""
    unbroken = (line.replace(" ", "\N{NO-BREAK SPACE}").replace(_DOT, " · ") for line in lines if line)
    return md("  \n").join(map(literal, unbroken))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _parts(reply: Reply) -> list[str]:
    first_token = _first_token(reply) if reply.text or not reply.images else ""
    return [_tokens(reply), first_token, _rate(reply), _drawn(reply), _ending(reply)]


def _drawn(reply: Reply) -> str:
    """How many images there are, and where they are all there is, how long they took."""
    if not reply.images:
        return ""
    count = "1 image" if len(reply.images) == 1 else f"{len(reply.images)} images"
    is_all = not reply.text and reply.timing.total_ms is not None
    return f"{count} in {seconds(reply.timing.total_ms)}" if is_all else count


def _tokens(reply: Reply) -> str:
    count = reply.usage.completion_tokens
    if count is None:
        return ""
    doubt = "" if reply.usage.adds_up else " (counts do not add up)"
    return f"{_about(reply)}{count:,} {'token' if count == 1 else 'tokens'}{doubt}"


def _first_token(reply: Reply) -> str:
    at_ms = reply.timing.first_token_ms
    return "" if at_ms is None else f"first token {seconds(at_ms)}"


def _rate(reply: Reply) -> str:
    rate = reply.tokens_per_second
    return "" if rate is None else f"{_about(reply)}{rate:,.0f} tokens/s"


def _ending(reply: Reply) -> str:
    if reply.state in _STATES:
        return _STATES[reply.state]
    is_told = reply.ending not in (None, Ending.COMPLETE, Ending.TOOL_CALLS)  # which stand above
    return f"ended by {reply.finish_reason}" if is_told else ""


def _about(reply: Reply) -> str:
    return "≈ " if reply.usage.source is Source.ESTIMATED else ""
