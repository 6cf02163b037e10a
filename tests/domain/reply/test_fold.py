"""A tape that is played as it grows, and the figures of a reply while it runs."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.reply.fold import Fold, fold
from lib.domain.reply.reply import State
from lib.domain.reply.tape import (
    Content,
    Event,
    Failed,
    Finished,
    Interrupted,
    Reasoning,
    Refusal,
    Sent,
    Stopped,
    ToolCall,
    UsageReported,
)
from lib.domain.reply.usage import Source, Usage, estimate_prompt, estimate_tokens, estimate_usage
from tests.domain.reply.test_reply import ERROR
from tests.domain.reply.test_tape import tapes

PROMPT = ["Be kind", "How are you?"]
PROMPT_TOKENS = estimate_prompt(PROMPT)
PLACEHOLDER = Usage(12, 0, 12, source=Source.REPORTED)
"""Gateways that report with each chunk begin with no completion tokens."""


@given(tapes, st.lists(st.integers(0, 20)))
def test_a_tape_folded_as_it_grows_is_the_tape_folded_at_once(tape: list[Event], cuts: list[int]) -> None:
    places = sorted({min(cut, len(tape)) for cut in cuts} | {0, len(tape)})
    growing = Fold()
    for start, end in zip(places, [*places[1:], len(tape)], strict=True):
        growing.extend(tape[start:end])
        assert growing.reply() == fold(tape[:end])
        assert growing.so_far(9, 99.0) == Fold(tape[:end]).so_far(9, 99.0)


@given(tapes)
def test_the_figures_of_a_reply_that_has_ended_are_those_of_its_tape(tape: list[Event]) -> None:
    folded = Fold(tape)
    if folded.reply().state is not State.RUNNING:
        assert folded.so_far(9, 99.0) == folded.reply()
    timing = folded.reply().timing
    assert folded.so_far(9, 99.0).timing.first_token_ms == timing.first_token_ms


def test_before_the_first_word_only_the_time_and_the_prompt_are_known() -> None:
    reply = Fold().so_far(estimate_prompt(PROMPT, 100), 1500.0)
    assert reply.timing.first_token_ms is None
    assert reply.timing.total_ms == 1500.0
    assert reply.usage == estimate_usage(PROMPT, "", 100)


def test_pieces_add_up_to_the_estimate_of_the_whole_text() -> None:
    pieces = ["W", "ords ", "in 三", "文字 ", "and more"]
    folded = Fold(Content(100.0 + at, piece) for at, piece in enumerate(pieces))
    assert folded.so_far(PROMPT_TOKENS, 200.0).usage == estimate_usage(PROMPT, "".join(pieces))
    assert folded.so_far().usage == Usage(
        None, estimate_tokens("".join(pieces)), None, source=Source.ESTIMATED
    )


def test_the_rate_is_over_the_time_from_the_first_token_to_the_last() -> None:
    folded = Fold([Sent(0.0, {}), Reasoning(500.0, "hmm, " * 8), Content(1500.0, "well " * 32)])
    reply = folded.so_far(0, 9000.0)
    assert reply.timing.first_token_ms == 500.0
    assert reply.usage.completion_tokens == 50
    assert reply.tokens_per_second == 50.0


def test_a_tool_call_is_a_first_token_and_is_counted_while_it_is_written_and_afterwards() -> None:
    arguments = '{"city": "Oslo"}'
    tape: list[Event] = [
        Sent(0.0, {}),
        ToolCall(10.0, 0, "call_1", "get_weather", arguments),
        Content(50.0, "So"),
    ]
    running, ended = Fold(tape).so_far(0, 60.0), fold([*tape, Finished(60.0, "stop")])
    assert running.usage.completion_tokens == estimate_tokens(f"{arguments}So")
    assert running.timing == ended.timing
    assert (ended.timing.ttft_ms, ended.timing.first_token_ms, ended.timing.last_token_ms) == (10, 10, 50)


@pytest.mark.parametrize(
    "usage", [Usage(9, 3, 12, 1, 0, Source.REPORTED), Usage(100, 100, 200, source=Source.ESTIMATED)]
)
def test_what_is_told_counts_more_than_a_guess(usage: Usage) -> None:
    folded = Fold([Content(1.0, "A much longer text than that"), UsageReported(1.0, usage)])
    assert folded.so_far(PROMPT_TOKENS, 2.0).usage == usage
    assert folded.usage(PROMPT_TOKENS, Stopped(2.0)) == usage


@pytest.mark.parametrize(
    "received",
    [
        [Content(1, "Hello there")],
        [Reasoning(1, "Hello there")],
        [Refusal(1, "Hello there")],
        [ToolCall(1, 0, "1", "say", "Hello "), ToolCall(2, 1, "2", "say", "there")],
        [Content(1, "Hello"), Reasoning(2, " there")],
    ],
)
@pytest.mark.parametrize("closing", [Finished(3, "stop"), Stopped(3), Failed(3, ERROR)])
def test_whatever_was_received_is_estimated_where_nothing_was_told(
    received: Sequence[Event], closing: Finished | Stopped | Failed
) -> None:
    wanted = estimate_usage(PROMPT, "Hello there")
    assert Fold(received).usage(PROMPT_TOKENS, closing) == wanted
    assert Fold([*received, closing]).usage(PROMPT_TOKENS) == wanted


def test_a_reply_that_ends_without_a_word_stays_unknown() -> None:
    assert Fold().usage(PROMPT_TOKENS, Failed(1.0, ERROR)) == Usage()
    told = Fold([UsageReported(1.0, PLACEHOLDER)])
    assert told.usage(PROMPT_TOKENS, Interrupted(2.0)) == PLACEHOLDER


def test_a_reply_that_was_cut_is_not_booked_with_the_placeholder_of_its_first_chunk() -> None:
    folded = Fold([UsageReported(1.0, PLACEHOLDER), Content(2.0, "Some words that came")])
    cut = folded.usage(PROMPT_TOKENS, Stopped(3.0))
    assert (cut.prompt_tokens, cut.source) == (12, Source.ESTIMATED)
    assert cut.completion_tokens
    assert cut.adds_up
    assert folded.usage(PROMPT_TOKENS, Finished(3.0, "stop")) == PLACEHOLDER
