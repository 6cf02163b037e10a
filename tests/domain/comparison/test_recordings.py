"""Recordings: written and read back without loss; what is no recording gets a sentence."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.recordings import Recording, RecordingKind, from_json, models, to_json
from lib.domain.comparison.votes import TIE, Tally
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Params
from lib.domain.models.prices import Price
from lib.domain.reply.fold import fold
from lib.domain.reply.tape import Content, Event, Finished, Image, Sent, UsageReported
from lib.domain.reply.usage import Source, Usage
from lib.domain.text.validation import FormatError
from tests.steps import steps

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PICTURE = Attachment("ab" * 32, AttachmentKind.IMAGE, "cat.png", "image/png", 3, 1, 1, data=b"png")


def cell(name: str, position: int, tape: list[Event]) -> Conversation:
    conversation = Conversation(name, "Why?", AT, AT, model=f"model-{name}", params=Params(temperature=0.5))
    conversation.comparison_id, conversation.position = "compared", position
    question = Message(f"{name}-question", None, "user", "Why?", AT)
    reply = fold(tape)
    conversation.add([question, Message(f"{name}-answer", question.id, "assistant", reply.text, AT, reply)])
    return conversation


def recording() -> Recording:
    usage = Usage(5, 2, 7, source=Source.REPORTED)
    first: list[Event] = [
        Sent(0.0, {"model": "model-a"}),
        Content(120.5, "Be"),
        Content(160.0, "cause 5 < 6."),
        Image(170.0, PICTURE),
        UsageReported(180.0, usage),
        Finished(181.0, "stop"),
    ]
    second: list[Event] = [Sent(0.0, {"model": "model-b"}), Content(90.0, "No."), Finished(91.0, "length")]
    cells = [cell("a", 0, first), cell("b", 1, second)]
    return Recording(
        id="kept",
        title="Why?",
        kind=RecordingKind.COMPARISON,
        recorded_at=AT,
        comparisons=[Comparison("compared", "Why?", AT, cells)],
        tapes={"a-answer": first, "b-answer": second},
        prices={"model-a": Price(1.0, 2.0, source="the gateway")},
        tallies={"compared": Tally({"a": 2, TIE: 1}, {"a": 1}, {})},
    )


def test_what_was_written_is_read_back_without_loss() -> None:
    kept = recording()
    again = from_json(json.loads(json.dumps(to_json(kept))))
    assert again == kept
    (image,) = fold(again.tapes["a-answer"]).images
    assert image.data == b"png"


def test_the_tapes_give_the_figures_that_the_conversations_have() -> None:
    again = from_json(json.loads(json.dumps(to_json(recording()))))
    for each in again.cells:
        answer = each.path()[-1]
        assert fold(again.tapes[answer.id]) == answer.reply


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "other"}, "it is not a recording of SynStar Chat"),
        ({"version": 2}, "version must be 1"),
        ({"id": "../up"}, "id must be 1 to 32 letters"),
        ({"kind": "film"}, "kind must be one of reply, comparison, deck"),
        ({"comparisons": []}, "comparisons must hold at least one"),
        ({"conversations": []}, "comparisons[0] must have 1 to 32 conversations"),
        (
            {"comparisons": [{"id": "compared", "title": "", "created_at": "2026-03-01T00:00:00Z"}] * 2},
            "comparisons[1].id must not occur twice",
        ),
        (
            {"tapes": {"a-answer": [["c", 1e9, ""]]}},
            "tapes.a-answer[0] must not be before its request, or more",
        ),
        ({"tapes": {}}, "tapes.a-answer is missing"),
        ({"tapes": {"a-answer": [["?", 0]]}}, "tapes.a-answer[0] is an event of an unknown kind"),
        ({"tapes": {"a-answer": [["c", 0, 5]]}}, "tapes.a-answer[0].text must be a string"),
        ({"tapes": {"a-answer": [["c", "now", ""]]}}, "tapes.a-answer[0].at_ms must be a finite number"),
        ({"tapes": {"a-answer": [["c", -1, ""]]}}, "tapes.a-answer[0] must not be before its request"),
        ({"tapes": {"a-answer": [["c", 9, ""], ["c", 8, ""]]}}, "tapes.a-answer[1] must not come before"),
        ({"tapes": {"a-answer": [["f", 9, "stop"], ["c", 9, ""]]}}, "tapes.a-answer[1] must not come"),
        ({"votes": {"compared": {"choices": {"a": -1}}}}, "votes.compared.choices must not be negative"),
        ({"prices": {"model-a": {"prompt": "free"}}}, "prices.model-a.prompt must be a finite number"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(change: dict[str, object], said: str) -> None:
    data = json.loads(json.dumps(to_json(recording()))) | change
    with pytest.raises(FormatError) as raised:
        from_json(data)
    assert str(raised.value).startswith(f"This file cannot be read: {said}")


@pytest.mark.parametrize("data", [None, [], "text", {}, 7])
def test_what_is_no_recording_at_all_is_told(data: object) -> None:
    with pytest.raises(FormatError):
        from_json(data)


def test_a_tape_that_breaks_off_ends_as_interrupted() -> None:
    data = json.loads(json.dumps(to_json(recording())))
    data["tapes"]["b-answer"].pop()
    assert fold(from_json(data).tapes["b-answer"]).state.value == "interrupted"


def test_a_conversation_that_shows_no_answer_is_told() -> None:
    data = json.loads(json.dumps(to_json(recording())))
    data["conversations"][0]["leaf_id"] = "a-question"
    with pytest.raises(FormatError, match="conversation a without an answer"):
        from_json(data)


def test_its_models_are_named_once_each_in_the_order_of_the_cells() -> None:
    assert models(recording()) == ["model-a", "model-b"]


def many(count: int) -> dict[str, Any]:
    """A recording of that many comparisons, as its file holds it."""
    tape: list[Event] = [Sent(0.0, {"model": "m"}), Content(1.0, "So"), Finished(2.0, "stop")]
    cells = [replace(cell(f"c{number}", 0, tape), comparison_id=f"x{number}") for number in range(count)]
    comparisons = [Comparison(f"x{number}", "Why?", AT, [each]) for number, each in enumerate(cells)]
    tapes = {f"{each.id}-answer": tape for each in cells}
    kept = Recording("many", "Why?", RecordingKind.DECK, AT, comparisons, tapes)
    return cast(dict[str, Any], json.loads(json.dumps(to_json(kept))))


def test_a_recording_twice_as_long_takes_twice_the_work_to_read() -> None:
    short, long = many(40), many(80)
    assert from_json(long).comparisons[79].cells[0].model == "model-c79"
    assert steps(lambda: from_json(long)) < 2.05 * steps(lambda: from_json(short))
