"""What a comparison asked, how its cells are called, and a cell that becomes a chat."""

from dataclasses import replace

import pytest

from lib.domain.comparison.comparisons import SYNTHESIS, Comparison, attempts, copied_as_chat, labels
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.engine.sending import new_id
from tests.domain.comparison.samples import SAID, WHEN, cell, reply


def test_a_synthesis_is_not_compared_and_a_question_that_took_anothers_place_is() -> None:
    first, second = cell("a", [reply(1.0, 2.0, 3)]), cell("b", [reply(1.0, 2.0, 3)])
    later = Message(new_id(), None, "user", "Coffee?", WHEN)
    second.add([later, Message(new_id(), later.id, "assistant", "said", WHEN, reply(1.0, 2.0, 3))])
    merged = cell("c")
    merged.add([Message(new_id(), None, "user", f"{SYNTHESIS} ...", WHEN)])
    for cells in ([first, second, merged], [second, first, merged]):
        comparison = Comparison("c", "Tea", WHEN, cells)
        assert comparison.prompt == "Tea?"
        assert comparison.compared == cells[:2]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([cell("a"), cell("b", temperature=0.5)], ["a", "b"]),
        (
            [cell("a", temperature=0.0), cell("a", temperature=0.7)],
            ["a · temperature 0", "a · temperature 0.7"],
        ),
        ([cell("a", max_tokens=9), cell("a")], ["a · max tokens 9", "a"]),
        ([cell("a"), cell("a"), cell("a")], ["a", "a (2)", "a (3)"]),
    ],
)
def test_labels_tell_cells_of_one_model_apart(cells: list[Conversation], expected: list[str]) -> None:
    assert labels(cells) == expected


def test_a_comparison_knows_what_was_asked() -> None:
    assert Comparison("c", "Tea", WHEN, [cell("a")]).prompt is None
    assert Comparison("c", "Tea", WHEN, [cell("a", [reply(1.0, 2.0, 3)])]).prompt == "Tea?"


def test_only_answers_are_attempts() -> None:
    asked = cell("a", [reply(1.0, 2.0, 3)])
    asked.leaf_id = asked.path()[0].id
    assert attempts(asked) == attempts(cell("a")) == []


def test_a_released_cell_is_a_chat_of_its_own_with_all_that_was_said() -> None:
    original = cell("a", [reply(1.0, 2.0, 3), replace(reply(1.0, 2.0, 3), text="said again")])
    chat = copied_as_chat(original, new_id=new_id, now=WHEN)
    assert chat.comparison_id is None
    assert [message.content for message in chat.path()] == ["Tea?", "said again"]
    assert [message.content for message in chat.versions(chat.path()[-1].id)] == [SAID, "said again"]
    assert not {chat.id, *chat.messages} & {original.id, *original.messages}
    assert original.comparison_id == "c"
