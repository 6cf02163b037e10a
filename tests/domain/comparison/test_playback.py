"""When recorded events are played, and which of a conversation's turns."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.playback import (
    AT_ONCE,
    ORIGINAL,
    as_played,
    count_questions,
    exchanges,
    moments,
    scene,
)
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import Content, Event, Finished, Reasoning, Sent, UsageReported
from lib.domain.reply.usage import Source, Usage

AT = datetime(2026, 3, 1, tzinfo=UTC)
TAPE: list[Event] = [
    Sent(0.0, {"model": "model-a"}),
    Reasoning(500.0, "abcd"),
    Content(900.0, "abcdefgh"),
    Content(1000.0, "abcd"),
    UsageReported(1100.0, Usage(1, 16, 17, source=Source.REPORTED)),
    Finished(1100.0, "stop"),
]


def test_the_original_pace_is_that_of_the_tape() -> None:
    assert moments(TAPE, ORIGINAL) == [0.0, 0.5, 0.9, 1.0, 1.1, 1.1]


def test_a_fixed_pace_gives_each_piece_the_time_of_its_reported_tokens() -> None:
    assert moments(TAPE, 4.0) == pytest.approx([0.0, 0.0, 1.0, 3.0, 4.0, 4.0])


def test_at_once_is_at_once() -> None:
    assert moments(TAPE, AT_ONCE) == [0.0] * len(TAPE)


def test_a_tape_without_a_word_is_played_at_any_pace() -> None:
    assert moments([Finished(50.0, "stop")], 10.0) == [0.0]
    assert moments([], ORIGINAL) == []


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.text(max_size=5)), max_size=20),
    st.sampled_from([ORIGINAL, 0.5, 100.0, AT_ONCE]),
)
def test_no_event_is_played_before_the_one_above_it(
    pieces: list[tuple[float, str]], pace: float | None
) -> None:
    at = moments([Content(at_ms, text) for at_ms, text in pieces], pace)
    assert len(at) == len(pieces)
    assert at == sorted(at)


def talk(*exchanges: tuple[str, list[str]]) -> Conversation:
    """Questions, each with the pieces of its answer: an answer, and what continues it."""
    conversation = Conversation("c", "Talk", AT, AT, comparison_id="compared")
    for question, pieces in exchanges:
        conversation.add([Message(f"q-{question}", conversation.leaf_id, "user", question, AT)])
        for number, text in enumerate(pieces):
            reply = Reply(State.COMPLETED, text)
            own = f"{question}-{number}"
            conversation.add([Message(own, conversation.leaf_id, "assistant", text, AT, reply)])
    return conversation


def test_a_turn_is_a_question_with_its_answer_and_what_continues_that() -> None:
    first, second = exchanges(talk(("one", ["a", "b"]), ("two", ["c"])))
    assert first.question
    assert [message.content for message in first.answer] == ["a", "b"]
    assert first.last.id == "one-1"
    assert [message.content for message in second.before] == ["one", "a", "b"]
    assert second.question
    assert second.question.content == "two"


def test_an_unanswered_question_is_no_turn() -> None:
    assert [turn.last.content for turn in exchanges(talk(("one", []), ("two", ["c"]), ("three", [])))] == [
        "c"
    ]


def test_a_scene_shows_each_cell_up_to_its_answer_to_that_question() -> None:
    comparison = Comparison(
        "compared", "Talk", AT, [talk(("one", ["a"]), ("two", ["b"])), talk(("one", ["c"])), talk()]
    )
    assert count_questions(comparison) == 2
    leaves = [[cell.leaf_id for cell in scene(comparison, number).cells] for number in (0, 1)]
    assert leaves == [["one-0", "one-0"], ["two-0", "one-0"]]


def test_a_message_stands_as_far_as_its_tape_was_played() -> None:
    message = Message("a", "q", "assistant", fold(TAPE).text, AT, fold(TAPE))
    played = as_played(message, fold(TAPE[:3]))
    assert played.content == "abcdefgh"
    assert played.reply
    assert played.reply.state is State.RUNNING
