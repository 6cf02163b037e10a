"""What is booked for a reply, and what a sum of bookings admits not to know."""

from datetime import UTC, datetime

import pytest

from lib.domain.reply.ledger import LedgerRow, Totals, accounted, totals
from lib.domain.reply.reply import Reply, State, Timing, ToolUse, fold
from lib.domain.reply.tape import Content, Finished, Sent, Served, UsageReported
from lib.domain.reply.usage import Source, Usage, estimate_usage

WHEN = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
PROMPT = ["You are kind.", "Say hello."]


def row(usage: Usage) -> LedgerRow:
    return LedgerRow.of(
        Reply(usage=usage), reply_id="r", session_id="s", conversation_id="c", created_at=WHEN
    )


def test_reported_usage_is_booked_as_it_was_reported() -> None:
    reported = Usage(1, 2, 3, 1, 0, Source.REPORTED)
    assert accounted(Reply(text="a much longer text than that", usage=reported), PROMPT) is reported


def test_an_estimate_is_not_estimated_again() -> None:
    estimated = Usage(100, 100, 200, source=Source.ESTIMATED)
    assert accounted(Reply(text="Hi", usage=estimated), PROMPT) is estimated


@pytest.mark.parametrize(
    "reply",
    [
        Reply(text="Hello there"),
        Reply(reasoning="Hello there"),
        Reply(refusal="Hello there"),
        Reply(tool_calls=(ToolUse("1", "say", "Hello "), ToolUse("2", "say", "there"))),
        Reply(text="Hello", reasoning=" there"),
        Reply(State.STOPPED, text="Hello there"),
        Reply(State.FAILED, text="Hello there"),
    ],
)
def test_whatever_was_received_is_estimated_where_nothing_was_reported(reply: Reply) -> None:
    usage = accounted(reply, PROMPT)
    assert usage.source is Source.ESTIMATED
    assert usage.completion_tokens == estimate_usage([], "Hello there").completion_tokens
    assert usage.prompt_tokens == estimate_usage(PROMPT, "").prompt_tokens


def test_a_reply_that_received_nothing_stays_unknown() -> None:
    assert accounted(Reply(State.FAILED), PROMPT) == Usage()


def test_a_row_tells_what_the_reply_told() -> None:
    usage = Usage(5, 20, 25, source=Source.REPORTED)
    reply = fold(
        [
            Sent(0.0, {"model": "model-a"}),
            Served(50.0, "model-a-2025"),
            Content(100.0, "some words "),
            Content(1100.0, "and a few"),
            UsageReported(1150.0, usage),
            Finished(1200.0, "length"),
        ]
    )
    booked = LedgerRow.of(reply, reply_id="r", session_id="s", conversation_id="c", created_at=WHEN)
    assert (booked.reply_id, booked.session_id, booked.conversation_id) == ("r", "s", "c")
    assert (booked.model_requested, booked.model_served) == ("model-a", "model-a-2025")
    assert (booked.state, booked.finish_reason, booked.usage) == (State.COMPLETED, "length", usage)
    assert (booked.ttft_ms, booked.total_ms, booked.tokens_per_second) == (100.0, 1200.0, 20.0)
    assert booked.created_at == WHEN


def test_the_row_of_a_reply_without_a_token_has_no_times_but_the_end() -> None:
    booked = LedgerRow.of(
        Reply(State.FAILED, timing=Timing(total_ms=9.0)),
        reply_id="r",
        session_id="s",
        conversation_id="c",
        created_at=WHEN,
    )
    assert (booked.ttft_ms, booked.total_ms, booked.tokens_per_second) == (None, 9.0, None)


def test_nothing_adds_up_to_nothing() -> None:
    assert totals([]) == Totals(0, 0, 0, 0, 0, 0)


def test_a_sum_says_how_much_of_it_is_guessed_and_how_much_is_missing() -> None:
    rows = [
        row(Usage(1, 2, 3, source=Source.REPORTED)),
        row(Usage(10, 20, 30, source=Source.REPORTED)),
        row(Usage(100, 200, 300, source=Source.ESTIMATED)),
        row(Usage()),
        row(Usage(1000, None, 1000, source=Source.REPORTED)),
    ]
    assert totals(rows) == Totals(
        replies=5, prompt_tokens=1111, completion_tokens=222, total_tokens=1333, estimated=1, unknown=1
    )


def test_a_reply_that_was_cut_is_not_booked_with_the_placeholder_of_its_first_chunk() -> None:
    """Gateways that report with each chunk begin with no completion tokens."""
    placeholder = Usage(12, 0, 12, source=Source.REPORTED)
    cut = accounted(Reply(State.STOPPED, "Some words that came", usage=placeholder), ["Hello"])
    assert (cut.prompt_tokens, cut.source) == (12, Source.ESTIMATED)
    assert cut.completion_tokens
    assert cut.adds_up
    assert accounted(Reply(State.COMPLETED, "Words", usage=placeholder), ["Hello"]) == placeholder
    assert accounted(Reply(State.FAILED, usage=placeholder), ["Hello"]) == placeholder
