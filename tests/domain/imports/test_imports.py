"""Which format an item of a file is in, what is said of those that are none, and what came of it all."""

from typing import Any

import pytest
from hypothesis import given

from lib.domain import imports
from lib.domain.conversation.conversations import Conversation
from lib.domain.imports import foreign
from lib.domain.imports.outcome import LeftOut, Outcome, Reason
from tests.domain.conversation.test_exports import exported, nested, two_versions, values
from tests.domain.imports.importing import chatgpt, node, taken

CLAUDE = {"uuid": "c", "name": "Tea", "chat_messages": [{"uuid": "q", "sender": "human", "text": "Hi"}]}
OPEN_WEBUI = {
    "title": "Tea",
    "chat": {"history": {"messages": {"q": {"id": "q", "role": "user", "content": "Hi"}}}},
}
OURS = exported(two_versions())["conversations"][0]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (chatgpt()[0], "How hot should the water for green tea be?"),
        (CLAUDE, "Hi"),
        (OPEN_WEBUI, "Hi"),
        (OURS, "How *hot*?\n\n    80?"),
    ],
    ids=["ChatGPT", "Claude", "Open WebUI", "ours"],
)
def test_each_format_is_known_by_its_shape(item: Any, said: str) -> None:
    conversation = taken(item)
    assert conversation.path()[0].content == said
    assert taken(item) == conversation
    assert taken(exported(conversation)["conversations"][0]) == conversation


@pytest.mark.parametrize(
    ("item", "left_out"),
    [
        (None, LeftOut(Reason.UNKNOWN)),
        (nested(99_999), LeftOut(Reason.UNKNOWN)),
        ({"title": "Tea"}, LeftOut(Reason.UNKNOWN, "Tea")),
        ({"title": "Tea", "mapping": {}}, LeftOut(Reason.EMPTY, "Tea")),
        ({"title": "Tea", "mapping": 3}, LeftOut(Reason.DAMAGED, "Tea")),
        ({"name": "Tea", "chat_messages": 3}, LeftOut(Reason.DAMAGED, "Tea")),
        ({**OURS, "leaf_id": "gone"}, LeftOut(Reason.DAMAGED, "Green  tea\n")),
        ({**OURS, "id": "../etc"}, LeftOut(Reason.DAMAGED, "Green  tea\n")),
        ({**OURS, "title": None}, LeftOut(Reason.DAMAGED)),
        ({**OURS, "messages": [], "leaf_id": None}, LeftOut(Reason.EMPTY, "Green  tea\n")),
    ],
)
def test_what_cannot_be_taken_is_left_out_with_its_reason(item: Any, left_out: LeftOut) -> None:
    assert imports.read(item) == left_out


def test_an_export_from_before_there_were_citations_and_sounds_is_read() -> None:
    old = exported(two_versions())["conversations"][0]
    for message in old["messages"]:
        for field in ("citations", "audio", "images", "models_before", "retries", "is_json"):
            (message["reply"] or {}).pop(field, None)
    assert taken(old) == two_versions()


@given(values)
def test_any_json_is_a_conversation_or_left_out(item: Any) -> None:
    assert isinstance(imports.read(item), Conversation | LeftOut)


@pytest.mark.parametrize(
    ("item", "whose"),
    [
        ({"conversationId": "x", "endpoint": "openAI", "messages": []}, "an export of LibreChat"),
        ({"exportType": "sessions", "state": {}, "version": 7}, "an export of LobeHub"),
        ({"chat-next-web-store": {"sessions": []}}, "an export of NextChat"),
        ({"time": 1, "version": 4, "localStorage": {}, "indexedDB": {}}, "a backup of Cherry Studio"),
        ({"chat-sessions-list": []}, "an export of Chatbox"),
        ({"data": {"chats": []}}, "an export of TypingMind"),
        ({"conversation": {}, "responses": []}, "an export of Grok"),
        ({"mapping": {"1": {}}, "inserted_at": "2025-01-01", "title": "x"}, "an export of DeepSeek"),
        ({"header": "Gemini Apps", "products": []}, "Google's record of Gemini"),
        ({"uuid": "p", "name": "Tea", "docs": []}, "a list of Claude's projects, without chats"),
    ],
)
def test_others_are_named_with_what_can_be_taken(item: Any, whose: str) -> None:
    assert isinstance(imports.read(item), LeftOut)
    taken_in = "Exports of SynStar Chat, ChatGPT, Claude and Open WebUI can be imported"
    assert foreign.seems(item) == f"is {whose}. {taken_in}"


@given(values)
def test_anything_may_be_asked_whose_it_is(item: Any) -> None:
    assert foreign.seems(item) is None or isinstance(foreign.seems(item), str)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"version": 1}, None),
        ({}, None),
        ({"version": "1"}, None),
        ({"version": 2}, "was written by a newer version of SynStar Chat; update this one first"),
        (
            {"format": "synstar-recording", "version": 1},
            "is a recording of SynStar Chat; import it on the page Recordings",
        ),
    ],
)
def test_what_stands_before_the_list_may_say_that_nothing_is_taken(header: Any, words: str | None) -> None:
    assert foreign.refusal(header) == words


def outcome(met: int, *left_out: LeftOut) -> Outcome:
    found = Outcome()
    for each in left_out:
        found.met += 1
        found.leave_out(each)
    found.met = met
    return found


def test_the_outcome_in_plain_words() -> None:
    empty, damaged = LeftOut(Reason.EMPTY), LeftOut(Reason.DAMAGED, "Tea")
    assert list(outcome(120, empty, empty, damaged).said(100)) == [
        "100 chats were added, 17 were there already.",
        "3 of 120 chats were left out: 2 contain no messages (number 1, number 2), 1 is damaged (“Tea”).",
    ]
    assert list(outcome(2, damaged).said(1)) == [
        "1 chat was added, 0 were there already.",
        "1 of 2 chats was left out: 1 is damaged (“Tea”).",
    ]
    assert list(outcome(0).said(0)) == ["0 chats were added, 0 were there already."]


def test_only_the_first_few_are_named_and_long_titles_cut() -> None:
    many = [LeftOut(Reason.DAMAGED, f"Tea\n {number} {'x' * 99}") for number in range(1, 5)]
    (_, said) = outcome(5, *many).said(1)
    assert said.count("“Tea ") == 3
    assert said.endswith("…”, …).")
    assert "\n" not in said


def test_the_outcomes_of_files_add_up() -> None:
    first, second = outcome(3, LeftOut(Reason.EMPTY, "A")), outcome(4, LeftOut(Reason.EMPTY, "B"))
    first.add(second)
    assert (first.met, first.left_out) == (7, 2)
    assert list(first.said(5))[1] == "2 of 7 chats were left out: 2 contain no messages (“A”, “B”)."


def test_a_conversation_has_the_same_id_in_every_file() -> None:
    mapping = {"q": node("user", "Hi")}
    id_ = "0c1f6c2e-1111-4222-8333-444455556666"
    first = taken({"conversation_id": id_, "title": "Before", "mapping": mapping})
    second = taken({"id": id_, "title": "After", "mapping": {**mapping, "r": node("user", "Ho", parent="q")}})
    assert first.id == second.id == id_.replace("-", "")
    assert set(first.messages) < set(second.messages)
