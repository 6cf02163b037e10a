"""Numbers as people read them, each with its source."""

from collections.abc import Sequence

from lib.domain.comparison.estimates import Expected
from lib.domain.models.prices import Prices, cost_of
from lib.domain.reply import wording
from lib.domain.reply.reply import Reply
from lib.domain.reply.usage import Source
from lib.domain.reply.wording import money, seconds
from lib.domain.text.markdown.literal import Markdown, literal
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext

_DOT = "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}"


def footer(reply: Reply, prices: Prices | None = None, model: str | None = None) -> Markdown:
    """Return the line under a reply: served model, tokens, cost, time to first token, tokens/s, ending.

    `model` is the one of its conversation. Where no price is known there is no cost.
    """
    dollars = cost_of(reply, prices or {}, model)
    spent = "" if dollars is None else f"{wording.about(reply.usage.source)}{money(dollars)}"
    first_token = wording.first_token(reply) if reply.text or not reply.images else ""
    name = reply.model_served or reply.model_requested or ""
    measured = (first_token, _rate(reply), _drawn(reply), wording.ending(reply))
    return literal(_joined(name, _tokens(reply), spent, *measured))


def used(replies: Sequence[Reply], prices: Prices, model: str | None = None) -> str:
    """Return the tokens and the cost of replies together; empty if nothing is known.

    The sign of an estimate stands before a sum that contains one, or that leaves something out.
    """
    ended = [reply for reply in replies if reply.usage.source is not Source.UNKNOWN]
    if not ended:
        return ""
    tokens = sum(reply.usage.total_tokens or 0 for reply in ended)
    is_about = any(reply.usage.source is Source.ESTIMATED for reply in ended)
    sign = wording.about(Source.ESTIMATED) if is_about else ""
    costs = [cost_of(reply, prices, model) for reply in ended]
    known = [dollars for dollars in costs if dollars is not None]
    sign_of_cost = wording.about(Source.ESTIMATED) if is_about or len(known) < len(costs) else ""
    spent = f"{sign_of_cost}{money(sum(known))}" if known else ""
    return _joined(f"{sign}{wording.counted_tokens(tokens)}", spent)


def summary(reply: Reply, cost: str = "") -> Markdown:
    """Return the line under a cell's answer: first token, tokens/s, tokens, cost, and how it ended."""
    return _line(wording.first_token(reply), _rate(reply), _tokens(reply), cost, wording.ending(reply))


def running(reply: Reply, cost: str = "") -> Markdown:
    """Return the same line while a reply runs; before its first token, how long it has been waited for."""
    waited = _("{} so far").format(f"{(reply.timing.total_ms or 0.0) / 1000:.1f} s")
    return _line(wording.first_token(reply) or waited, _rate(reply), _tokens(reply), cost)


def cost(reply: Reply, prices: Prices, model: str | None = None) -> str:
    """Return what a reply costs; empty if no price is known at all.

    `model` is the one of its conversation.
    """
    if not prices or reply.usage.completion_tokens is None:
        return ""
    dollars = cost_of(reply, prices, model)
    if dollars is None:
        return _("cost unknown")
    return f"{wording.about(reply.usage.source)}{money(dollars)}"


def about(expected: Expected) -> str:
    """Return the expected tokens, and the expected cost as far as prices are known."""
    tokens = f"≈ {wording.counted_tokens(expected.tokens)}"
    if expected.cost is None:
        return tokens
    if not expected.unpriced:
        return f"{tokens}, {money(expected.cost)}"
    said = ngettext(
        "{tokens}, {cost} ({count} price unknown)",
        "{tokens}, {cost} ({count} prices unknown)",
        expected.unpriced,
    )
    return said.format(tokens=tokens, cost=money(expected.cost), count=expected.unpriced)


def _line(*parts: str) -> Markdown:
    """Join figures to a line that may wrap only between them."""
    unbroken = (part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts if part)
    return literal(" · ".join(unbroken))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _drawn(reply: Reply) -> str:
    """Return how many images there are and, if the reply is nothing else, how long they took."""
    if not reply.images:
        return ""
    count = len(reply.images)
    if not reply.text and reply.timing.total_ms is not None:
        said = ngettext("{count} image in {time}", "{count} images in {time}", count)
        return said.format(count=count, time=seconds(reply.timing.total_ms))
    return ngettext("{} image", "{} images", count).format(count)


def _tokens(reply: Reply) -> str:
    told = wording.tokens(reply.usage)
    return told if reply.usage.adds_up or not told else _("{} (counts do not add up)").format(told)


def _rate(reply: Reply) -> str:
    return wording.rate(reply.tokens_per_second, reply.usage.source)
