"""What is left on a key, as gateways tell it."""

from typing import Any

import pytest

from lib.domain.models.balance import Balance
from tests.gateway.test_client import connection, with_client
from tests.scripted_gateway import ScriptedGateway, error, raw

QUOTA = {"code": True, "data": {"total_available": 750_000, "unlimited_quota": False}}
TOKEN, STATUS = "/api/usage/token/", "/api/status"
SUBSCRIPTION, USAGE = "/dashboard/billing/subscription", "/dashboard/billing/usage"


def ask(gateway: ScriptedGateway) -> Balance | None:
    return with_client(lambda client: client.balance(connection(gateway)))


@pytest.mark.parametrize(
    ("pages", "balance"),
    [
        ({TOKEN: QUOTA}, Balance(1.5)),
        ({TOKEN: QUOTA, STATUS: {"data": {"quota_per_unit": 1000}}}, Balance(750.0)),
        ({TOKEN: {"data": {"unlimited_quota": True, "total_available": 0}}}, Balance(None)),
        ({SUBSCRIPTION: {"hard_limit_usd": 10.5}, USAGE: {"total_usage": 1040}}, Balance(0.1)),
        ({SUBSCRIPTION: {"hard_limit_usd": 100_000_000}}, Balance(None)),
        ({SUBSCRIPTION: {"error": {"message": "无效的令牌"}}}, None),
        ({SUBSCRIPTION: {"hard_limit_usd": True}, TOKEN: {"data": []}}, None),
        ({SUBSCRIPTION: {"hard_limit_usd": 10}}, None),
        ({}, None),
    ],
)
def test_a_balance_is_read_where_it_stands(
    gateway: ScriptedGateway, pages: dict[str, Any], balance: Balance | None
) -> None:
    for path, body in pages.items():
        gateway.serve(path, error(200, body))
    found = ask(gateway)
    assert (found is None) == (balance is None)
    if found and balance:
        assert found.usd == pytest.approx(balance.usd)
    assert {request.headers["authorization"] for request in gateway.requests} == {
        "Bearer sk-scripted0123456789"
    }


@pytest.mark.parametrize("script", [error(429), error(401, {"success": False}), raw(b"<html>"), raw(b"[1]")])
def test_a_page_that_does_not_tell_is_no_balance(gateway: ScriptedGateway, script: Any) -> None:
    for path in (TOKEN, SUBSCRIPTION):
        gateway.serve(path, script)
    assert ask(gateway) is None


@pytest.mark.parametrize(
    ("usd", "words"),
    [(1.5, "$1.50 is left"), (0.0, "$0.00 is left"), (0.00034, "$0.000340 is left"), (None, "no limit")],
)
def test_a_balance_is_a_sentence(usd: float | None, words: str) -> None:
    assert words in str(Balance(usd))
