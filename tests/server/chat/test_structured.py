"""Structured output and tools: pasted, checked, sent, shown."""

import json

import pytest

from tests.page_socket import PageSocket
from tests.scripted_gateway import Gate, ScriptedGateway, deltas, stream
from tests.server.chat_page import ask

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"name": "get_weather", "parameters": SCHEMA}
NO_JSON = "The JSON schema is not JSON"
DRAWN = '```json\n{\n  "city": "Oslo",\n  "at": 1.50\n}'


@pytest.fixture
def parameters(tab: PageSocket) -> PageSocket:
    """The tab with its parameters open."""
    tab.switch("parameters", True)
    tab.widget("params.response_format")
    return tab


def answer_as(tab: PageSocket, kind: str) -> None:
    tab.choose("params.response_format", kind)
    tab.wait_until_idle()


def paste(tab: PageSocket, key: str, text: str) -> None:
    tab.write(f"params.{key}", text)
    tab.wait_until_idle()


def test_a_bare_schema_is_wrapped_and_sent(parameters: PageSocket, upstream: ScriptedGateway) -> None:
    answer_as(parameters, "JSON schema")
    paste(parameters, "schema", json.dumps(SCHEMA))
    ask(parameters, "tokens=2 by schema")
    assert upstream.asked("tokens=2 by schema")[0].body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
    }


def test_an_answer_in_json_is_drawn_indented_and_sent_on_as_it_came(
    parameters: PageSocket, upstream: ScriptedGateway
) -> None:
    upstream.when("City in JSON", stream('{"city":', '"Oslo",', '"at":1.50}'))
    answer_as(parameters, "JSON object")
    ask(parameters, "City in JSON")
    assert parameters.answer == DRAWN
    with PageSocket(parameters.url, parameters.address) as again:
        again.wait_for_answer(DRAWN)
    ask(parameters, "tokens=2 after JSON")
    body = upstream.asked("tokens=2 after JSON")[0].body
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][1]["content"] == '{"city":"Oslo","at":1.50}'


def test_with_a_schema_of_no_use_nothing_is_sent_and_nothing_is_lost(
    parameters: PageSocket, upstream: ScriptedGateway
) -> None:
    answer_as(parameters, "JSON schema")
    paste(parameters, "schema", '{"type": }')
    assert parameters.alerts.startswith(NO_JSON)
    parameters.ask("Do not lose me")
    parameters.wait_for(lambda: NO_JSON in parameters.refusal, "The refusal")
    parameters.wait_for(lambda: parameters.returned == "Do not lose me", "The text")
    parameters.wait_until_idle()
    assert upstream.asked("Do not lose me") == []
    answer_as(parameters, "Text")
    ask(parameters, "tokens=2 as text")
    assert "response_format" not in upstream.asked("tokens=2 as text")[0].body
    answer_as(parameters, "JSON schema")
    assert parameters.widget("params.schema").proto.default == '{"type": }'


def test_what_was_pasted_counts_though_the_panel_closes_at_once(
    parameters: PageSocket, upstream: ScriptedGateway
) -> None:
    parameters.write("params.tools", json.dumps(TOOL))
    parameters.switch("parameters", False)
    ask(parameters, "tokens=2 with a tool pasted in haste")
    [asked] = upstream.asked("tokens=2 with a tool pasted in haste")
    assert asked.body["tools"] == [{"type": "function", "function": TOOL}]


def test_tools_and_their_choice_are_sent_and_kept(parameters: PageSocket, upstream: ScriptedGateway) -> None:
    paste(parameters, "tools", json.dumps(TOOL))
    parameters.choose("params.tool_choice", "get_weather")
    parameters.wait_until_idle()
    ask(parameters, "tokens=2 with a tool")
    body = upstream.asked("tokens=2 with a tool")[0].body
    assert body["tools"] == [{"type": "function", "function": TOOL}]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "get_weather"}}
    with PageSocket(parameters.url, parameters.address) as again:
        ask(again, "tokens=2 in another tab")
    assert upstream.asked("tokens=2 in another tab")[0].body["tool_choice"] == body["tool_choice"]
    paste(parameters, "tools", "")
    ask(parameters, "tokens=2 without a tool")
    assert {"tools", "tool_choice"}.isdisjoint(upstream.asked("tokens=2 without a tool")[0].body)


def test_a_tool_call_is_shown_readable_and_sent_on_as_text(
    tab: PageSocket, upstream: ScriptedGateway
) -> None:
    call = {"index": 0, "id": "call_1", "function": {"name": "get_weather", "arguments": '{"city":'}}
    rest = {"index": 0, "function": {"arguments": '"<Oslo>"}'}}
    called = deltas({"tool_calls": [call]}, {"tool_calls": [rest]}, finish="tool_calls")
    upstream.when("Weather in Oslo?", called)
    ask(tab, "Weather in Oslo?")
    assert "**get\\_weather**" in tab.answer
    assert tab.codes == ['{\n  "city": "<Oslo>"\n}']
    ask(tab, "tokens=2 it rains")
    assert upstream.asked("tokens=2 it rains")[0].body["messages"] == [
        {"role": "user", "content": "Weather in Oslo?"},
        {"role": "assistant", "content": 'get_weather({"city":"<Oslo>"})'},
        {"role": "user", "content": "tokens=2 it rains"},
    ]


def test_a_tool_call_that_is_being_written_is_told(tab: PageSocket, upstream: ScriptedGateway) -> None:
    gate = Gate()
    call = {"tool_calls": [{"index": 0, "id": "1", "function": {"name": "look_up", "arguments": "{}"}}]}
    upstream.when("Look it up", deltas({"reasoning": "Hm."}, call, gate, finish="tool_calls"))
    upstream.when("Look it up at once", deltas(call, gate, finish="tool_calls"))
    tab.ask("Look it up at once")
    tab.wait_for_text("Asking for a tool…")
    gate.open()
    tab.wait_until_idle()
    assert "Asking for a tool…" not in tab.text
    assert tab.codes == ["{}"]
    ask(tab, "Look it up")
    assert tab.answer.startswith("Hm.")


def test_another_chat_has_its_own_schema(parameters: PageSocket, upstream: ScriptedGateway) -> None:
    answer_as(parameters, "JSON schema")
    paste(parameters, "schema", json.dumps(SCHEMA))
    ask(parameters, "tokens=2 chat with a schema")
    parameters.click("new_chat")
    parameters.wait_until_idle()
    answer_as(parameters, "Text")
    ask(parameters, "tokens=2 chat without one")
    assert "response_format" not in upstream.asked("tokens=2 chat without one")[0].body
    parameters.open_row("tokens=2 chat with a schema")
    parameters.wait_until_idle()
    held = json.loads(parameters.widget("params.schema").proto.default)
    assert held["json_schema"]["schema"] == SCHEMA
