"""What a reply costs, and what a sum of costs admits not to know."""

from datetime import UTC, datetime

import pytest

from lib.domain.models.prices import Price, Spent, cost_of, source_of, total_spent
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import Reply
from lib.domain.reply.usage import Source, Usage

PRICE = Price(prompt=2.0, completion=8.0, cached=0.5)
USED = Usage(1_000_000, 500_000, 1_500_000, 400_000, source=Source.REPORTED)


def row(model: str | None, usage: Usage = USED, served: str | None = None) -> LedgerRow:
    reply = Reply(model_requested=model, model_served=served, usage=usage)
    now = datetime.now(UTC)
    return LedgerRow.of(reply, reply_id="r", session_id="s", conversation_id="c", created_at=now)


@pytest.mark.parametrize(
    ("price", "usage", "cost"),
    [
        (PRICE, USED, 0.6 * 2 + 0.5 * 8 + 0.4 * 0.5),
        (Price(prompt=2.0, completion=8.0), USED, 2.0 + 4.0),
        (PRICE, Usage(0, 0, 0), 0.0),
        (PRICE, Usage(10, 0, 10, cached_tokens=99), 10 * 0.5 / 1e6),
        (PRICE, Usage(), None),
        (PRICE, Usage(prompt_tokens=5), None),
        (Price(prompt=2.0), USED, None),
        (Price(), USED, None),
        (Price(call=0.04), Usage(), 0.04),
    ],
)
def test_a_cost_is_told_only_where_all_of_it_is_known(price: Price, usage: Usage, cost: float | None) -> None:
    assert price.cost(usage) == (cost if cost is None else pytest.approx(cost))


def test_the_model_that_was_asked_for_sets_the_price() -> None:
    prices = {"asked": Price(call=1.0), "served": Price(call=5.0)}
    assert cost_of(row("asked", served="served"), prices) == 1.0
    assert cost_of(row("alias", served="served"), prices) == 5.0
    assert cost_of(row(None), prices) is None


def test_a_sum_says_how_many_replies_it_leaves_out() -> None:
    rows = [row("asked"), row("asked"), row("unpriced")]
    assert total_spent(rows, {"asked": Price(call=0.25)}) == Spent(0.5, 1)
    assert total_spent([], {}) == Spent(0, 0)


def test_it_is_told_where_a_price_is_from() -> None:
    page = "/api/pricing"
    assert source_of(Price(1.0, source=page, group="vip")) == "computed from /api/pricing, group vip"
    assert source_of(Price(1.0, source=page)) == "computed from /api/pricing"
    assert source_of(Price(1.0, source="as an older recording has it")) == "as an older recording has it"
