"""Figures in words: one way to write them, whoever asks."""

from dataclasses import replace

import pytest

from lib.domain.models.balance import Balance
from lib.domain.reply import wording
from lib.domain.reply.finish_reasons import Ending
from lib.domain.reply.reply import Reply, State, Timing
from lib.domain.reply.usage import Source, Usage

DONE = Reply(
    State.COMPLETED,
    "word",
    usage=Usage(10, 1200, 1210, source=Source.REPORTED),
    timing=Timing(ttft_ms=250.0, last_token_ms=10_250.0, total_ms=10_300.0),
)


@pytest.mark.parametrize(
    ("dollars", "shown"),
    [
        *((0.0, "$0.00"), (0.0000123, "$0.000012"), (0.00214, "$0.0021"), (0.5, "$0.5000")),
        *((5.0, "$5.00"), (1234.5, "$1,234.50"), (-3.0, "$-3.00")),
    ],
)
def test_an_amount_has_as_many_decimals_as_it_takes(dollars: float, shown: str) -> None:
    assert wording.money(dollars) == shown


def test_what_is_left_on_a_key_is_told_in_cents() -> None:
    assert "$0.50 is left" in str(Balance(0.5))
    assert "$0.0020 is left" in str(Balance(0.002))


def test_a_price_keeps_the_digits_it_was_told_with() -> None:
    assert [wording.price(dollars) for dollars in (0.15, 2.0, 0.0000375)] == ["$0.15", "$2", "$0.0000375"]


@pytest.mark.parametrize(
    ("ms", "shown"), [(None, "–"), (42.0, "0.04 s"), (9_994.0, "9.99 s"), (9_996.0, "10.0 s")]
)
def test_seconds_lose_a_decimal_from_ten_on(ms: float | None, shown: str) -> None:
    assert wording.seconds(ms) == shown


def test_what_was_guessed_has_its_sign_and_what_is_unknown_is_left_out() -> None:
    guessed = replace(DONE.usage, source=Source.ESTIMATED)
    assert [wording.tokens(DONE.usage), wording.tokens(guessed)] == ["1,200 tokens", "≈ 1,200 tokens"]
    assert wording.tokens(Usage(completion_tokens=1)) == "1 token"
    assert wording.rate(119.6, Source.ESTIMATED) == "≈ 120 tokens/s"
    assert (wording.tokens(Usage()), wording.rate(None), wording.first_token(Reply())) == ("", "", "")


def test_an_ending_is_told_where_it_was_not_by_itself() -> None:
    assert wording.ending(DONE) == ""
    assert wording.ending(replace(DONE, state=State.STOPPED)) == "stopped"
    cut = replace(DONE, finish_reason="max_tokens")
    assert cut.ending is Ending.LENGTH
    assert wording.ending(cut) == "ended by max_tokens"
    assert wording.ending(replace(DONE, finish_reason="tool_calls")) == ""
