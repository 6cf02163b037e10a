"""What is booked for a reply, and what a sum of bookings admits not to know."""

from datetime import UTC, datetime

from lib.domain.reply.fold import fold
from lib.domain.reply.ledger import LedgerRow, Totals, totals
from lib.domain.reply.reply import Reply, State, Timing
from lib.domain.reply.tape import Content, Finished, Sent, Served, UsageReported
from lib.domain.reply.usage import Source, Usage

WHEN = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
PROMPT = ["You are kind.", "Say hello."]


def row(usage: Usage) -> LedgerRow:
    return LedgerRow.of(
        Reply(usage=usage), reply_id="r", session_id="s", conversation_id="c", created_at=WHEN
    )


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
