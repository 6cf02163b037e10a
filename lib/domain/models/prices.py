"""Prices of models in USD, and the cost of a reply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import Reply
from lib.domain.reply.usage import Source, Usage
from lib.i18n.translation import gettext as _

TOKENS_PER_PRICE = 1_000_000
"""Prices are per million tokens, as all vendors list them."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one model in USD: per million tokens, or per call. `None` is unknown."""

    prompt: float | None = None
    completion: float | None = None
    cached: float | None = None
    """For the part of the prompt that was read from the upstream's cache."""
    call: float | None = None
    """For each call, whatever its usage."""
    source: str = ""
    """The page that it was computed from, such as `/api/pricing`. In older recordings it is a sentence."""
    group: str = ""
    """The group of keys that it applies to, where the page has groups."""

    def cost(self, usage: Usage) -> float | None:
        """The cost in USD of a reply with this usage; `None` if a price or a count is missing."""
        if self.call is not None:
            return self.call
        prompt, completion = usage.prompt_tokens, usage.completion_tokens
        if self.prompt is None or self.completion is None or prompt is None or completion is None:
            return None
        cached = min(usage.cached_tokens or 0, prompt) if self.cached is not None else 0
        spent = (prompt - cached) * self.prompt + completion * self.completion + cached * (self.cached or 0.0)
        return spent / TOKENS_PER_PRICE


Prices = Mapping[str, Price]
"""Prices by model id."""


def source_of(price: Price) -> str:
    """Where a price is from, in words, shown beside every cost computed with it."""
    if not price.source.startswith("/"):
        return price.source
    if price.group:
        return _("computed from {page}, group {group}").format(page=price.source, group=price.group)
    return _("computed from {page}").format(page=price.source)


def price_of(reply: Reply | LedgerRow, prices: Prices, model: str | None = None) -> Price | None:
    """The price of the requested model, which is what a gateway charges, else that of the served one.

    `model` is the one of the reply's conversation. It counts if the reply names none, as in other programs'
    exports.
    """
    requested, served = reply.model_requested, reply.model_served
    return prices.get(requested or served or model or "") or prices.get(served or "")


def cost_of(reply: Reply | LedgerRow, prices: Prices, model: str | None = None) -> float | None:
    """The cost of a reply in USD, at the price that `price_of` finds; `None` is unknown."""
    price = price_of(reply, prices, model)
    return price.cost(reply.usage) if price else None


@dataclass(frozen=True, slots=True)
class Spent:
    """A sum in USD, and how many replies with tokens it leaves out because their price is unknown."""

    dollars: float
    unknown: int


def total_spent(rows: Sequence[LedgerRow], prices: Prices) -> Spent:
    """Add up the costs of the rows."""
    costs = [cost_of(row, prices) for row in rows if row.usage.source is not Source.UNKNOWN]
    return Spent(sum(cost for cost in costs if cost is not None), costs.count(None))
