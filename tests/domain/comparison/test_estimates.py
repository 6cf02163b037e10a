"""What asking is about to take, said before it is done."""

import pytest

from lib.domain.comparison.estimates import (
    CEILING_DOLLARS,
    CEILING_TOKENS,
    USUAL_ANSWER_TOKENS,
    Expected,
    expected,
)
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.models.prices import Price
from tests.domain.comparison.samples import cell, reply

DOLLAR_A_TOKEN = Price(prompt=1e6, completion=2e6)
DOCUMENT = Attachment("d", AttachmentKind.DOCUMENT, "notes.txt", "text/plain", 400, text="word " * 80)
IMAGE = Attachment("i", AttachmentKind.IMAGE, "sky.png", "image/png", 9, width=750, height=100)


def test_a_first_question_takes_its_prompt_and_a_usual_answer_in_every_cell_as_often_as_wanted() -> None:
    once = expected([cell("a")], "Tea?", 1).tokens
    assert once == pytest.approx(USUAL_ANSWER_TOKENS, abs=10)
    assert expected([cell("a"), cell("b")], "Tea?", 3).tokens == 6 * once


def test_files_and_what_was_said_before_are_in_the_prompt() -> None:
    fresh, asked = cell("a"), cell("a", [reply(1.0, 2.0, USUAL_ANSWER_TOKENS)])
    plain = expected([fresh], "Tea?", 1).tokens
    assert expected([fresh], "Tea?", 1, attachments=[DOCUMENT]).tokens >= plain + DOCUMENT.tokens
    assert expected([fresh], "Tea?", 1, attachments=[IMAGE]).tokens == plain + 100
    assert expected([asked], "Tea?", 1).tokens > plain


def test_answers_are_expected_to_be_as_long_as_those_before_or_as_they_may_be() -> None:
    asked = cell("a", [reply(1.0, 2.0, tokens) for tokens in (10, 30, 2000)])
    assert expected([asked], None, 4).tokens == pytest.approx(30, abs=10)
    assert expected([cell("a", max_tokens=20)], "Tea?", 1).tokens == pytest.approx(20, abs=10)


def test_asking_again_counts_only_answers_that_are_missing() -> None:
    asked = cell("a", [reply(1.0, 2.0, 10)] * 2)
    assert expected([asked], None, 2) == Expected(0, None, 0)


def test_a_cost_is_that_of_the_models_with_a_price_and_tells_how_many_have_none() -> None:
    cells = [cell("a", max_tokens=10), cell("b", max_tokens=10), cell("c", max_tokens=10)]
    known = expected(cells, "Tea?", 2, {"a": DOLLAR_A_TOKEN, "b": Price(call=0.5)})
    prompt = expected([cells[0]], "Tea?", 1).tokens - 10
    assert known.cost == pytest.approx(2 * (prompt + 10 * 2) + 2 * 0.5)
    assert known.unpriced == 1
    assert expected(cells, "Tea?", 2, {}) == Expected(known.tokens, None, 3)


@pytest.mark.parametrize(
    ("takes", "is_much"),
    [
        (Expected(CEILING_TOKENS, CEILING_DOLLARS, 0), False),
        (Expected(CEILING_TOKENS + 1, None, 2), True),
        (Expected(1, CEILING_DOLLARS + 0.01, 0), True),
    ],
)
def test_either_many_tokens_or_many_dollars_are_asked_about(takes: Expected, is_much: bool) -> None:
    assert takes.is_much is is_much
