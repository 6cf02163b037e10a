"""Balances: asked for once, remembered, and nobody waits for them for long."""

import time

import pytest

from lib.chat.balance import Balance
from lib.chat.connection import Connection
from lib.engine import balances
from lib.engine.engine import Engine
from tests.engine.conftest import PATIENCE
from tests.scripted_gateway import ScriptedGateway, error, silence

TOKEN = "/api/usage/token/"


def quota(left: int) -> dict[str, object]:
    return {"data": {"total_available": left, "unlimited_quota": False}}


def test_a_balance_is_asked_for_once_a_minute(
    engine: Engine, gateway: ScriptedGateway, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.serve(TOKEN, error(200, quota(500_000)))
    assert engine.balances.left(connection, wait_seconds=PATIENCE) == Balance(1.0)
    gateway.serve(TOKEN, error(200, quota(0)))
    assert engine.balances.left(connection, wait_seconds=PATIENCE) == Balance(1.0)
    assert [request.path for request in gateway.requests].count(TOKEN) == 1
    monkeypatch.setattr(balances, "FRESH_SECONDS", 0.0)
    assert engine.balances.left(connection, wait_seconds=PATIENCE) == Balance(0.0)


def test_a_silent_gateway_holds_nobody_up(
    engine: Engine, gateway: ScriptedGateway, connection: Connection
) -> None:
    gateway.serve(TOKEN, silence())
    started = time.monotonic()
    assert engine.balances.left(connection, wait_seconds=0.05) is None
    assert time.monotonic() - started < PATIENCE / 2
