"""ChatGPT's export becomes conversations with all their branches; the fixture's content is invented."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.chat.conversations import Conversation
from lib.chat.decoding import FormatError
from lib.chat.exports import ID, from_json
from lib.chat.imports import from_chatgpt, read
from lib.chat.reply import Reply, State
from lib.chat.usage import Source
from tests.chat.test_exports import damage_somewhere, exported, nested, two_versions, values

FIXTURE = Path(__file__).parent / "fixtures" / "chatgpt_conversations.json"


def chatgpt() -> list[Any]:
    data: list[Any] = json.loads(FIXTURE.read_text("utf-8"))
    return data


def node(role: str | None, *parts: Any, parent: str | None = None, **message: Any) -> dict[str, Any]:
    """A node of a mapping, with a message if it has a role."""
    content = {"content_type": "text", "parts": list(parts)}
    said = {"author": {"role": role}, "content": content, **message} if role else None
    return {"parent": parent, "children": [], "message": said}


def parts(*parts: Any) -> dict[str, Any]:
    return {"content_type": "multimodal_text", "parts": list(parts)}


def taken(mapping: dict[str, Any], **rest: Any) -> Conversation:
    [conversation] = from_chatgpt([{"id": "c", "title": "Tea", "mapping": mapping, **rest}])
    return conversation


def test_branches_are_kept_and_the_shown_one_is_shown() -> None:
    tea, _ = read(chatgpt())
    assert tea.title == "Green tea temperature"
    assert [message.content for message in tea.messages.values()] == [
        "How hot should the water for green tea be?",
        "Boiling.",
        "Around **80 °C**, for two minutes.",
        "And in Fahrenheit?",
        "```python\n80 * 9 / 5 + 32\n```",
        "80 °C is 176 °F.",
    ]
    question, _, shown, *_ = tea.messages.values()
    assert question.parent_id is None
    assert [version.content[:7] for version in tea.versions(shown.id)] == ["Boiling", "Around "]
    assert [message.role for message in tea.path()] == ["user", "assistant", "user", "assistant", "assistant"]
    assert tea.path()[-1].content == "80 °C is 176 °F."


def test_a_reply_says_what_is_known_of_it() -> None:
    tea, _ = read(chatgpt())
    reply = tea.path()[-1].reply
    assert reply == Reply(State.COMPLETED, "80 °C is 176 °F.", model_served="gpt-4o")
    assert reply.usage.source is Source.UNKNOWN


def test_images_null_titles_and_null_times() -> None:
    _, cat = read(chatgpt())
    assert cat.title == "[image] What is the cat on this picture sitting on?"
    assert [message.content for message in cat.path()] == [
        "[image]\n\nWhat is the cat on this picture sitting on?",
        "On a red sofa 🛋️.",
    ]
    assert cat.created_at == datetime(2025, 1, 2, 10, 0, 0, 500_000, tzinfo=UTC)
    assert cat.updated_at == datetime(2025, 1, 2, 10, 0, 4, tzinfo=UTC)


def test_ids_are_kept_and_importing_twice_gives_the_same() -> None:
    data = chatgpt()
    tea, cat = read(data)
    assert [tea.id, cat.id] == [each["conversation_id"].replace("-", "") for each in data[:2]]
    assert tea.leaf_id == data[0]["current_node"].replace("-", "")
    assert read(chatgpt()) == [tea, cat]


def test_what_was_taken_in_can_be_exported() -> None:
    conversations = read(chatgpt())
    assert read(exported(*conversations)) == conversations


def test_one_conversation_alone_is_read_too() -> None:
    data = chatgpt()
    assert read(data[0]) == read(data)[:1]


def test_ids_that_do_not_fit_or_occur_twice_are_derived() -> None:
    mapping = {"bbb21a8e/1": node("user", "Hi"), "n2": node("assistant", "Hello", parent="bbb21a8e/1")}
    data = [{"id": "one", "mapping": mapping}, {"id": "two", "mapping": mapping}, {"mapping": mapping}]
    first = from_chatgpt(data)
    ids = [own for conversation in first for own in (conversation.id, *conversation.messages)]
    assert len(set(ids)) == 9
    assert all(ID.fullmatch(own) for own in ids)
    assert [conversation.id for conversation in first[:2]] == ["one", "two"]
    assert list(first[0].messages)[1] == "n2"
    assert first == from_chatgpt(data)
    assert read(exported(*first)) == first


def test_skipped_nodes_hand_their_children_on() -> None:
    mapping = {
        "root": node(None),
        "q": node("user", "Hi", parent="root"),
        "hidden": node("user", "memory", parent="q", metadata={"is_visually_hidden_from_conversation": True}),
        "tool": node("tool", "176", parent="hidden"),
        "empty": node("assistant", "", "  ", parent="tool"),
        "a": node("assistant", "Hello", parent="empty"),
        "end": node("system", "bye", parent="a"),
    }
    conversation = taken(mapping, current_node="end")
    assert [message.id for message in conversation.messages.values()] == ["q", "a"]
    assert conversation.messages["a"].parent_id == "q"
    assert conversation.leaf_id == "a"


def test_siblings_without_times_stand_as_their_parent_lists_them() -> None:
    mapping = {
        "late": node("assistant", "Third", parent="q"),
        "b": node("assistant", "Second", parent="q"),
        "a": node("assistant", "First", parent="q"),
        "q": {**node("user", "Hi"), "children": ["a", "b", "late"]},
    }
    conversation = taken(mapping, create_time="yesterday", current_node="nowhere")
    assert [message.content for message in conversation.messages.values()] == [
        "Hi",
        "First",
        "Second",
        "Third",
    ]
    assert conversation.leaf_id == "late"
    assert conversation.created_at == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("time", [None, "noon", True, 1.7e15, float("nan")])
def test_a_message_without_a_time_has_its_parents(time: Any) -> None:
    answer = node("assistant", "Hey", parent="q", create_time=time)
    mapping = {"q": node("user", "Hi", create_time=99.5), "a": answer}
    moments = {message.created_at for message in taken(mapping, create_time=50).messages.values()}
    assert moments == {datetime(1970, 1, 1, 0, 1, 39, 500_000, tzinfo=UTC)}


def test_a_parent_comes_first_whatever_the_clock_said() -> None:
    mapping = {
        "a": node("assistant", "Hello", parent="q", create_time=50.0),
        "q": node("user", "Hi", create_time=99.0),
        "other": node("user", "Hey", create_time=10.0),
    }
    assert list(taken(mapping).messages) == ["other", "q", "a"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"content_type": "code", "language": "unknown", "text": "ls ```x```"}, "````\nls ```x```\n````"),
        ({"content_type": "execution_output", "text": "176.0"}, "```\n176.0\n```"),
        (parts("a", {"content_type": "audio_asset_pointer", "asset_pointer": "x"}), "a\n\n[audio]"),
        (parts({"content_type": "audio_transcription", "text": "b"}, {"asset_pointer": "x"}), "b\n\n[image]"),
        ({"content_type": "text", "parts": ["half \ud83d", None, 3, ""]}, "half \ufffd"),
    ],
)
def test_contents(content: dict[str, Any], text: str) -> None:
    assert taken({"a": node("assistant", content=content)}).messages["a"].content == text


@pytest.mark.parametrize("kind", ["thoughts", "reasoning_recap", "tether_quote", None, ["text"]])
def test_contents_that_chatgpt_keeps_to_itself_are_left_out(kind: Any) -> None:
    hidden = {"content_type": kind, "parts": ["x"], "text": "x"}
    mapping = {"q": node("user", "Hi"), "a": node("assistant", parent="q", content=hidden)}
    assert list(taken(mapping).messages) == ["q"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "it is neither an export of SynStar Chat nor ChatGPT's conversations.json"),
        ({"version": 1}, "it is neither"),
        ({"conversations": []}, "version must be a whole number"),
        ([None], "conversations[0] must be an object"),
        ([{"title": "x"}], "conversations[0].mapping must be an object"),
        ([{"mapping": {"a": 1}}], "conversations[0].mapping[0] must be an object"),
        (
            [{"mapping": {"a": node("user", "x", parent="b"), "b": node("user", "y", parent="a")}}],
            "conversations[0].mapping holds nodes that are their own ancestors",
        ),
        (nested(99_999), "conversations[0] must be an object"),
    ],
)
def test_what_is_no_export_is_refused_in_one_sentence(data: Any, said: str) -> None:
    with pytest.raises(FormatError) as raised:
        read(data)
    assert str(raised.value).startswith(f"This file cannot be read: {said}")


def test_read_knows_our_own_export() -> None:
    assert read(exported(two_versions())) == from_json(exported(two_versions()))


@given(values)
def test_any_json_raises_nothing_else(data: Any) -> None:
    try:
        read(data)
    except FormatError:
        return


@given(st.data(), values)
def test_damage_anywhere_still_gives_what_can_be_stored(data: st.DataObject, value: Any) -> None:
    whole = chatgpt()
    damage_somewhere(data.draw, whole, value)
    try:
        conversations = read(whole)
    except FormatError:
        return
    assert read(exported(*conversations)) == conversations


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["user", "assistant", "tool"])), max_size=8))
def test_any_tree_keeps_its_texts_and_its_order(rows: list[tuple[int, str]]) -> None:
    mapping = {
        f"n{index}": node(role, f"text {index}", parent=f"n{parent}" if parent < index else None)
        for index, (parent, role) in enumerate(rows)
    }
    for conversation in from_chatgpt([{"id": "c", "mapping": mapping}]):
        kept = [f"text {index}" for index, (_, role) in enumerate(rows) if role != "tool"]
        assert sorted(message.content for message in conversation.messages.values()) == sorted(kept)
        assert read(exported(conversation)) == [conversation]
