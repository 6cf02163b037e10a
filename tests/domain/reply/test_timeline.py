"""A tape, listed."""

from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.tape import (
    Content,
    Event,
    Failed,
    Finished,
    Interrupted,
    Reasoning,
    Refusal,
    Retried,
    Sent,
    Served,
    Stopped,
    ToolCall,
    UsageReported,
)
from lib.domain.reply.timeline import Step, StepKind, longest_gap_ms, timeline
from lib.domain.reply.usage import Source, Usage

USAGE = Usage(1_200, 8, 1_208, reasoning_tokens=3, source=Source.REPORTED)


def seen(events: list[Event]) -> list[tuple[StepKind, float, float, str]]:
    return [(step.kind, step.at_ms, step.until_ms, step.detail) for step in timeline(events)]


def test_a_reply_is_listed_from_its_request_to_its_end() -> None:
    events: list[Event] = [
        Sent(0, {"model": "model-a"}),
        Served(90, status=200),
        Served(100, model="model-a", id="c"),
        Reasoning(100, "Hm"),
        Reasoning(200, "m"),
        Content(300, "One"),
        Content(420, " two"),
        UsageReported(430, USAGE),
        Finished(431, "stop"),
    ]
    assert seen(events) == [
        (StepKind.SENT, 0, 0, "model-a"),
        (StepKind.HEADERS, 90, 90, "Status 200"),
        (StepKind.SERVED, 100, 100, "model-a"),
        (StepKind.REASONING, 100, 200, ""),
        (StepKind.TEXT, 300, 420, ""),
        (StepKind.USAGE, 430, 430, "1,200 prompt, 8 completion, 3 reasoning (reported)"),
        (StepKind.FINISHED, 431, 431, "stop"),
    ]


def test_thousands_of_pieces_are_one_step_and_only_the_first_run_has_the_first_token() -> None:
    events: list[Event] = [Reasoning(1, "Hm"), *(Content(at, "ab") for at in range(2, 5_002))]
    assert timeline(events) == [
        Step(StepKind.REASONING, 1, 1, pieces=1, characters=2, is_first_token=True),
        Step(StepKind.TEXT, 2, 5_001, pieces=5_000, characters=10_000),
    ]


def test_a_silence_of_more_than_two_seconds_is_a_stall() -> None:
    events: list[Event] = [Content(0, "a"), Content(2_000, "b"), Content(4_001, "c"), Finished(9_000, "stop")]
    assert seen(events) == [
        (StepKind.TEXT, 0, 2_000, ""),
        (StepKind.STALL, 2_000, 4_001, ""),
        (StepKind.TEXT, 4_001, 4_001, ""),
        (StepKind.STALL, 4_001, 9_000, ""),
        (StepKind.FINISHED, 9_000, 9_000, "stop"),
    ]


def test_the_wait_for_the_first_token_is_no_stall() -> None:
    events: list[Event] = [Sent(0, {}), Served(9_000, status=200), Content(20_000, "a")]
    assert StepKind.STALL not in [step.kind for step in timeline(events)]


def test_a_retry_says_why_and_is_followed_by_the_second_request() -> None:
    events: list[Event] = [
        Sent(0, {"model": "m"}),
        Retried(50, "Too many requests."),
        Sent(51, {"model": "m"}),
    ]
    assert [what for what, *_ in seen(events)] == [StepKind.SENT, StepKind.RETRIED, StepKind.SENT]
    assert timeline(events)[1].detail == "Too many requests."


def test_a_model_that_changes_on_the_way_is_told_and_a_new_id_is_not() -> None:
    events: list[Event] = [
        Served(1, model="a", id="1"),
        Served(2, model="a", id="2"),
        Served(3, model="b", id="2"),
    ]
    assert seen(events) == [(StepKind.SERVED, 1, 1, "a"), (StepKind.CHANGED, 3, 3, "a → b")]


def test_two_tool_calls_are_two_steps() -> None:
    events: list[Event] = [
        ToolCall(1, 0, "x", "get_weather"),
        ToolCall(2, 0, arguments='{"city"'),
        ToolCall(3, 0, arguments=': "Oslo"}'),
        ToolCall(4, 1, "y", "get_time", "{}"),
    ]
    assert seen(events) == [(StepKind.TOOL_CALL, 1, 3, "get_weather"), (StepKind.TOOL_CALL, 4, 4, "get_time")]
    assert timeline(events)[0].characters == len('{"city": "Oslo"}')


def test_every_end_has_its_step() -> None:
    error = ChatError(Category.TIMEOUT, "Nothing came.")
    ends: list[Event] = [Failed(1, error), Stopped(1), Interrupted(1)]
    assert [seen([Refusal(0, "No"), end])[-1] for end in ends] == [
        (StepKind.FAILED, 1, 1, "Nothing came."),
        (StepKind.STOPPED, 1, 1, ""),
        (StepKind.INTERRUPTED, 1, 1, ""),
    ]


def test_an_empty_tape_has_no_steps() -> None:
    assert timeline([]) == []


def test_the_longest_silence_is_between_pieces_of_the_answer() -> None:
    events: list[Event] = [
        Sent(0, {}),
        Served(900),
        Reasoning(1000, "Hm"),
        Content(1300, "One"),
        Content(1350, "!"),
    ]
    assert longest_gap_ms([*events, Finished(9000, "stop")]) == 300
    assert longest_gap_ms(events[:3]) is None
    assert longest_gap_ms([]) is None
