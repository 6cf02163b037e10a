"""ChatGPT's export becomes conversations with all their branches; the fixture's content is invented."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain import imports
from lib.domain.conversation.exports import ID, from_json
from lib.domain.imports.outcome import LeftOut, Reason
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source
from tests.domain.conversation.test_exports import damage_somewhere, exported, values
from tests.domain.imports.importing import chatgpt, from_chatgpt, node, parts, reply_of, taken, there


def test_branches_are_kept_and_the_shown_one_is_shown() -> None:
    tea = taken(chatgpt()[0])
    assert tea.title == "Green tea temperature"
    assert [message.content for message in tea.messages.values()] == [
        "How hot should the water for green tea be?",
        "Boiling.",
        "Around **80 °C**, for two minutes.",
        "And in Fahrenheit?",
        "```python\n80 * 9 / 5 + 32\n```\n\n80 °C is 176 °F.",
    ]
    question, _, shown, *_ = tea.messages.values()
    assert question.parent_id is None
    assert [version.content[:7] for version in tea.versions(shown.id)] == ["Boiling", "Around "]
    assert [message.role for message in tea.path()] == ["user", "assistant", "user", "assistant"]


def test_a_reply_says_what_is_known_of_it() -> None:
    tea = taken(chatgpt()[0])
    reply = tea.path()[1].reply
    assert reply == Reply(State.COMPLETED, "Around **80 °C**, for two minutes.", model_served="gpt-4o")
    assert reply.usage.source is Source.UNKNOWN


def test_a_reply_without_a_model_has_the_conversations() -> None:
    mapping = {"q": node("user", "Hi"), "a": node("assistant", "Hey", parent="q")}
    assert reply_of(from_chatgpt(mapping, default_model_slug="o3").path()[1]).model_served == "o3"
    mapping["a"]["message"]["metadata"] = {"model_slug": "gpt-5"}
    assert reply_of(from_chatgpt(mapping, default_model_slug="o3").path()[1]).model_served == "gpt-5"


def test_pictures_thoughts_null_titles_and_null_times() -> None:
    cat = taken(chatgpt()[1])
    assert cat.title == "[image] What is the cat on this picture sitting on?"
    assert [message.content for message in cat.path()] == [
        "[image]\n\nWhat is the cat on this picture sitting on?",
        "On a red sofa 🛋️.",
    ]
    assert reply_of(cat.path()[1]).reasoning == "**Looking**\n\nA red sofa."
    assert cat.created_at == datetime(2025, 1, 2, 10, 0, 0, 500_000, tzinfo=UTC)
    assert cat.updated_at == datetime(2025, 1, 2, 10, 0, 4, tzinfo=UTC)


def test_ids_are_kept_or_derived_and_always_the_same() -> None:
    data = chatgpt()
    tea, cat = map(taken, data[:2])
    assert [tea.id, cat.id] == [each["conversation_id"].replace("-", "") for each in data[:2]]
    assert [taken(each) for each in chatgpt()[:2]] == [tea, cat]
    mapping = {"1/x": node("user", "Hi"), "n2": node("assistant", "Hello", parent="1/x")}
    items = [{"id": "WEB:one", "mapping": mapping}, {"id": "two", "mapping": mapping}, {"mapping": mapping}]
    items.append({"mapping": mapping, "title": "Another one without an id"})
    found = list(map(taken, items))
    ids = [id_ for conversation in found for id_ in (conversation.id, *conversation.messages)]
    assert len(set(ids)) == 12
    assert all(ID.fullmatch(id_) for id_ in ids)
    assert found == list(map(taken, items))


def test_what_was_taken_in_can_be_exported() -> None:
    conversations = list(map(taken, chatgpt()[:2]))
    assert from_json(exported(*conversations)) == conversations


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
    conversation = from_chatgpt(mapping, current_node="end")
    question, answer = conversation.messages.values()
    assert (question.content, answer.content) == ("Hi", "Hello")
    assert (answer.parent_id, conversation.leaf_id) == (question.id, answer.id)


def test_siblings_without_times_stand_as_their_parent_lists_them() -> None:
    mapping = {
        "late": node("assistant", "Third", parent="q"),
        "b": node("assistant", "Second", parent="q"),
        "a": node("assistant", "First", parent="q"),
        "q": {**node("user", "Hi"), "children": ["a", "b", "late"]},
    }
    conversation = from_chatgpt(mapping, create_time="yesterday", current_node="nowhere")
    contents = [message.content for message in conversation.messages.values()]
    assert contents == ["Hi", "First", "Second", "Third"]
    assert conversation.path()[-1].content == "Third"
    assert conversation.created_at == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("time", [None, "noon", True, 1.7e15, float("nan")])
def test_a_message_without_a_time_has_its_parents(time: Any) -> None:
    answer = node("assistant", "Hey", parent="q", create_time=time)
    mapping = {"q": node("user", "Hi", create_time=99.5), "a": answer}
    moments = {message.created_at for message in from_chatgpt(mapping, create_time=50).messages.values()}
    assert moments == {datetime(1970, 1, 1, 0, 1, 39, 500_000, tzinfo=UTC)}


@pytest.mark.parametrize(
    "time", [1740000000, 1740000000.0, 1740000000000, "2025-02-19T21:20:00Z", "2025-02-19T22:20:00+01:00"]
)
def test_times_come_in_seconds_milliseconds_and_words(time: Any) -> None:
    mapping = {"q": node("user", "Hi", create_time=time)}
    (message,) = from_chatgpt(mapping).messages.values()
    assert message.created_at == datetime(2025, 2, 19, 21, 20, tzinfo=UTC)


def test_a_parent_comes_first_whatever_the_clock_said() -> None:
    mapping = {
        "a": node("assistant", "Hello", parent="q", create_time=50.0),
        "q": node("user", "Hi", create_time=99.0),
        "other": node("user", "Hey", create_time=10.0),
    }
    assert [each.content for each in from_chatgpt(mapping).messages.values()] == ["Hey", "Hi", "Hello"]


def test_an_answer_that_forks_halfway_goes_on_in_messages_of_their_own() -> None:
    mapping = {
        "q": node("user", "Hi"),
        "a": node("assistant", "Well,", parent="q"),
        "b": node("assistant", "yes.", parent="a"),
        "c": node("assistant", "no.", parent="a"),
        "d": node("assistant", "Never.", parent="c"),
    }
    conversation = from_chatgpt(mapping)
    contents = [message.content for message in conversation.messages.values()]
    assert contents == ["Hi", "Well,", "\n\nyes.", "\n\nno.\n\nNever."]
    assert "".join(each.content for each in conversation.turns()[1]) == "Well,\n\nno.\n\nNever."


AUDIO = {"content_type": "audio_asset_pointer", "asset_pointer": "x"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"content_type": "code", "language": "unknown", "text": "ls ```x```"}, "````\nls ```x```\n````"),
        ({"content_type": "execution_output", "text": "176.0"}, "```\n176.0\n```"),
        (parts("a", AUDIO), "a\n\n[audio]"),
        (parts({"content_type": "audio_transcription", "text": "b"}, AUDIO), "b"),
        (parts({"content_type": "audio_transcription", "text": "b"}, {"asset_pointer": "x"}), "b\n\n[image]"),
        ({"content_type": "text", "parts": ["half \ud83d", None, 3, ""]}, "half \ufffd"),
    ],
)
def test_contents(content: dict[str, Any], text: str) -> None:
    (message,) = from_chatgpt({"a": node("assistant", content=content)}).messages.values()
    assert message.content == text


@pytest.mark.parametrize("kind", ["reasoning_recap", "tether_quote", "user_editable_context", None, ["text"]])
def test_contents_that_chatgpt_keeps_to_itself_are_left_out(kind: Any) -> None:
    hidden = {"content_type": kind, "parts": ["x"], "text": "x"}
    mapping = {"q": node("user", "Hi"), "a": node("assistant", parent="q", content=hidden)}
    assert [each.content for each in from_chatgpt(mapping).messages.values()] == ["Hi"]


def test_thoughts_without_an_answer_are_kept() -> None:
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "", "content": "Hm."}]}
    mapping = {"q": node("user", "Hi"), "a": node("assistant", parent="q", content=thoughts)}
    reply = reply_of(from_chatgpt(mapping).path()[1])
    assert (reply.text, reply.reasoning) == ("", "Hm.")


def code(text: str) -> dict[str, Any]:
    return {"content_type": "code", "language": "json", "text": text}


def picture(pointer: str) -> dict[str, Any]:
    return {"content_type": "image_asset_pointer", "asset_pointer": pointer}


DRAWING = {
    "q": node("user", "Draw a fox"),
    "call": node("assistant", parent="q", content=code('{"prompt": "a fox"}'), recipient="dalle.text2im"),
    "drawn": node("tool", parent="call", content=parts(picture("file-service://file-Fox1"))),
    "also": node("tool", parent="drawn", content=parts(picture("sediment://file_0fox2"))),
    "said": node("assistant", "Two foxes.", parent="also"),
}


def test_what_a_tool_drew_is_the_answers_and_its_call_is_not_shown() -> None:
    _, answer = from_chatgpt(DRAWING, there).path()
    assert answer.content == "Two foxes."
    assert [image.id for image in reply_of(answer).images] == ["file-Fox1", "file_0fox2"]


def test_a_drawing_whose_picture_is_not_there_is_told() -> None:
    _, answer = from_chatgpt(DRAWING).path()
    assert answer.content == "[image]\n\n[image]\n\nTwo foxes."
    assert reply_of(answer).images == ()


def test_what_code_drew_is_the_answers() -> None:
    metadata = {"aggregate_result": {"messages": [{"image_url": "file-service://file-Plot"}, {"text": "1"}]}}
    drawn = node("tool", content={"content_type": "execution_output", "text": "1"}, metadata=metadata)
    (answer,) = from_chatgpt({"t": drawn}, there).messages.values()
    assert [image.id for image in reply_of(answer).images] == ["file-Plot"]


def test_files_of_a_question_are_attached_or_named() -> None:
    attached = [{"id": "file-Cat", "name": "cat.png"}, {"id": "file-Notes", "name": "notes.txt"}]
    asked = node(
        "user", content=parts(picture("sediment://file-Cat"), "Who?"), metadata={"attachments": attached}
    )
    (question,) = from_chatgpt({"q": asked}, there).messages.values()
    assert [(each.name, each.id) for each in question.attachments] == [
        ("cat.png", "file-Cat"),
        ("notes.txt", "file-Notes"),
    ]
    assert question.content == "Who?"
    (question,) = from_chatgpt({"q": asked}).messages.values()
    assert question.attachments == ()
    assert question.content == "[image]\n\n[file: notes.txt]\n\nWho?"


@pytest.mark.parametrize(
    ("recipient", "text", "shown"),
    [
        (
            "canmore.create_textdoc",
            '{"name": "List", "type": "document", "content": "# Buy\\n\\ntea"}',
            "**List**\n\n# Buy\n\ntea",
        ),
        (
            "canmore.create_textdoc",
            '{"name": "sum", "type": "code/python", "content": "1 + 1"}',
            "**sum**\n\n```python\n1 + 1\n```",
        ),
        ("canmore.update_textdoc", '{"updates": [{"pattern": ".*", "replacement": "All new"}]}', "All new"),
        ("canmore.update_textdoc", '{"updates": [{"pattern": "a", "replacement": "b"}]}', ""),
        ("canmore.comment_textdoc", '{"comments": [{"pattern": "a", "comment": "b"}]}', ""),
        ("canmore.create_textdoc", "[" * 50_000, ""),
        ("bio", "The person likes tea", ""),
        ("web.run", '{"search_query": "tea"}', ""),
        ("t2uay3k.sj1i4kz", '{"prompt": "a fox"}', ""),
        ("python", "1 + 1", "```json\n1 + 1\n```"),
        (None, "1 + 1", "```json\n1 + 1\n```"),
    ],
)
def test_what_goes_to_a_tool_is_shown_only_where_it_is_for_a_person(
    recipient: Any, text: str, shown: str
) -> None:
    mapping = {
        "q": node("user", "Hi"),
        "a": node("assistant", parent="q", content=code(text), recipient=recipient),
    }
    contents = [message.content for message in from_chatgpt(mapping).messages.values()]
    assert contents == ["Hi", shown] if shown else ["Hi"]


def left_out(item: Any) -> Reason:
    found = imports.read(item)
    assert isinstance(found, LeftOut)
    return found.reason


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"title": "Shell", "create_time": 1.0, "conversation_id": "x", "current_node": None}, Reason.EMPTY),
        ({"mapping": None}, Reason.EMPTY),
        ({"mapping": {}}, Reason.EMPTY),
        ({"mapping": {"a": 1, "b": None, "c": {"message": "x"}}}, Reason.EMPTY),
        ({"mapping": "nodes"}, Reason.DAMAGED),
        (
            {"mapping": {"a": node("user", "x", parent="b"), "b": node("user", "y", parent="a")}},
            Reason.DAMAGED,
        ),
        ({"mapping": {"a": node("user", "x", parent="a")}}, Reason.DAMAGED),
    ],
)
def test_a_conversation_that_cannot_be_read_is_left_out_with_its_reason(item: Any, reason: Reason) -> None:
    assert left_out(item) is reason


def test_a_node_of_an_odd_kind_does_not_take_the_others_along() -> None:
    mapping = {"q": node("user", "Hi"), "odd": [1], "a": node("assistant", "Hey", parent="odd")}
    assert [each.content for each in from_chatgpt(mapping).messages.values()] == ["Hi", "Hey"]


@given(st.data(), values)
def test_damage_anywhere_still_gives_what_can_be_stored(data: st.DataObject, value: Any) -> None:
    whole = chatgpt()[:2]
    damage_somewhere(data.draw, whole, value)
    found = [each for each in map(imports.read, whole) if not isinstance(each, LeftOut)]
    assert from_json(exported(*found)) == found


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["user", "assistant", "tool"])), max_size=8))
def test_any_tree_keeps_its_texts_on_their_paths(rows: list[tuple[int, str]]) -> None:
    mapping = {
        f"n{index}": node(role, f"text {index}", parent=f"n{parent}" if parent < index else None)
        for index, (parent, role) in enumerate(rows)
    }
    found = imports.read({"id": "c", "mapping": mapping})
    messages = {} if isinstance(found, LeftOut) else found.messages
    kept = [f"text {index}" for index, (_, role) in enumerate(rows) if role != "tool"]
    said = [text for message in messages.values() for text in message.content.strip().split("\n\n")]
    assert sorted(said) == sorted(kept)
    assert isinstance(found, LeftOut) or from_json(exported(found)) == [found]
    for index, (_, role) in enumerate(rows):
        if role != "tool" and not isinstance(found, LeftOut):
            (shown,) = [each for each in messages.values() if f"text {index}" in each.content.split("\n\n")]
            above = [text for each in found.path(shown.id) for text in each.content.strip().split("\n\n")]
            assert set(ancestors(rows, index)) <= set(above)


def ancestors(rows: list[tuple[int, str]], index: int) -> list[str]:
    """The texts on the way from the root to a node."""
    parent, role = rows[index]
    above = ancestors(rows, parent) if parent < index else []
    return above if role == "tool" else [*above, f"text {index}"]
