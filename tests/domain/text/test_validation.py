"""JSON is a value of ours, or a sentence with its place in which no word of the value or the library is."""

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Params
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Usage
from lib.domain.text.validation import DEEPEST_VALUE, LARGEST_NUMBER, MOST_ENTRIES, FormatError, validated

SECRET = "sk-0123456789abcdef"
SECONDS = 1.0
"""However many faults there are, the first is told in this computing time."""


def refusal(kind: type[Any], value: Any, where: str = "it") -> str:
    with pytest.raises(FormatError) as raised:
        validated(kind, value, where)
    return str(raised.value).removeprefix("This file cannot be read: ")


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (Reply, {"text": 5}, "it.text must be a string."),
        (Reply, {"text": None}, "it.text must be a string."),
        (Reply, {"retries": "5"}, "it.retries must be a whole number of 64 bits."),
        (Reply, {"retries": 5.0}, "it.retries must be a whole number of 64 bits."),
        (Reply, {"retries": True}, "it.retries must be a whole number of 64 bits."),
        (Reply, {"retries": LARGEST_NUMBER + 1}, "it.retries must be a whole number of 64 bits."),
        (Reply, {"timing": {"ttft_ms": "1"}}, "it.timing.ttft_ms must be a finite number."),
        (Reply, {"timing": {"ttft_ms": True}}, "it.timing.ttft_ms must be a finite number."),
        (Reply, {"timing": {"ttft_ms": float("inf")}}, "it.timing.ttft_ms must be a finite number."),
        (Reply, {"timing": {"ttft_ms": 10**400}}, "it.timing.ttft_ms must be a finite number."),
        (Reply, {"timing": []}, "it.timing must be an object."),
        (Reply, {"is_json": 1}, "it.is_json must be true or false."),
        (Reply, {"is_json": "true"}, "it.is_json must be true or false."),
        (Reply, {"notices": "a"}, "it.notices must be a list."),
        (Reply, {"notices": ["a", {}]}, "it.notices[1] must be a string."),
        (Reply, {"usage": {"source": "a"}}, "it.usage.source must be one of reported, estimated, unknown."),
        (Reply, {"tool_calls": [{"id": None, "name": None}]}, "it.tool_calls[0].arguments is missing."),
        (Conversation, {"id": "a", "title": "", "created_at": 5}, "it.created_at must be a date in ISO 8601"),
        (Params, {"response_format": []}, "it.response_format must be an object."),
        (Params, {"response_format": {"a": [float("nan")]}}, "it.response_format must be a finite number."),
        (Params, {"tools": [{}, {"a": nested(DEEPEST_VALUE)}]}, "it.tools[1] is nested too deep."),
        (Params, {"tool_choice": 5}, "it.tool_choice must be a string."),
        (Mapping[str, int], {"a": 1, "b": {}}, "it.b must be a whole number of 64 bits."),
        (list[Reply], [{}, 5], "it[1] must be an object."),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(kind: type[Any], value: Any, said: str) -> None:
    assert refusal(kind, value).startswith(said)


@pytest.mark.parametrize("uri", [SECRET, f"data:{SECRET}", "data:image/png;base64,!", 5])
def test_bytes_are_a_data_uri(uri: object) -> None:
    given = {"id": "a", "kind": "image", "name": "", "media_type": "image/png", "size": 3}
    assert validated(Attachment, {**given, "data": "data:image/png;base64,cG5n"}).data == b"png"
    assert refusal(Attachment, {**given, "data": uri}) == "it.data must be a data URI in base64."


def test_a_value_without_a_place_is_it() -> None:
    assert refusal(list, {}, "") == "it must be a list."
    assert refusal(Reply, {"text": 5}, "") == "text must be a string."


@pytest.mark.parametrize("value", [SECRET, [SECRET], {"a": SECRET}, 5, None, [], {}])
@pytest.mark.parametrize("name", ["id", "parent_id", "role", "content", "created_at", "reply", "attachments"])
def test_no_word_of_the_value_or_the_library_is_in_a_sentence(name: str, value: Any) -> None:
    whole = {"id": "a", "parent_id": None, "role": "user", "content": "", "created_at": "2026-03-01T00:00Z"}
    try:
        validated(Message, {**whole, name: value})
    except FormatError as refused:
        assert SECRET not in str(refused)
        assert not re.search("input|valid|pydantic|instance|fit", str(refused), re.IGNORECASE)
        assert refused.__suppress_context__


def test_what_is_missing_has_its_default_and_what_is_unknown_is_skipped() -> None:
    assert validated(Reply, {"state": "stopped", "later": nested(500)}) == Reply(State.STOPPED)
    assert validated(Usage, {"total_tokens": 5}) == Usage(total_tokens=5)


def test_dates_are_in_utc() -> None:
    given = {
        "id": "a",
        "title": "",
        "created_at": "2026-03-01T09:30:00+02:00",
        "updated_at": "2026-03-01T00:00Z",
    }
    assert validated(Conversation, given).created_at == datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    assert validated(Conversation, given).created_at.tzinfo is UTC


def test_halves_of_characters_are_mended_at_any_depth() -> None:
    given = {"reasoning_effort": "\ud83d", "response_format": {"\ud83d\ude00": [None, True, "汉\ud83d"]}}
    found = validated(Params, given)
    assert (found.reasoning_effort, found.response_format) == ("\ufffd", {"😀": [None, True, "汉\ufffd"]})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (list[Reply], [5] * 2_000_000),
        (Reply, {"notices": [5] * 2_000_000}),
        (Mapping[str, int], {str(number): "" for number in range(10 * MOST_ENTRIES)}),
    ],
)
def test_a_file_of_faults_costs_no_more_than_one(kind: type[Any], value: Any) -> None:
    began = time.thread_time()
    refusal(kind, value)
    assert time.thread_time() - began < SECONDS
