"""An export can be taken back without loss, and no file, however odd, does more than raise its one error."""

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.exports import from_json, to_json, to_markdown
from lib.domain.conversation.messages import Message, Params
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.reply import Reply, State, Timing, ToolUse
from lib.domain.reply.usage import Source, Usage
from lib.domain.text.printable import printable
from lib.domain.text.sentences import Sentence, sentence
from lib.domain.text.validation import FormatError

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ERROR = ChatError(
    Category.UPSTREAM_DOWN,
    "当前分组上游负载已饱和\nretry",
    advice=sentence("again"),
    status=503,
    retryable=True,
)
REPLY = Reply(
    State.COMPLETED,
    "About **80 °C**.",
    reasoning="Green, not black.",
    tool_calls=(ToolUse("call_1", "convert", '{"celsius": 80}'),),
    model_requested="tea-mini",
    model_served="tea-mini-2026",
    usage=Usage(1200, 34, 1234, source=Source.REPORTED),
    finish_reason="stop",
    timing=Timing(900.0, 420.0, 1500.0, 1510.5),
    notices=("Asked again without `seed`.",),
)

texts = st.text(max_size=20)
moments = st.datetimes(timezones=st.just(UTC))
counts = st.none() | st.integers(0, 2**40)
times = st.none() | st.floats(0, 1e9)
sentences = st.builds(Sentence, texts, st.dictionaries(texts, counts | texts, max_size=2))
errors = st.builds(
    ChatError,
    st.sampled_from(Category),
    texts,
    st.none() | sentences,
    st.none() | sentences,
    status=counts,
    code=st.none() | texts,
    retryable=st.booleans(),
)
replies = st.builds(
    Reply,
    st.sampled_from([state for state in State if state is not State.RUNNING]),
    *(texts, texts, texts),
    tool_calls=st.lists(st.builds(ToolUse, st.none() | texts, st.none() | texts, texts), max_size=2).map(
        tuple
    ),
    model_requested=st.none() | texts,
    model_served=st.none() | texts,
    response_id=st.none() | texts,
    system_fingerprint=st.none() | texts,
    request_id=st.none() | texts,
    usage=st.builds(Usage, counts, counts, counts, counts, counts, st.sampled_from(Source)),
    finish_reason=st.none() | texts,
    error=st.none() | errors,
    timing=st.builds(Timing, times, times, times, times),
    notices=st.lists(texts, max_size=2).map(tuple),
    models_before=st.lists(texts, max_size=2).map(tuple),
    is_json=st.booleans(),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
"""JSON as `json.loads` gives it, with NaN and numbers that fit nowhere."""
objects = st.dictionaries(texts, st.none() | st.booleans() | texts | st.lists(texts), max_size=3)
params = st.builds(
    Params,
    temperature=st.none() | st.floats(0, 2),
    seed=st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
    stop=st.none() | st.lists(texts, max_size=4).map(tuple),
    response_format=st.none() | objects,
    tools=st.none() | st.lists(objects, max_size=2).map(tuple),
    tool_choice=st.none() | texts | objects,
    stream=st.booleans(),
)


@st.composite
def conversations(draw: st.DrawFn, number: int = 0) -> Conversation:
    """A random tree: each message hangs under an earlier one or begins a branch of its own."""
    conversation = draw(
        st.builds(
            Conversation,
            st.just(f"conversation-{number}"),
            texts,
            *(moments, moments),
            model=st.none() | texts,
            system_prompt=texts,
            params=params,
            is_pinned=st.booleans(),
        )
    )
    for index in range(draw(st.integers(0, 5))):
        parent = draw(st.sampled_from([None, *conversation.messages]))
        reply = draw(st.none() | replies)
        role = "assistant" if reply else draw(st.sampled_from(["system", "user", "assistant"]))
        content = reply.text if reply else draw(texts)
        own = f"m{number}_{index}"
        conversation.messages[own] = Message(own, parent, role, content, draw(moments), reply)  # type: ignore[arg-type]
    if conversation.messages:
        conversation.leaf_id = draw(st.sampled_from(list(conversation.messages)))
    return conversation


many = st.integers(0, 3).flatmap(lambda size: st.tuples(*(conversations(number) for number in range(size))))


def two_versions() -> Conversation:
    """A question with two answers, the second of them shown."""
    conversation = Conversation("tea", "Green  tea\n", AT, AT, model="tea-mini")
    failed = replace(
        REPLY, state=State.FAILED, text="Abo", error=ERROR, usage=Usage(7, 2, 9, source=Source.ESTIMATED)
    )
    conversation.add(
        [
            Message("q", None, "user", "How *hot*?\n\n    80?", AT),
            Message("a1", "q", "assistant", "Abo", AT + timedelta(seconds=1), failed),
            Message("a2", "q", "assistant", REPLY.text, AT + timedelta(seconds=9), REPLY),
        ]
    )
    return conversation


def exported(*conversations: Conversation) -> Any:
    """An export as it is read from its file."""
    return json.loads(json.dumps(to_json(conversations), allow_nan=False))


def damage_somewhere(draw: Callable[[st.SearchStrategy[Any]], Any], place: Any, value: Any) -> None:
    """Put a value at a random place of a parsed file."""
    while True:
        step = draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
        if not place[step] or not isinstance(place[step], dict | list) or draw(st.integers(0, 9)) == 0:
            break
        place = place[step]
    place[step] = value


@given(many)
def test_what_was_exported_can_be_taken_back(whole: tuple[Conversation, ...]) -> None:
    assert from_json(exported(*whole)) == list(whole)


def test_the_shape_is_the_documented_one() -> None:
    data = exported(two_versions())
    [conversation] = data["conversations"]
    question, failed, answer = conversation["messages"]
    assert data["version"] == 1
    assert (conversation["id"], conversation["created_at"]) == ("tea", "2026-03-01T09:30:00+00:00")
    assert (question["parent_id"], question["role"], question["reply"]) == (None, "user", None)
    assert (answer["content"], answer["reply"]["text"]) == (REPLY.text, REPLY.text)
    assert (failed["reply"]["id"], failed["reply"]["state"]) == ("a1", "failed")
    assert failed["reply"]["error"]["category"] == "upstream_down"
    assert answer["reply"]["usage"]["total_tokens"] == 1234
    assert {field.name for field in fields(Conversation)} <= conversation.keys()
    assert {field.name for field in fields(Reply)} <= answer["reply"].keys()


def test_the_documented_shape_alone_is_enough() -> None:
    data = exported(two_versions())
    [conversation] = data["conversations"]
    for extra in ("updated_at", "model", "system_prompt", "params", "leaf_id", "is_pinned", "is_temporary"):
        del conversation[extra]
    for extra in (
        "timing",
        "refusal",
        "tool_calls",
        "notices",
        "response_id",
        "request_id",
        "system_fingerprint",
    ):
        del conversation["messages"][2]["reply"][extra]
    [taken] = from_json(data)
    assert (taken.updated_at, taken.leaf_id, taken.params) == (AT, "a2", Params())
    assert taken.messages["a2"].reply == replace(REPLY, timing=Timing(), tool_calls=(), notices=())


def test_a_running_reply_comes_back_interrupted() -> None:
    conversation = two_versions()
    running = replace(REPLY, state=State.RUNNING)
    conversation.messages["a2"] = replace(conversation.messages["a2"], reply=running)
    data = exported(conversation)
    assert data["conversations"][0]["messages"][2]["reply"]["state"] == "running"
    [taken] = from_json(data)
    assert taken.messages["a2"].reply == replace(REPLY, state=State.INTERRUPTED)


def test_a_long_chain_is_no_deep_one() -> None:
    conversation = Conversation("long", "Long", AT, AT)
    for index in range(5000):
        conversation.add([Message(f"m{index}", conversation.leaf_id, "user", "again", AT)])
    assert from_json(to_json([conversation])) == [conversation]


def refusal(data: Any) -> str:
    """The sentence that says why an export is not taken back."""
    with pytest.raises(FormatError) as raised:
        from_json(data)
    return str(raised.value)


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


EARLIER = "must name an earlier message of the conversation"
DATED = "must be a date in ISO 8601 with its time zone"


@pytest.mark.parametrize(
    ("place", "value", "wrong"),
    [
        ("id", "../etc", "must be 1 to 32 letters, digits, - or _"),
        ("title", None, "must be a string"),
        ("params.seed", 10**30, "must be a whole number of 64 bits"),
        ("params.response_format", {"a": nested(99_999)}, "is nested too deep"),
        ("leaf_id", "a9", "must name a message of the conversation"),
        ("messages[0].parent_id", "a2", EARLIER),
        ("messages[1].parent_id", "a1", EARLIER),
        ("messages[1].parent_id", "gone", EARLIER),
        ("messages[2].id", "a1", "must not occur twice"),
        ("messages[0].role", "tool", "must be one of system, user, assistant"),
        ("messages[0].reply", {"state": "stopped"}, "must be null, for the role is user"),
        ("messages[1].content", "No.", "must be the text of its reply"),
        ("messages[0].created_at", "2026-03-01T09:30", DATED),
        ("messages[0].created_at", "0001-01-01T00:00+14:00", DATED),
        (
            "messages[1].reply.state",
            "done",
            "must be one of running, completed, stopped, failed, interrupted",
        ),
        ("messages[1].reply.error.category", "odd", "must be one of missing_key, invalid_key, "),
        ("messages[1].reply.notices[0]", 3, "must be a string"),
        ("messages[1].reply.timing.ttft_ms", float("nan"), "must be a finite number"),
    ],
)
def test_damage_is_named_with_its_place(place: str, value: Any, wrong: str) -> None:
    data = exported(two_versions())
    *steps, last = re.findall(r"\w+", place)
    target = data["conversations"][0]
    for step in steps:
        target = target[int(step) if step.isdigit() else step]
    target[int(last) if last.isdigit() else last] = value
    assert refusal(data).startswith(f"This file cannot be read: conversations[0].{place} {wrong}")


def test_what_is_missing_is_named() -> None:
    data = exported(two_versions())
    del data["conversations"][0]["messages"][1]["reply"]["error"]["category"]
    assert refusal(data).endswith(" conversations[0].messages[1].reply.error.category is missing.")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "it must be an object"),
        ({"version": 2, "conversations": []}, "version must be 1"),
        ({"version": True, "conversations": []}, "version must be a whole number of 64 bits"),
        ({"version": 1}, "conversations must be a list"),
        ({"version": 1, "conversations": ["tea"]}, "conversations[0] must be an object"),
    ],
)
def test_what_is_no_export_is_refused(data: Any, said: str) -> None:
    assert refusal(data) == f"This file cannot be read: {said}."


def test_a_message_belongs_to_one_conversation_only() -> None:
    data = exported(two_versions())
    data["conversations"].append({**data["conversations"][0], "id": "coffee"})
    assert refusal(data).endswith(" conversations[1].messages[0].id must not occur twice.")


@given(st.data(), values)
def test_damage_anywhere_raises_nothing_else(data: st.DataObject, value: Any) -> None:
    whole = exported(two_versions())
    damage_somewhere(data.draw, whole, value)
    try:
        taken = from_json(whole)
    except FormatError:
        return
    assert from_json(exported(*taken)) == taken


def test_halves_of_characters_are_mended() -> None:
    data = exported(two_versions())
    data["conversations"][0]["title"] = "\ud83d\ude00 \ud83d"
    [taken] = from_json(data)
    assert taken.title == "😀 \ufffd"


def test_markdown_is_the_shown_path() -> None:
    assert to_markdown(two_versions()) == (
        "# Green tea\n\n1 Mar 2026, 09:30 UTC\n\n"
        "## Question\n\nHow *hot*?\n\n    80?\n\n"
        "## Answer by `tea-mini-2026`\n\n"
        "<details>\n<summary>Reasoning</summary>\n\nGreen, not black.\n\n</details>\n\n"
        "About **80 °C**.\n\n"
        'Tool call `convert`\n\n```json\n{"celsius": 80}\n```\n\n'
        "*1,200 prompt, 34 completion (reported) · first token 0.42 s*\n"
    )


def test_markdown_says_how_a_reply_failed_and_what_is_estimated() -> None:
    conversation = two_versions()
    conversation.leaf_id = "a1"
    conversation.system_prompt = "Be brief."
    text = to_markdown(conversation)
    assert "\n\n## System prompt\n\nBe brief.\n\n## Question\n\n" in text
    assert text.endswith(
        'Abo\n\nTool call `convert`\n\n```json\n{"celsius": 80}\n```\n\n'
        "*7 prompt, 2 completion (estimated) · first token 0.42 s · failed*"
        "\n\n> 当前分组上游负载已饱和 retry. Try again.\n"
    )


def test_markdown_says_why_an_answer_ended_early_and_nothing_where_nothing_is_known() -> None:
    conversation = Conversation("c", "C", AT, AT)
    cut = Reply(State.COMPLETED, "So", finish_reason="length")
    bare = Reply(State.COMPLETED, refusal="I cannot.")
    conversation.add(
        [Message("a", None, "assistant", "So", AT, cut), Message("b", "a", "assistant", "", AT, bare)]
    )
    assert to_markdown(conversation).endswith(
        "## Answer\n\nSo\n\n*ended by length*\n\n## Answer\n\nI cannot.\n"
    )


@given(conversations())
def test_markdown_holds_every_text_of_the_path(conversation: Conversation) -> None:
    text = to_markdown(conversation)
    assert all(printable(message.content) in text for message in conversation.path())
