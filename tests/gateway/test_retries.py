"""What is asked again by itself, over real HTTP: how often, after what, and never after an answer began."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest

from lib.domain.conversation.messages import Params
from lib.domain.reply.errors import Category
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import State
from lib.domain.reply.tape import Content, Event, Retried, Sent
from lib.gateway import retries
from lib.gateway.client import Gateway
from tests.gateway.test_client import QUICK, ask, category_of, collect, connection, with_client
from tests.scripted_gateway import ScriptedGateway, error, hang_up, raw, silence, stream

SATURATED = error(429, {"error": {"message": "当前分组上游负载已饱和，请稍后再试"}})
NO_QUOTA = error(429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}})
NO_CHANNEL = error(503, {"error": {"message": "分组 default 下模型 x 无可用渠道", "code": "model_not_found"}})
PAGE = raw(b"<!doctype html><div>", headers={"Content-Type": "text/html"})
IN_STREAM = raw(b'data: {"error":{"message":"The server had an error","type":"server_error"}}\n\n')

PARAMS = Params(temperature=0.5, top_p=0.9, seed=7, stop=("END",), max_tokens=77)


def sendings(events: list[Event]) -> list[type[Event]]:
    """What the tape says of the requests, without their answers."""
    return [type(event) for event in events if isinstance(event, Sent | Retried)]


def waits(events: list[Event]) -> list[float]:
    """Seconds from each `Retried` to the request after it."""
    return [
        (after.at_ms - before.at_ms) / 1000
        for before, after in pairwise(events)
        if isinstance(before, Retried)
    ]


@pytest.mark.parametrize("trouble", [error(503), error(502), error(408), error(425), SATURATED, hang_up()])
def test_what_may_pass_is_asked_again_and_stands_on_the_tape(gateway: ScriptedGateway, trouble: Any) -> None:
    gateway.enqueue(trouble, trouble, stream("There", " you are"))
    events = ask(connection(gateway))
    reply = fold(events)
    assert (reply.state, reply.text, reply.retries) == (State.COMPLETED, "There you are", 2)
    assert sendings(events) == [Sent, Retried, Sent, Retried, Sent]
    assert len(reply.notices) == 1
    assert str(reply.notices[0]).startswith("Asked again after ")
    bodies = [request.body for request in gateway.requests]
    assert bodies == [bodies[0]] * 3


def test_two_retries_are_the_most(gateway: ScriptedGateway) -> None:
    gateway.enqueue(*[error(503)] * 4)
    events = ask(connection(gateway))
    assert category_of(events) is Category.UPSTREAM_DOWN
    assert (len(gateway.requests), tuple(map(str, fold(events).notices))) == (
        3,
        ("Asked again after an error of the server (503).",),
    )


@pytest.mark.parametrize(
    "final",
    [
        *(error(status) for status in (400, 401, 402, 403, 404, 409, 413, 501)),
        *(NO_QUOTA, NO_CHANNEL, PAGE, IN_STREAM, error(500, {"error": {"code": "sensitive_words_detected"}})),
        *(stream("Hal", hang_up=True), stream(hang_up=True), stream("Hal", finish=None)),
    ],
)
def test_what_a_retry_cannot_help_is_asked_once(gateway: ScriptedGateway, final: Any) -> None:
    gateway.when("Hi", final)
    assert fold(ask(connection(gateway))).state is State.FAILED
    assert len(gateway.requests) == 1


def test_a_timeout_of_ours_is_final_for_the_model_may_be_at_work(gateway: ScriptedGateway) -> None:
    gateway.when("Hi", silence())
    assert category_of(ask(connection(gateway), timeouts=QUICK)) is Category.TIMEOUT
    assert len(gateway.requests) == 1


def test_a_failure_that_comes_late_is_final(
    gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "LATEST_FAILURE_SECONDS", 0.0)
    gateway.when("Hi", error(503))
    ask(connection(gateway))
    assert len(gateway.requests) == 1


def test_the_pauses_grow(gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "FIRST_PAUSE_SECONDS", 0.1)
    gateway.when("Hi", error(503))
    first, second = waits(ask(connection(gateway)))
    assert first >= 0.05
    assert second >= 0.1


@pytest.mark.parametrize("form", ["0.2", "date"])
def test_a_server_that_names_its_pause_gets_it(gateway: ScriptedGateway, form: str) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    headers = {"Retry-After": soon if form == "date" else form}
    gateway.enqueue(error(429, {}, headers), stream("Now"))
    events = ask(connection(gateway))
    assert fold(events).text == "Now"
    assert waits(events)[0] >= 0.2


@pytest.mark.parametrize("value", ["3600", "Fri, 31 Dec 2199 23:59:59 GMT"])
def test_a_server_that_asks_for_too_much_patience_is_not_asked_again(
    gateway: ScriptedGateway, value: str
) -> None:
    gateway.when("Hi", error(503, {}, {"Retry-After": value}))
    ask(connection(gateway))
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("value", ["", "soon", "-5", "nan", "Fri, 99 Foo 2199"])
def test_an_unreadable_pause_is_ours(gateway: ScriptedGateway, value: str) -> None:
    gateway.enqueue(error(503, {}, {"Retry-After": value}), stream("Back"))
    assert fold(ask(connection(gateway))).text == "Back"


def test_cancelling_during_the_pause_ends_it_at_once(
    gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "FIRST_PAUSE_SECONDS", 15.0)
    gateway.when("Hi", error(503))

    async def use(client: Gateway) -> float:
        events: list[Event] = []
        is_waiting = asyncio.Event()

        async def read() -> None:
            async for burst in client.answer(connection(gateway), [], model="m"):
                events.extend(burst)
                if isinstance(burst[-1], Retried):
                    is_waiting.set()

        gateway.enqueue(error(503))
        task = asyncio.create_task(read())
        await is_waiting.wait()
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - started

    assert with_client(use) < 5
    assert len(gateway.requests) == 1


@pytest.mark.parametrize(
    ("status", "said", "left_out"),
    [
        (
            400,
            {"error": {"message": "No", "param": "temperature", "code": "unsupported_value"}},
            "temperature",
        ),
        (400, {"error": {"message": "Unrecognized request argument supplied: seed"}}, "seed"),
        (400, {"error": {"message": "property 'stop' is unsupported"}}, "stop"),
        (422, {"detail": [{"loc": ["body", "top_p"], "msg": "Extra inputs are not permitted"}]}, "top_p"),
        (422, {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs"}]}, "stream_options"),
        (400, {"error": {"message": "include_usage is unknown"}}, "stream_options"),
        (400, {"error": {"message": 'Unknown name "seed": Cannot find field.'}}, "seed"),
        (400, {"error": {"message": "litellm.UnsupportedParamsError: ['seed']"}}, "seed"),
        (400, {"error": {"message": "该模型不支持参数 temperature"}}, "temperature"),
    ],
)
def test_a_parameter_that_is_not_taken_is_left_out_told_and_remembered(
    gateway: ScriptedGateway, status: int, said: Any, left_out: str
) -> None:
    gateway.enqueue(error(status, said), stream("one"), stream("two"), stream("other"))

    async def use(client: Gateway) -> list[list[Event]]:
        models = ("model-a", "model-a", "model-b")
        return [await collect(client, connection(gateway), model=model, params=PARAMS) for model in models]

    first, second, other = map(fold, with_client(use))
    assert (first.text, second.text, other.text) == ("one", "two", "other")
    assert tuple(map(str, first.notices)) == (f"This model does not accept {left_out}, so it was left out.",)
    assert second.notices == (() if left_out == "stream_options" else first.notices)
    assert (first.retries, second.retries, other.notices) == (1, 0, ())
    assert [left_out in request.body for request in gateway.requests] == [True, False, False, True]


def test_max_tokens_is_renamed_once_then_dropped(gateway: ScriptedGateway) -> None:
    def refusal(name: str) -> Any:
        message = f"Unsupported parameter: '{name}' is not supported with this model."
        return error(400, {"error": {"message": message, "param": name, "code": "unsupported_parameter"}})

    gateway.enqueue(
        *(refusal("max_tokens"), stream("renamed")),
        *(refusal("max_completion_tokens"), stream("dropped"), stream("dropped still")),
    )

    async def use(client: Gateway) -> list[list[Event]]:
        return [await collect(client, connection(gateway), params=PARAMS) for _ in range(3)]

    first, second, third = map(fold, with_client(use))
    assert tuple(map(str, first.notices)) == (
        "This model takes max_completion_tokens in place of max_tokens.",
    )
    assert str(second.notices[-1]) == "This model does not accept max_tokens, so it was left out."
    assert (first.text, second.text, third.text) == ("renamed", "dropped", "dropped still")
    limits = [
        [request.body.get(name) for name in ("max_tokens", "max_completion_tokens")]
        for request in gateway.requests
    ]
    assert limits == [[77, None], [None, 77], [None, 77], [None, None], [None, None]]


@pytest.mark.parametrize(
    "message",
    [
        "max_tokens is too large: 77. This model supports at most 50 completion tokens.",
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        "This model does not support image input. You may stop now.",
        "Unknown parameter: 'model'.",
        "",
    ],
)
def test_a_refusal_that_names_no_parameter_of_ours_is_final(gateway: ScriptedGateway, message: str) -> None:
    gateway.when("Hi", error(400, {"error": {"message": message, "param": "model"}}))
    assert fold(ask(connection(gateway), params=PARAMS)).state is State.FAILED
    assert len(gateway.requests) == 1


def test_a_second_refusal_of_the_same_parameter_is_final(gateway: ScriptedGateway) -> None:
    gateway.when("Hi", error(400, {"error": {"message": "include_usage is unknown"}}))
    assert category_of(ask(connection(gateway))) is Category.BAD_REQUEST
    assert len(gateway.requests) == 2


def test_no_text_comes_twice(gateway: ScriptedGateway) -> None:
    gateway.enqueue(error(503), stream("Once"))
    assert [event.text for event in ask(connection(gateway)) if isinstance(event, Content)] == ["Once"]
