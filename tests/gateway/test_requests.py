"""The JSON body of a request."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lib.chat.messages import Message, Params, Role
from lib.chat.reply import Reply, ToolUse
from lib.chat.tape import Sent
from lib.gateway import requests


def message(role: Role, content: str) -> Message:
    return Message(content, None, role, content, datetime.now(UTC))


def body(*messages: Message, **options: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = {"model": "m", "system_prompt": "", "params": Params()}
    return requests.body(messages, **{**defaults, **options})


def test_the_least_request() -> None:
    assert body(message("user", "Hi")) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_the_system_prompt_comes_first() -> None:
    sent = body(message("user", "Hi"), system_prompt="Be kind.")["messages"]
    assert sent == [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}]


def test_a_continued_reply_is_one_message_and_an_empty_one_none() -> None:
    path = [
        message("user", "Count"),
        message("assistant", "1, 2"),
        message("assistant", ""),
        message("assistant", ", 3"),
        message("user", "More"),
        message("assistant", ""),
    ]
    assert [(sent["role"], sent["content"]) for sent in body(*path)["messages"]] == [
        ("user", "Count"),
        ("assistant", "1, 2, 3"),
        ("user", "More"),
    ]


def test_only_set_parameters_are_sent() -> None:
    params = Params(temperature=0.0, max_tokens=5, stop=("a", "b"), stream=False)
    assert body(params=params) == {
        "model": "m",
        "messages": [],
        "temperature": 0.0,
        "max_tokens": 5,
        "stop": ["a", "b"],
        "stream": False,
    }


def test_tool_calls_go_out_as_text() -> None:
    calls = (ToolUse("1", "get_weather", '{"city":"Oslo"}'), ToolUse("2", "get_time", "{}"))
    asked, reply = message("user", "Weather?"), Reply(text="Let me see.", tool_calls=calls)
    answer = replace(message("assistant", reply.text), reply=reply)
    assert body(asked, answer, message("user", "Rain, at noon"))["messages"][1] == {
        "role": "assistant",
        "content": 'Let me see.\n\nget_weather({"city":"Oslo"})\n\nget_time({})',
    }


def test_a_request_is_rebuilt_from_what_the_tape_says_of_it() -> None:
    path = [message("user", "Count"), message("assistant", "1, 2")]
    request = body(*path, system_prompt="Be kind.", params=Params(temperature=0.0, stop=("a",)))
    sent = Sent(0.0, {name: value for name, value in request.items() if name != "messages"}, "Be kind.")
    assert list(requests.rebuilt(sent, path).items()) == list(request.items())
