"""Parameters in words."""

from lib.domain.conversation.messages import Params
from lib.domain.conversation.parameters import in_words


def test_what_is_set_is_told_the_temperature_first() -> None:
    params = Params(max_tokens=100, temperature=0.5, stop=("a", "b"), stream=False)
    assert in_words(params) == ["temperature 0.5", "max tokens 100", "stop sequences a, b"]


def test_of_a_definition_the_names_are_told() -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}
    tool = {"type": "function", "function": {"name": "weather", "parameters": {}}}
    params = Params(response_format=schema, tools=(tool,), tool_choice="auto")
    assert in_words(params) == ["reply format answer", "tools weather", "tool choice auto"]
    assert in_words(Params(response_format={"type": "json_object"})) == ["reply format json_object"]
