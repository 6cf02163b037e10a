"""Numbers as people read them, each with its source."""

from lib.domain.comparison.estimates import Expected
from lib.domain.models.prices import Prices, cost_of
from lib.domain.reply import wording
from lib.domain.reply.reply import Reply
from lib.domain.reply.wording import money, seconds
from lib.domain.text.markdown.literal import Markdown, literal
from lib.i18n.translation import gettext as _


def footer(reply: Reply) -> Markdown:
    """Return the line under a reply: served model, tokens, time to first token, tokens/s, ending."""
    return literal(_joined(reply.model_served or reply.model_requested or "", *_parts(reply)))


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
    tokens = f"≈ {expected.tokens:,} tokens"
    if expected.cost is None:
        return tokens
    left_out = f" ({wording.counted(expected.unpriced, 'price')} unknown)" if expected.unpriced else ""
    return f"{tokens}, {money(expected.cost)}{left_out}"


def _line(*parts: str) -> Markdown:
    """Join figures to a line that may wrap only between them."""
    unbroken = (part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts if part)
    return literal(" · ".join(unbroken))


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
