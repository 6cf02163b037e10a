"""Numbers as people read them, each with its source."""

from lib.domain.comparison.estimates import Expected
from lib.domain.models.prices import Prices, cost_of, price_of
from lib.domain.reply import wording
from lib.domain.reply.reply import Reply
from lib.domain.reply.wording import money, seconds
from lib.domain.text.markdown.literal import Markdown, literal, md

_DOT = "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}"


def footer(reply: Reply) -> Markdown:
    """Return the line under a reply: served model, tokens, time to first token, tokens/s, ending."""
    return literal(_joined(reply.model_served or reply.model_requested or "", *_parts(reply)))


def summary(reply: Reply, cost: str = "") -> Markdown:
    """Return the lines above a cell: times and how it ended; tokens and tokens/s; the cost.

    The line breaks are fixed: a figure that gets longer does not move the others.
    """
    times = _joined(wording.first_token(reply), wording.total(reply), wording.ending(reply))
    return _lines(times, _joined(_tokens(reply), _rate(reply)), cost)


def running(reply: Reply, cost: str = "") -> Markdown:
    """Return the same lines while a reply runs: each figure keeps its place from the start."""
    elapsed = f"elapsed {(reply.timing.total_ms or 0.0) / 1000:.1f} s"
    times = _joined(wording.first_token(reply) or "first token –", elapsed)
    return _lines(times, _joined(_tokens(reply), _rate(reply) or "– tokens/s"), cost)


def cost(reply: Reply, prices: Prices, model: str | None = None) -> str:
    """Return what a reply costs and by which price; empty if no price is known at all.

    `model` is the one of its conversation.
    """
    if not prices or reply.usage.completion_tokens is None:
        return ""
    price, dollars = price_of(reply, prices, model), cost_of(reply, prices, model)
    if price is None or dollars is None:
        return "cost unknown"
    return _joined(f"{wording.about(reply.usage.source)}{money(dollars)}", price.source)


def about(expected: Expected) -> str:
    """Return the expected tokens, and the expected cost as far as prices are known."""
    tokens = f"≈ {expected.tokens:,} tokens"
    if expected.cost is None:
        return tokens
    left_out = f" ({wording.counted(expected.unpriced, 'price')} unknown)" if expected.unpriced else ""
    return f"{tokens}, {money(expected.cost)}{left_out}"


def _lines(*lines: str) -> Markdown:
    """Join lines that may wrap only between figures."""
    unbroken = (line.replace(" ", "\N{NO-BREAK SPACE}").replace(_DOT, " · ") for line in lines if line)
    return md("  \n").join(map(literal, unbroken))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _parts(reply: Reply) -> list[str]:
    first_token = wording.first_token(reply) if reply.text or not reply.images else ""
    return [_tokens(reply), first_token, _rate(reply), _drawn(reply), wording.ending(reply)]


def _drawn(reply: Reply) -> str:
    """Return how many images there are and, if the reply is nothing else, how long they took."""
    if not reply.images:
        return ""
    count = wording.counted(len(reply.images), "image")
    is_all = not reply.text and reply.timing.total_ms is not None
    return f"{count} in {seconds(reply.timing.total_ms)}" if is_all else count


def _tokens(reply: Reply) -> str:
    doubt = "" if reply.usage.adds_up else " (counts do not add up)"
    return f"{told}{doubt}" if (told := wording.tokens(reply.usage)) else ""


def _rate(reply: Reply) -> str:
    return wording.rate(reply.tokens_per_second, reply.usage.source)
