"""Which language somebody gets, and that each thread keeps its own."""

import threading
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from lib.domain.text.sentences import joined
from lib.i18n import catalogues, formats, locale
from lib.i18n.locale import Locale
from lib.i18n.translation import gettext, lazy, lazy_plural, listed, ngettext

PSEUDO = Locale("en_XA")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh_Hans"),
        ("zh-Hans-CN", "zh_Hans"),
        ("zh-SG;q=0.5, de;q=0.9", "zh_Hans"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("de-DE,de;q=0.9", "en"),
        ("de;q=0.9,zh;q=0.8,en;q=0.7", "zh_Hans"),
        ("en-XA", "en_XA"),
        ("*", "en"),
        ("", "en"),
        (";q=;,zh;q=many,;;q=1", "en"),
        ("a" * 100_000, "en"),
    ],
)
def test_the_first_wanted_language_that_there_is(header: str, language: str) -> None:
    assert catalogues.accepted(header) == language


def test_languages_are_called_as_their_readers_call_them() -> None:
    assert [catalogues.name(each) for each in catalogues.languages()] == ["English", "中文 (简体)"]


def test_each_thread_has_a_locale_of_its_own() -> None:
    told: list[str] = []
    with locale.using(PSEUDO):
        thread = threading.Thread(target=lambda: told.append(gettext("Delete")))
        thread.start()
        thread.join()
        assert gettext("Delete") != "Delete"
    assert (told, gettext("Delete")) == (["Delete"], "Delete")


def test_a_lazy_text_is_read_in_the_language_of_its_reader() -> None:
    text = lazy("The file {name} has {count} lines.", name="a.txt", count=12_000)
    assert str(text) == "The file a.txt has 12,000 lines."
    with locale.using(PSEUDO):
        assert str(text).startswith("⟦Thé")
        assert "a.txt" in str(text)
    assert str(ValueError(text)) == "The file a.txt has 12,000 lines."
    assert text.with_texts(str.upper) == lazy(
        "The file {name} has {count} lines.", name="A.TXT", count=12_000
    )


def test_a_count_chooses_the_form() -> None:
    said = [str(lazy_plural("{count} reply", "{count} replies", count)) for count in (0, 1, 2, 1.5, 1_500)]
    assert said == ["0 replies", "1 reply", "2 replies", "1.5 replies", "1,500 replies"]
    assert ngettext("one", "many", 1) == "one"


def test_times_are_those_of_the_readers_clock() -> None:
    at = datetime(2026, 11, 29, 23, 30, 5, tzinfo=UTC)
    assert formats.moment_with_zone(at) == "29 Nov 2026, 23:30 UTC"
    with locale.using(Locale("en", ZoneInfo("Asia/Shanghai"))):
        assert formats.moment_with_zone(at) == "30 Nov 2026, 07:30 UTC+8"
        assert formats.clock(at, with_seconds=True) == "07:30:05"
        assert formats.local_day(at).day == 30
    with locale.using(Locale("en", ZoneInfo("Asia/Kolkata"))):
        assert formats.zone(at) == "UTC+5:30"
    with locale.using(Locale("zh_Hans", ZoneInfo("America/New_York"))):
        assert formats.moment_with_zone(at) == "2026年11月29日 18:30 UTC-5"


def test_lengths_of_time_are_told_in_round_words() -> None:
    assert [formats.span(seconds) for seconds in (0.2, 45, 90, 150, 3_600, 86_400)] == [
        "1 second",
        "45 seconds",
        "90 seconds",
        "2 minutes",
        "1 hour",
        "1 day",
    ]
    with locale.using(Locale("zh_Hans")):
        assert formats.from_now(45) == "45秒钟后"
        assert formats.number(12_345.678, 2) == "12,345.68"
        assert formats.percent(0.421) == "42%"


def test_sentences_and_lists_are_joined_as_a_language_joins_them() -> None:
    assert joined(["One.", "", "Two."]) == "One. Two."
    assert joined(["一句。", "两句。"]) == "一句。两句。"
    with locale.using(Locale("en_XA")):
        assert listed(["a", "", "b"]) == "a⟦, ⟧b"
    assert listed(["a", "b"]) == "a, b"
