"""Schemas and tools as people paste them."""

import json
from typing import Any

import pytest

from lib.domain.conversation import structured
from lib.domain.conversation.structured import parse_schema, parse_tools

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
WEATHER = {"name": "get_weather", "description": "Now", "parameters": SCHEMA}
WRAPPED = {"type": "function", "function": WEATHER}


@pytest.mark.parametrize(
    ("pasted", "inner"),
    [
        (SCHEMA, {"name": "answer", "schema": SCHEMA, "strict": True}),
        (
            {**SCHEMA, "title": "A city!"},
            {"name": "A_city", "schema": {**SCHEMA, "title": "A city!"}, "strict": True},
        ),
        ({"name": "city", "schema": SCHEMA}, {"name": "city", "schema": SCHEMA}),
        (
            {"type": "json_schema", "json_schema": {"name": "city", "schema": SCHEMA, "strict": False}},
            {"name": "city", "schema": SCHEMA, "strict": False},
        ),
        ({}, {"name": "answer", "schema": {}, "strict": True}),
    ],
)
def test_a_schema_becomes_a_response_format(pasted: Any, inner: dict[str, Any]) -> None:
    read = parse_schema(json.dumps(pasted))
    assert read == {"type": "json_schema", "json_schema": inner}
    assert parse_schema(structured.schema_text(read)) == read


@pytest.mark.parametrize(
    "pasted",
    [WEATHER, [WEATHER], WRAPPED, [WRAPPED], {"type": "function", **WEATHER}],
    ids=["function", "functions", "tool", "tools", "responses api"],
)
def test_tools_are_read_however_they_are_written(pasted: Any) -> None:
    read = parse_tools(json.dumps(pasted))
    assert read == (WRAPPED,)
    assert parse_tools(structured.tools_text(read)) == read
    assert structured.function_names(read) == ["get_weather"]


def test_a_tool_of_the_gateways_own_stays_as_it_is() -> None:
    assert parse_tools('[{"type": "web_search"}]') == ({"type": "web_search"},)


def test_tools_of_any_shape_have_only_the_names_they_have() -> None:
    tools: list[dict[str, Any]] = [{}, {"function": "f"}, {"function": {"name": 3}}, WRAPPED]
    assert structured.function_names(tools) == ["get_weather"]


NESTED = "[" * 40 + "]" * 40


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("", "is empty."),
        ('{"type": "object",}', "is not JSON: "),
        ("{'type': 'object'}", "is not JSON: "),
        ('["type"]', "must be a JSON object."),
        ('{"type": "json_schema"}', "needs an object “schema” inside “json_schema”."),
        ('{"name": "two words", "schema": {}}', "needs a “name” of 1 to 64 letters"),
        ('{"maximum": 1e999}', "contains a number that JSON cannot express."),
        ('{"maximum": NaN}', "contains a number that JSON cannot express."),
        ('{"title": "\\ud800"}', "contains half of a character."),
        (f'{{"enum": {NESTED}}}', "is nested too deep."),
        ("[" * 100_000, "is nested too deep."),
        (" " + "1" * 100_000, "must not be longer than 100,000 characters."),
    ],
)
def test_a_schema_of_no_use_is_told_by_a_sentence(pasted: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^[a-z].+[.]$") as raised:
        parse_schema(pasted)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("[]", "is empty."),
        ("3", "must contain only JSON objects."),
        ('["get_weather"]', "must contain only JSON objects."),
        ('[{"type": "function"}]', "needs a “name”"),
        ('{"name": "f", "parameters": "none"}', "must give “f” an object as its parameters."),
        ('[{"name": "f"}, {"name": "f"}]', "names “f” twice."),
    ],
)
def test_tools_of_no_use_are_told_by_a_sentence(pasted: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^[a-z].+[.]$") as raised:
        parse_tools(pasted)
    assert str(raised.value).startswith(sentence)
