"""Prices, as servers tell them, or do not."""

from typing import Any

import pytest

from lib.domain.models.connection import Connection, Secret
from lib.domain.models.prices import Price
from lib.gateway import pricing
from tests.gateway.test_client import with_client
from tests.scripted_gateway import ScriptedGateway, error, raw, silence

GPT = {"model_name": "gpt", "quota_type": 0, "model_ratio": 1.25, "completion_ratio": 4, "cache_ratio": 0.5}
PAINTER = {"model_name": "painter", "quota_type": 1, "model_price": 0.04}


def prices(gateway: ScriptedGateway) -> dict[str, Price]:
    return with_client(lambda client: client.prices(Connection(gateway.base_url, Secret("sk-a"))))


def answer(gateway: ScriptedGateway, payload: Any, status: Any = None) -> dict[str, Price]:
    gateway.answer_page("/api/pricing", error(200, payload))
    if status is not None:
        gateway.answer_page("/api/status", error(200, status))
    return prices(gateway)


def test_prices_are_computed_from_ratios(gateway: ScriptedGateway) -> None:
    found = answer(gateway, {"success": True, "data": [GPT, PAINTER], "group_ratio": {"default": 1}})
    assert found == {
        "gpt": Price(2.5, 10.0, 1.25, source="/api/pricing", group="default"),
        "painter": Price(call=0.04, source="/api/pricing", group="default"),
    }


def test_the_group_and_the_worth_of_the_quota_count(gateway: ScriptedGateway) -> None:
    payload = {"data": [GPT, PAINTER], "group_ratio": {"vip": 3, "default": 0.5}}
    found = answer(gateway, payload, {"success": True, "data": {"quota_per_unit": 1_000_000}})
    assert (found["gpt"].prompt, found["gpt"].completion, found["painter"].call) == (0.625, 2.5, 0.02)


def test_no_key_is_sent_for_what_everybody_may_see(gateway: ScriptedGateway) -> None:
    answer(gateway, {"data": []})
    assert {request.path for request in gateway.requests} == {"/api/pricing", "/api/status"}
    assert not any("authorization" in request.headers for request in gateway.requests)


@pytest.mark.parametrize(
    "payload",
    [
        {"success": False, "message": "not for you"},
        {"data": None},
        {"data": [None, 7, {}, {"model_name": "a"}, {"model_name": "b", "model_ratio": "x"}]},
        {
            "data": [
                {**GPT, "model_ratio": -1},
                {**GPT, "completion_ratio": True},
                {**PAINTER, "model_price": None},
            ]
        },
        {"data": [GPT], "group_ratio": {"vip": 1, "svip": 2}},
        {"data": [GPT], "group_ratio": {"default": "free"}},
        {"data": [GPT], "group_ratio": [1]},
    ],
)
def test_what_is_no_price_is_left_out(gateway: ScriptedGateway, payload: Any) -> None:
    assert answer(gateway, payload) == {}


@pytest.mark.parametrize(
    "script",
    [
        error(404, {"error": {"message": "Invalid URL (GET /api/pricing)"}}),
        error(401, {"success": False}),
        raw(b"<!doctype html><title>New API</title>"),
        raw(b"[" * 5000),
    ],
)
def test_a_server_without_prices_is_no_trouble(gateway: ScriptedGateway, script: Any) -> None:
    gateway.answer_page("/api/pricing", script)
    assert prices(gateway) == {}


def test_a_silent_page_is_given_up(gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pricing, "SECONDS", 0.1)
    gateway.answer_page("/api/pricing", silence())
    assert prices(gateway) == {}
