"""A key that a gateway repeats, whole or in pieces, is in nothing that comes of it."""

import json
import traceback
from itertools import product
from typing import Any

import pytest

from lib.domain.models.connection import Connection, Secret
from lib.domain.reply.errors import ChatError
from lib.domain.reply.fold import fold
from lib.domain.reply.tape import Content, Event, ToolCall, to_json
from lib.domain.text.secrets import SHORTEST_PART
from lib.gateway.masking import KeyMask
from tests.gateway.test_client import ask, connection, with_client
from tests.scripted_gateway import ScriptedGateway, error, raw

KEY = "sk-Vq7Rt2Lx9Zw4Bn8Kd3Mf6Hs1Jg5Pc0"
HEADERS = {"Content-Type": "text/event-stream", "Server": KEY, "X-Request-Id": f"r-{KEY}", "CF-Ray": KEY}


def parts_of(key: str) -> set[str]:
    return {key[at : at + SHORTEST_PART] for at in range(len(key) - SHORTEST_PART + 1)}


def shown(events: list[Event]) -> str:
    return json.dumps([to_json(event) for event in events]) + repr(events) + repr(fold(events))


def chunk(**delta: Any) -> bytes:
    body = {"id": KEY, "model": f"m {KEY}", "system_fingerprint": KEY, "choices": [{"delta": delta}]}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def finish(reason: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {}, "finish_reason": reason}]}).encode() + b"\n\n"


def test_a_key_in_every_part_of_an_answer_is_masked(gateway: ScriptedGateway) -> None:
    call = {"index": 0, "id": KEY, "function": {"name": KEY, "arguments": json.dumps({"key": KEY})}}
    pieces = [
        *(chunk(content=f"It is {KEY}, I think."), chunk(reasoning_content=KEY)),
        *(chunk(refusal=KEY), chunk(tool_calls=[call]), finish(KEY)),
    ]
    gateway.enqueue(raw(b"".join(pieces), headers=HEADERS))
    events = ask(connection(gateway, KEY))
    assert not [part for part in parts_of(KEY) if part in shown(events)]
    assert fold(events).text == "It is ***, I think."


@pytest.mark.parametrize("size", [1, 2, 5, 11, 13, 20])
def test_a_key_broken_over_a_stream_never_gets_out_as_a_whole(gateway: ScriptedGateway, size: int) -> None:
    text = f"Your key: {KEY}."
    pieces = [chunk(content=text[at : at + size]) for at in range(0, len(text), size)]
    gateway.enqueue(raw(b"".join([*pieces, finish("stop")]), piece=37))
    said = fold(ask(connection(gateway, KEY))).text
    assert not [part for part in parts_of(KEY) if part in said]
    assert said.startswith("Your key: ")
    assert said.endswith(".")


@pytest.mark.parametrize(
    "form", ["{}", "{:.20}", "Bearer {}", "key={}", '"{}"', "{:.15}***", "a{}b", "{:.16} and more\\n{}"]
)
def test_a_key_in_an_error_is_masked_in_every_form(gateway: ScriptedGateway, form: str) -> None:
    said = form.format(KEY, KEY)
    body = {"error": {"message": said, "code": said, "type": said, "param": said}}
    gateway.enqueue(
        error(401, body, {"X-Oneapi-Request-Id": said}), error(401, said), error(401, {"msg": said})
    )
    for _ in range(3):
        events = ask(connection(gateway, KEY))
        assert not [part for part in parts_of(KEY) if part in shown(events) + str(fold(events).error)]


def test_a_key_broken_in_two_by_an_error_is_masked(gateway: ScriptedGateway) -> None:
    gateway.enqueue(error(401, {"error": {"message": f"Bad key {KEY[:17]}\n{KEY[17:]}"}}))
    failure = fold(ask(connection(gateway, KEY))).error
    assert not [part for part in parts_of(KEY) if part in str(failure)]


def test_a_key_is_in_no_traceback_of_a_failed_listing(gateway: ScriptedGateway) -> None:
    gateway.answer_models(error(401, {"error": {"message": f"Bad key {KEY}", "code": KEY}}))
    with pytest.raises(ChatError) as caught:
        with_client(lambda client: client.models(connection(gateway, KEY)))
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert not [part for part in parts_of(KEY) if part in told]


def test_a_key_in_a_model_list_is_no_model(gateway: ScriptedGateway) -> None:
    gateway.models = ["model-a", KEY, f"{KEY}-b"]
    models = with_client(lambda client: client.models(connection(gateway, KEY)))
    assert [model.id for model in models] == ["model-a"]


def test_a_short_key_is_a_word_that_a_model_may_say(gateway: ScriptedGateway) -> None:
    gateway.enqueue(raw(chunk(content="I run on ollama.") + finish("stop")), error(401, b"ollama is no key"))
    assert fold(ask(connection(gateway, "ollama"))).text == "I run on ollama."
    assert "ollama" not in str(fold(ask(connection(gateway, "ollama"))).error)


@pytest.mark.parametrize("key", ["bench", "test", "EMPTY", "ollama"])
def test_a_key_that_is_a_word_takes_nothing_out_of_names(gateway: ScriptedGateway, key: str) -> None:
    gateway.models = [f"{key}-a", key, "other"]
    models = with_client(lambda client: client.models(connection(gateway, key)))
    assert {model.id for model in models} == {f"{key}-a", key, "other"}
    body = {
        "id": f"{key}-1",
        "model": f"{key}-a",
        "choices": [{"delta": {"content": key}, "finish_reason": "stop"}],
    }
    gateway.enqueue(
        raw(b"data: " + json.dumps(body).encode() + b"\n\n"),
        error(404, {"error": {"message": f"The model {key}-a does not exist; your key is {key}."}}),
    )
    reply = fold(ask(connection(gateway, key)))
    assert (reply.model_served, reply.response_id, reply.text) == (f"{key}-a", f"{key}-1", key)
    failure = fold(ask(connection(gateway, key))).error
    assert failure is not None
    assert failure.message == f"The model {key}-a does not exist; your key is ***."


def test_pieces_of_other_streams_do_not_hide_each_other() -> None:
    mask = KeyMask(Connection("http://a.test/v1", Secret(KEY)))
    halves = KEY[:16], KEY[16:]
    events: list[Event] = []
    for half, index in product(halves, (0, 1)):
        events += [Content(0.0, half), ToolCall(0.0, index, arguments=half)]
    told = shown(mask.events(events))
    assert not [part for part in parts_of(KEY) if part in told]


def test_without_a_key_nothing_changes(gateway: ScriptedGateway) -> None:
    gateway.enqueue(raw(chunk(content=KEY) + finish("stop")))
    assert fold(ask(connection(gateway, None))).text == KEY
