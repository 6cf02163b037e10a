"""Sentences that are stored as a code with values."""

from dataclasses import asdict

import pytest

from lib.domain.text import sentences
from lib.domain.text.sentence_table import SENTENCES
from lib.domain.text.sentences import Sentence, sentence
from lib.i18n import locale
from lib.i18n.locale import Locale


def test_a_stored_sentence_reads_in_the_language_of_its_reader() -> None:
    stored = asdict(sentence("no_answer_in_time", host="chat.example.com"))
    said = sentences.read(stored)
    assert str(said) == "chat.example.com did not answer in time."
    with locale.using(Locale("en_XA")):
        assert str(said) != "chat.example.com did not answer in time."
        assert "chat.example.com" in str(said)


def test_one_sentence_may_stand_in_another() -> None:
    inner = sentence("pieces", most=600_000)
    stored = asdict(sentence("kept_before", excess=inner))
    assert (
        str(sentences.read(stored))
        == "The answer came in more than 600,000 pieces. What came before is kept."
    )


def test_a_count_chooses_the_form() -> None:
    assert str(sentence("images_gone", count=1)) == "One earlier image no longer exists."
    assert str(sentence("images_gone", count=2)) == "2 earlier images no longer exist."


@pytest.mark.parametrize(
    "said",
    [
        {"code": "{0.__class__}", "values": {"a": "b"}},
        {"code": "no_such_code", "values": {}},
        {"code": "no_host", "values": {}},
        {"code": "images_gone", "values": {"count": "many"}},
        {"code": "two", "values": {"first": {"code": "{x}", "values": {}}, "second": None}},
        {"code": 1},
        ["text"],
        None,
    ],
)
def test_whatever_an_import_holds_reads_as_something(said: object) -> None:
    assert isinstance(str(sentences.read(said)), str)
    assert "class" not in str(sentences.read(said)).replace("{0.__class__}", "")


def test_an_older_text_stays_as_it_was() -> None:
    assert sentences.read("Only the first page was read.") == "Only the first page was read."


def test_the_texts_in_it_can_be_masked() -> None:
    said = sentence("two", first=sentence("no_host", host="secret"), second="a secret")
    masked = said.with_texts(lambda text: text.replace("secret", "***"))
    assert str(masked) == "There is no server named ***. a ***"


def test_a_place_without_a_value_is_a_gap_and_not_an_error() -> None:
    for code in SENTENCES:
        assert "{" not in str(Sentence(code))
