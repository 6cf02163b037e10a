"""Balances: asked for once, remembered, and nobody waits for them for long."""

import time

from lib.domain.models.balance import Balance
from lib.domain.models.connection import Connection, Secret
from lib.engine.engine import Engine
from lib.engine.lookups.balances import Balances
from lib.engine.loop import Loop
from lib.gateway.client import Gateway
from tests.patience import PATIENCE
from tests.scripted_gateway import ScriptedGateway, error, silence

TOKEN = "/api/usage/token/"


def quota(left: int) -> dict[str, object]:
    return {"data": {"total_available": left, "unlimited_quota": False}}


def test_a_balance_is_asked_for_once_a_minute(
    engine: Engine, gateway: ScriptedGateway, connection: Connection
) -> None:
    gateway.serve(TOKEN, error(200, quota(500_000)))
    assert engine.balances.left(connection, wait_seconds=PATIENCE) == Balance(1.0)
    gateway.serve(TOKEN, error(200, quota(0)))
    assert engine.balances.left(connection, wait_seconds=PATIENCE) == Balance(1.0)
    assert [request.path for request in gateway.requests].count(TOKEN) == 1


def test_an_old_balance_is_asked_for_again(
    asking: tuple[Gateway, Loop], gateway: ScriptedGateway, connection: Connection
) -> None:
    balances = Balances(*asking, fresh_seconds=0.0)
    gateway.serve(TOKEN, error(200, quota(500_000)))
    assert balances.left(connection, wait_seconds=PATIENCE) == Balance(1.0)
    gateway.serve(TOKEN, error(200, quota(0)))
    assert balances.left(connection, wait_seconds=PATIENCE) == Balance(0.0)


def test_the_connections_of_those_who_came_first_are_forgotten_first(
    asking: tuple[Gateway, Loop], gateway: ScriptedGateway
) -> None:
    balances = Balances(*asking, remembered=2)
    gateway.serve(TOKEN, error(200, quota(500_000)))
    one, two, three = (Connection(gateway.base_url, Secret(f"sk-{number}")) for number in range(3))
    for each in (one, two, three, two, one):
        balances.left(each, wait_seconds=PATIENCE)
    asked = [each.headers["authorization"] for each in gateway.requests if each.path == TOKEN]
    assert asked == ["Bearer sk-0", "Bearer sk-1", "Bearer sk-2", "Bearer sk-0"]


def test_a_silent_gateway_holds_nobody_up(
    engine: Engine, gateway: ScriptedGateway, connection: Connection
) -> None:
    gateway.serve(TOKEN, silence())
    started = time.monotonic()
    assert engine.balances.left(connection, wait_seconds=0.05) is None
    assert time.monotonic() - started < PATIENCE / 2
