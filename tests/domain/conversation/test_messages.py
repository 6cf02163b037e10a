"""The optional parameters of a request, to and from its JSON."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.conversation.messages import Params
from lib.domain.text.validation import LARGEST_NUMBER

numbers = st.none() | st.floats(-2, 2)
params = st.builds(
    Params,
    temperature=numbers,
    max_tokens=st.none() | st.integers(1, 10**6),
    top_p=numbers,
    seed=st.none() | st.integers(-LARGEST_NUMBER, LARGEST_NUMBER),
    stop=st.none() | st.lists(st.text(), max_size=4).map(tuple),
    presence_penalty=numbers,
    frequency_penalty=numbers,
    reasoning_effort=st.none() | st.sampled_from(["low", "high"]),
    response_format=st.none() | st.just({"type": "json_schema", "json_schema": {"name": "x"}}),
    tools=st.none() | st.just(({"type": "function", "function": {"name": "f"}},)),
    tool_choice=st.none() | st.sampled_from(["auto", {"type": "function", "function": {"name": "f"}}]),
    stream=st.booleans(),
    image_size=st.none() | st.just("1024x1024"),
    image_count=st.none() | st.integers(1, 4),
)


def test_what_is_not_set_is_not_sent() -> None:
    assert Params().body() == {"stream": True}


def test_what_is_set_is_sent_even_when_it_is_zero_or_false() -> None:
    assert Params(temperature=0.0, max_tokens=0, seed=0, stop=(), stream=False).body() == {
        "temperature": 0.0,
        "max_tokens": 0,
        "seed": 0,
        "stop": [],
        "stream": False,
    }


def test_every_parameter_can_be_sent() -> None:
    tools = ({"type": "function", "function": {"name": "f"}},)
    full = Params(
        0.1, 2, 0.3, 4, ("a",), 0.5, 0.6, "low", {"type": "text"}, tools, "auto", True, "512x512", 2
    )
    assert list(full.body()) == [field.name for field in fields(Params)]


def test_a_chat_model_is_not_told_how_to_draw() -> None:
    assert Params(seed=1, image_size="512x512", image_count=2).chat_body() == {"seed": 1, "stream": True}


@given(params)
def test_parameters_survive_being_stored(given_params: Params) -> None:
    assert Params.from_body(json.loads(json.dumps(given_params.body()))) == given_params


def test_other_fields_of_a_request_are_left_out() -> None:
    body = {"model": "m", "messages": [], "stream_options": {}, "temperature": 0.5}
    assert Params.from_body(body) == Params(temperature=0.5)


@pytest.mark.parametrize(
    ("stop", "read"), [("END", ("END",)), (["a", "b"], ("a", "b")), (None, None), ([], ())]
)
def test_stop_may_be_one_text_or_a_list(stop: object, read: tuple[str, ...] | None) -> None:
    assert Params.from_body({"stop": stop}).stop == read
