"""The fold: what a tape says when it is played."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.reply.citations import Citation
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State, Timing, ToolUse, from_json, to_json
from lib.domain.reply.tape import (
    CLOSING,
    Audio,
    Cited,
    Content,
    ContentWasReasoning,
    Event,
    Failed,
    Finished,
    Image,
    Interrupted,
    Reasoning,
    Refusal,
    Retried,
    Sent,
    Served,
    Stopped,
    ToolCall,
    UsageReported,
    text_of,
)
from lib.domain.reply.usage import Source, Usage
from tests.domain.reply.test_tape import IMAGE, SOUND, tapes

ERROR = ChatError(Category.UPSTREAM_DOWN, "It is down.", status=502, retryable=True)


def used(completion: int) -> Usage:
    return Usage(10, completion, 10 + completion, source=Source.REPORTED)


def test_an_empty_tape_is_a_running_reply_that_knows_nothing() -> None:
    reply = fold([])
    assert reply == Reply()
    assert (reply.state, reply.text, reply.tokens_per_second) == (State.RUNNING, "", None)
    assert reply.usage.source is Source.UNKNOWN
    assert reply.timing == Timing()
    assert reply.timing.first_token_ms is None


@pytest.mark.parametrize(
    ("closing", "state"),
    [
        (Finished(9.0, "stop"), State.COMPLETED),
        (Failed(9.0, ERROR), State.FAILED),
        (Stopped(9.0), State.STOPPED),
        (Interrupted(9.0), State.INTERRUPTED),
    ],
)
def test_the_closing_event_is_the_state_and_keeps_the_text(closing: Event, state: State) -> None:
    begun: list[Event] = [Sent(0.0, {"model": "model-a"}), Content(5.0, "Hello")]
    assert fold(begun).state is State.RUNNING
    assert fold(begun).timing.total_ms is None
    reply = fold([*begun, closing])
    assert (reply.state, reply.text, reply.timing.total_ms) == (state, "Hello", 9.0)


def test_only_a_failed_reply_has_an_error_and_only_a_finished_one_a_reason() -> None:
    failed, finished = fold([Failed(1.0, ERROR)]), fold([Finished(1.0, "length")])
    assert (failed.error, failed.finish_reason) == (ERROR, None)
    assert (finished.error, finished.finish_reason) == (None, "length")


def test_content_reasoning_and_refusal_are_put_together_apart() -> None:
    reply = fold([Reasoning(1, "Hm"), Content(2, "He"), Reasoning(3, "…"), Content(4, "y"), Refusal(5, "No")])
    assert (reply.text, reply.reasoning, reply.refusal) == ("Hey", "Hm…", "No")


def test_the_first_visible_token_and_the_first_thought_are_timed_apart() -> None:
    timing = fold(
        [Sent(0, {}), Reasoning(100, "Hm"), Reasoning(150, "m"), Content(300, "A"), Content(400, "B")]
    ).timing
    assert timing == Timing(ttft_ms=300, reasoning_ttft_ms=100, last_token_ms=400)
    assert timing.first_token_ms == 100


def test_thinking_alone_has_no_first_visible_token() -> None:
    timing = fold([Reasoning(100, "Hm"), Stopped(250)]).timing
    assert timing == Timing(reasoning_ttft_ms=100, last_token_ms=100, total_ms=250)


def test_a_reply_that_thinks_late_is_timed_from_its_first_word() -> None:
    assert fold([Content(50, "A"), Reasoning(80, "Hm")]).timing.first_token_ms == 50


def test_a_refusal_is_visible_text_to_the_clock() -> None:
    assert fold([Refusal(70, "No"), Refusal(90, ".")]).timing == Timing(ttft_ms=70, last_token_ms=90)


def test_headers_usage_and_notices_are_no_tokens() -> None:
    events: list[Event] = [Sent(0, {}), Retried(1, "Again."), Served(2, "m"), UsageReported(3, used(9))]
    assert fold(events).timing == Timing()


@pytest.mark.parametrize(
    ("tokens", "last_ms", "rate"),
    [
        (8, 300.0, 40.0),
        (7, 300.0, None),
        (8, 299.9, None),
        (100, 1100.0, 100.0),
        (0, 5000.0, None),
        (500, 100.0, None),
    ],
)
def test_tokens_per_second_are_told_only_where_they_mean_something(
    tokens: int, last_ms: float, rate: float | None
) -> None:
    said = Content(100.0, "some words " * 50), Content(last_ms, "b")
    events: list[Event] = [*said, UsageReported(2000.0, used(tokens))]
    assert fold([*events, Finished(9000.0, "stop")]).tokens_per_second == rate


def test_tokens_per_second_count_from_the_first_thought() -> None:
    events: list[Event] = [Reasoning(1000, "Let me see."), Content(2000, "A word"), Content(3000, " or two")]
    assert fold([*events, UsageReported(3001, used(20))]).tokens_per_second == 10.0


def test_tokens_per_second_are_unknown_without_a_count_or_without_a_token() -> None:
    assert fold([Content(0, "a"), Content(1000, "b")]).tokens_per_second is None
    assert fold([UsageReported(1000, used(50)), Finished(2000, "stop")]).tokens_per_second is None


def test_the_usage_reported_last_counts_whole() -> None:
    first = Usage(1, 2, 3, 4, 5, Source.REPORTED)
    last = Usage(7, 8, 15, source=Source.ESTIMATED)
    assert fold([UsageReported(1, first), Content(2, "a"), UsageReported(3, last)]).usage == last


def test_what_was_served_may_change_on_the_way() -> None:
    reply = fold(
        [
            Sent(0, {"model": "model-a"}),
            Served(1, status=200, request_id="req-1", headers={"server": "x"}),
            Served(2, "model-a-2025", "id-1", "fp-1"),
            Content(3, "Hi"),
            Served(4, "model-b", None, None),
            Served(5, None, "id-2"),
        ]
    )
    assert (reply.model_requested, reply.model_served) == ("model-a", "model-b")
    assert (reply.response_id, reply.system_fingerprint, reply.request_id) == ("id-2", "fp-1", "req-1")


def test_a_request_that_was_asked_again_leaves_a_notice_and_the_last_model() -> None:
    reply = fold(
        [
            Sent(0, {"model": "a"}),
            Retried(1, "One."),
            Sent(2, {"model": "b"}),
            Retried(3, "Two."),
            Sent(4, {}),
        ]
    )
    assert reply.notices == ("One.", "Two.")
    assert reply.model_requested == "b"


def test_tool_calls_are_put_together_by_their_index() -> None:
    reply = fold(
        [
            ToolCall(1, 1, "call_b", "weather", ""),
            ToolCall(2, 0, "call_a", "search", '{"q":'),
            ToolCall(3, 1, None, None, '{"city": "Kiel"}'),
            ToolCall(4, 0, None, None, ' "tea"}'),
            ToolCall(5, 0, "", ""),
        ]
    )
    assert reply.tool_calls == (
        ToolUse("call_a", "search", '{"q": "tea"}'),
        ToolUse("call_b", "weather", '{"city": "Kiel"}'),
    )
    assert reply.timing.last_token_ms == 5


@given(tapes)
def test_folding_is_repeatable_and_takes_any_iterable(tape: list[Event]) -> None:
    assert fold(tape) == fold(event for event in tape) == fold(tuple(tape))


@given(tapes, st.data())
def test_what_a_reply_has_said_only_grows(tape: list[Event], data: st.DataObject) -> None:
    before, after = fold(tape[: data.draw(st.integers(0, len(tape)))]), fold(tape)
    assert after.text.startswith(before.text)
    assert after.reasoning.startswith(before.reasoning)
    assert after.refusal.startswith(before.refusal)
    assert after.notices[: len(before.notices)] == before.notices
    assert len(after.tool_calls) >= len(before.tool_calls)
    assert before.timing.ttft_ms in (None, after.timing.ttft_ms)
    assert before.timing.reasoning_ttft_ms in (None, after.timing.reasoning_ttft_ms)


@given(tapes)
def test_a_reply_runs_until_its_tape_closes(tape: list[Event]) -> None:
    closed = bool(tape) and isinstance(tape[-1], CLOSING)
    assert (fold(tape).state is not State.RUNNING) is closed
    assert fold(event for event in tape if not isinstance(event, CLOSING)).state is State.RUNNING


@given(tapes)
def test_the_moments_of_a_reply_come_in_order(tape: list[Event]) -> None:
    timing = fold(tape).timing
    if timing.first_token_ms is not None:
        assert timing.last_token_ms is not None
        assert timing.first_token_ms <= timing.last_token_ms
    if timing.total_ms is not None and timing.last_token_ms is not None:
        assert timing.last_token_ms <= timing.total_ms


@given(tapes)
def test_a_rate_is_never_negative_nor_endless(tape: list[Event]) -> None:
    rate, tokens = fold(tape).tokens_per_second, fold(tape).usage.completion_tokens
    if rate is not None:
        assert tokens is not None
        assert 0 < rate <= tokens / 0.2


@given(st.text(), st.lists(st.integers(0, 20)))
def test_how_a_text_was_cut_into_pieces_does_not_show(text: str, cuts: list[int]) -> None:
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    pieces = [text[start:end] for start, end in zip(places, [*places[1:], len(text)], strict=True)]
    tape = [Content(float(at), piece) for at, piece in enumerate(pieces)]
    assert fold(tape).text == text_of(tape) == text


@given(tapes)
def test_a_folded_reply_survives_being_stored(tape: list[Event]) -> None:
    reply = fold(tape)
    again = from_json(json.loads(json.dumps(to_json(reply))))
    assert again == reply
    assert isinstance(again.state, State)
    assert again.tokens_per_second == reply.tokens_per_second


def test_a_model_that_changes_on_the_way_is_remembered() -> None:
    reply = fold([Served(1, model="a"), Served(2, model="b", id="2"), Served(3, model="b", id="3")])
    assert (reply.models_before, reply.model_served) == (("a",), "b")
    assert from_json(json.loads(json.dumps(to_json(reply)))) == reply


@pytest.mark.parametrize(
    ("response_format", "is_json"),
    [
        ({"type": "json_object"}, True),
        ({"type": "json_schema"}, True),
        ({"type": "text"}, False),
        (None, False),
    ],
)
def test_a_reply_tells_whether_json_was_asked_for(response_format: object, is_json: bool) -> None:
    assert fold([Sent(0, {"response_format": response_format})]).is_json is is_json


def rated(reasoning: str, *, hidden: int, text_tokens: int = 10) -> Reply:
    """Ten tokens in 450 ms after three seconds of silence, or of thinking that is seen."""
    usage = Usage(100, hidden + text_tokens, 100 + hidden + text_tokens, None, hidden, Source.REPORTED)
    thought: list[Event] = [Reasoning(1.0, reasoning)] if reasoning else []
    words: list[Event] = [Content(3000.0 + 50 * at, "word ") for at in range(10)]
    return fold([Sent(0.0, {}), *thought, *words, UsageReported(3450.0, usage), Finished(3450.0, "stop")])


def test_thinking_that_nobody_saw_makes_no_model_fast() -> None:
    assert rated("", hidden=1000).tokens_per_second is None
    assert rated("In short: tea.", hidden=1000).tokens_per_second is None
    assert rated("", hidden=0).tokens_per_second == pytest.approx(10 / 0.45)
    seen = rated("thinking hard " * 75, hidden=1000).tokens_per_second
    assert seen == pytest.approx(1010 / 3.449)
    # Some servers do not tell how much was thinking, but no token has less than a byte.
    assert rated("", hidden=0, text_tokens=1010).tokens_per_second is None
    assert rated("", hidden=0, text_tokens=50).tokens_per_second == pytest.approx(50 / 0.45)


def test_content_that_was_thinking_is_reasoning_and_the_rest_the_answer() -> None:
    tape: list[Event] = [
        Content(10.0, "Let me see.\n"),
        ContentWasReasoning(20.0),
        Reasoning(20.0, ""),
        Content(30.0, "4"),
    ]
    reply = fold(tape)
    assert (reply.reasoning, reply.text, text_of(tape)) == ("Let me see.", "4", "4")
    assert (reply.timing.reasoning_ttft_ms, reply.timing.ttft_ms) == (10.0, 30.0)


def test_pictures_sounds_and_sources_are_parts_of_an_answer() -> None:
    cited = Citation("https://a.test", "A")
    reply = fold([Image(5.0, IMAGE), Audio(6.0, SOUND), Cited(7.0, (cited,)), Cited(8.0, (cited,))])
    assert (reply.images, reply.audio, reply.citations) == ((IMAGE,), (SOUND,), (cited,))
    assert reply.made == (IMAGE, SOUND)
    assert reply.says_something
    assert not reply.is_empty
    assert (reply.timing.ttft_ms, reply.timing.last_token_ms) == (5.0, 6.0)
