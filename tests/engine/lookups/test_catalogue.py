"""The catalogue: asked once, remembered, and never in anybody's way."""

import threading
import time

import pytest

from lib.domain.models.connection import Connection, Secret
from lib.domain.reply.errors import Category
from lib.engine.lookups import catalogue as catalogue_module
from lib.engine.lookups.catalogue import Catalogue, Listing
from lib.engine.loop import Loop
from lib.gateway.client import Gateway
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import ScriptedGateway, error, silence

REFUSAL = error(401, {"error": {"message": "Invalid token", "code": "invalid_api_key"}})


@pytest.fixture
def catalogue(asking: tuple[Gateway, Loop]) -> Catalogue:
    return Catalogue(*asking)


def names(listing: Listing) -> list[str]:
    return [model.id for model in listing.models]


def asked(gateway: ScriptedGateway) -> int:
    return len(gateway.requests)


def test_the_first_look_waits_for_the_list(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection
) -> None:
    listing = catalogue.listing(connection, wait_seconds=PATIENCE)
    assert names(listing) == gateway.models
    assert listing.error is None


def test_a_fresh_list_is_not_asked_for_again(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection
) -> None:
    first = catalogue.listing(connection, wait_seconds=PATIENCE)
    assert [catalogue.listing(connection) for _ in range(5)] == [first] * 5
    assert asked(gateway) == 1


def test_an_old_list_is_shown_while_a_new_one_is_fetched(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = catalogue.listing(connection, wait_seconds=PATIENCE)
    monkeypatch.setattr(catalogue_module, "FRESH_SECONDS", 0.0)
    gateway.models = ["model-new"]
    assert catalogue.listing(connection) == old
    assert eventually(lambda: names(catalogue.listing(connection)) == ["model-new"])


def test_a_failure_is_remembered_and_not_asked_for_again_at_once(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection
) -> None:
    gateway.answer_models(REFUSAL)
    listing = catalogue.listing(connection, wait_seconds=PATIENCE)
    assert listing.error is not None
    assert listing.error.category is Category.INVALID_KEY
    assert catalogue.listing(connection, wait_seconds=PATIENCE) == listing
    assert asked(gateway) == 1


def test_a_failure_is_tried_again_after_a_while(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.answer_models(REFUSAL)
    assert catalogue.listing(connection, wait_seconds=PATIENCE).error
    monkeypatch.setattr(catalogue_module, "RETRY_SECONDS", 0.0)
    gateway.answer_models(error(200, {"data": [{"id": "model-back"}]}))
    assert eventually(lambda: names(catalogue.listing(connection)) == ["model-back"])
    assert catalogue.listing(connection).error is None


def test_a_failure_is_tried_again_at_once_when_somebody_asks_for_it(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection
) -> None:
    gateway.answer_models(REFUSAL)
    assert catalogue.listing(connection, wait_seconds=PATIENCE).error
    gateway.answer_models(error(200, {"data": [{"id": "model-back"}]}))
    assert names(catalogue.ask_again(connection, wait_seconds=PATIENCE)) == ["model-back"]
    assert catalogue.listing(connection).error is None
    gateway.answer_models(silence())
    assert names(catalogue.ask_again(connection, wait_seconds=0.05)) == ["model-back"]


def test_known_models_stay_when_a_later_try_fails(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = catalogue.listing(connection, wait_seconds=PATIENCE)
    monkeypatch.setattr(catalogue_module, "FRESH_SECONDS", 0.0)
    gateway.answer_models(error(503))
    assert eventually(lambda: catalogue.listing(connection).error is not None)
    assert catalogue.listing(connection).models == known.models


def test_nobody_waits_longer_than_told(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection
) -> None:
    gateway.answer_models(silence())
    started = time.monotonic()
    assert catalogue.listing(connection, wait_seconds=0.05) == Listing()
    assert catalogue.listing(connection, wait_seconds=0.05) == Listing()
    assert time.monotonic() - started < PATIENCE / 2
    gateway.wait_for_request()
    assert asked(gateway) == 1


def test_two_servers_have_two_lists(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection
) -> None:
    with ScriptedGateway(models=["model-elsewhere"]) as elsewhere:
        other = Connection(elsewhere.base_url)
        assert names(catalogue.listing(other, wait_seconds=PATIENCE)) == ["model-elsewhere"]
        assert names(catalogue.listing(connection, wait_seconds=PATIENCE)) == gateway.models


def test_two_keys_are_asked_for_apart(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection
) -> None:
    """A gateway lists what a key may use."""
    one, two = (Connection(connection.base_url, Secret(key)) for key in ("sk-one", "sk-two"))
    for each in (one, two, one):
        catalogue.listing(each, wait_seconds=PATIENCE)
    sent = [request.headers["authorization"] for request in gateway.requests]
    assert sent == ["Bearer sk-one", "Bearer sk-two"]


def test_the_connections_of_those_who_came_first_are_forgotten_first(
    asking: tuple[Gateway, Loop], gateway: ScriptedGateway
) -> None:
    catalogue = Catalogue(*asking, remembered=2)
    one, two, three = (Connection(gateway.base_url, Secret(f"sk-{number}")) for number in range(3))
    for each in (one, two, three, two, one):
        catalogue.listing(each, wait_seconds=PATIENCE)
    sent = [request.headers["authorization"] for request in gateway.requests]
    assert sent == ["Bearer sk-0", "Bearer sk-1", "Bearer sk-2", "Bearer sk-0"]


def test_many_who_look_at_once_share_one_request_and_all_get_the_list(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection
) -> None:
    seen: list[list[str]] = []
    barrier = threading.Barrier(16)

    def look() -> None:
        barrier.wait(PATIENCE)
        seen.append(names(catalogue.listing(connection, wait_seconds=PATIENCE)))

    threads = [threading.Thread(target=look) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert seen == [gateway.models] * 16
    assert asked(gateway) == 1


def test_prices_are_asked_for_when_somebody_looks_and_then_remembered(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection
) -> None:
    entry = {"model_name": "model-a", "quota_type": 1, "model_price": 0.5}
    gateway.answer_page("/api/pricing", error(200, {"data": [entry]}))
    catalogue.listing(connection, wait_seconds=PATIENCE)
    assert asked(gateway) == 1
    assert catalogue.prices(connection, wait_seconds=PATIENCE)["model-a"].call == 0.5
    assert catalogue.prices(Connection(gateway.base_url))["model-a"].call == 0.5
    assert asked(gateway) == 3


def test_nobody_waits_for_prices(
    catalogue: Catalogue, gateway: ScriptedGateway, connection: Connection
) -> None:
    gateway.answer_page("/api/pricing", silence())
    assert catalogue.prices(connection) == {}
