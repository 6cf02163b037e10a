"""Control characters and embedded files are left out of a text and told; everything else stays as it is."""

import base64
import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.files.formats.cleaning import Cleaned, is_text, without_controls, without_files
from lib.files.formats.kinds import Unreadable
from tests.files.samples import PRINTED, document, image
from tests.files.told import words

LARGE = 1_000_000
PICTURE = base64.b64encode(Random(4).randbytes(30_000)).decode()  # noqa: S311


@given(PRINTED)
def test_a_text_without_any_of_it_stays_as_it_is(text: str) -> None:
    assert without_controls(text) == Cleaned(text)
    assert without_files(text) == Cleaned(text)


@given(st.text(st.characters(codec="utf-8")))
def test_no_control_character_is_left(text: str) -> None:
    left = without_controls(text).text
    assert not [
        c for c in left if (c < " " and c not in "\t\n\v\f\r") or ("\x7f" <= c < "\xa0" and c != "\x85")
    ]


@pytest.mark.parametrize(
    ("text", "shown", "notes"),
    [
        ("one\ntwo\0\0\0\n", "one\ntwo\n", ("3 control characters were left out.",)),
        ("a\x01b", "ab", ("1 control character was left out.",)),
        ("\x1b[1;31mError\x1b[0m: no tea", "Error: no tea", ("2 colour codes of a terminal were left out.",)),
        ("\x1b]0;make\x07cc tea.c", "cc tea.c", ("1 colour code of a terminal was left out.",)),
        ("10%\b\b\b20%\b\b\bdone", "done", ()),
        ("N\bNA\bAM\bME\bE", "NAME", ()),
        ("a\n\b\bb", "a\nb", ()),
        ("10%\r20%\rdone\n", "10%\r20%\rdone\n", ()),
        (
            "\x1b[32mok\x1b[0m\0",
            "ok",
            ("2 colour codes of a terminal were left out.", "1 control character was left out."),
        ),
    ],
)
def test_a_log_is_shown_as_a_terminal_shows_it(text: str, shown: str, notes: tuple[str, ...]) -> None:
    cleaned = without_controls(text)
    assert (cleaned.text, words(cleaned.notes)) == (shown, notes)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("![a plot](data:image/png;base64,", ")", "image/png"),
        ('{"url": "data:image\\/webp;base64,', '"}', "image"),
        ("src: url(data:font/woff2;charset=utf-8;base64,", ");", "font/woff2"),
        ('{"b64_json": "', '"}', "base64"),
    ],
)
def test_a_file_in_a_text_is_left_out_with_its_size(before: str, after: str, kind: str) -> None:
    cleaned = without_files(f"Before {before}{PICTURE}{after} and behind")
    assert PICTURE[:50] not in cleaned.text
    assert "30 kB, left out]" in cleaned.text
    assert kind in cleaned.text
    assert cleaned.text.endswith(f"{after} and behind")
    assert words(cleaned.notes) == ("1 embedded file (30 kB) was left out.",)


def test_lines_of_base64_are_a_file_too_and_a_key_is_none() -> None:
    lines = "\n".join(PICTURE[at : at + 76] for at in range(0, len(PICTURE), 76))
    cleaned = without_files(f"begin\n{lines}\nend\n")
    assert cleaned.text.startswith("begin\n[base64, 30 kB, left out]")
    assert cleaned.text.endswith("\nend\n")
    key = "-----BEGIN CERTIFICATE-----\n" + lines[: 77 * 25] + "\n-----END CERTIFICATE-----\n"
    assert without_files(key) == Cleaned(key)


@pytest.mark.parametrize("text", ["ACGT" * 5000, "0123456789abcdef" * 500, "x" * 5000, "3.14159" * 1000])
def test_long_runs_that_are_no_file_stay(text: str) -> None:
    assert without_files(text) == Cleaned(text)


def test_what_stands_behind_a_large_embedded_file_is_read() -> None:
    picture = base64.b64encode(Random(5).randbytes(3_000_000)).decode()  # noqa: S311
    taken = document(f'<img src="data:image/png;base64,{picture}"><p>The result is 42</p>'.encode())
    assert taken.text == '<img src="[image/png, 3.0 MB, left out]"><p>The result is 42</p>'
    assert words(taken.notes) == ("1 embedded file (3.0 MB) was left out.",)


def test_a_log_with_a_nul_is_taken_and_what_was_lost_is_told() -> None:
    taken = document(b"started\nstopped" + b"\0" * 5000 + b"\nstarted again\n")
    assert taken.text == "started\nstopped\nstarted again\n"
    assert words(taken.notes) == ("5,000 control characters were left out.",)


def test_a_file_of_control_characters_alone_is_empty() -> None:
    for data in (b"\0" * 100, b"\0", b" \0\n"):
        assert not document(data).text.strip()


@pytest.mark.parametrize("size", [5, 50, 500, 50_000])
@pytest.mark.parametrize("seed", range(5))
def test_a_binary_file_is_refused(size: int, seed: int) -> None:
    data = b"\x7f\x02\x01\0\x03\0" + Random(seed).randbytes(size)  # noqa: S311
    with pytest.raises(Unreadable, match=r"cannot be read here|encoding that is not known"):
        document(data)


def test_a_picture_is_no_text_and_prose_is() -> None:
    assert not is_text(image().decode("latin-1"), is_old=True)
    assert is_text("A log\n" * 100 + "\0\0\0", is_old=False)


@pytest.mark.parametrize(
    "part",
    [
        *(
            "\x1b[",
            "\x1b]",
            "\x1b[0",
            "a\b",
            "\0",
            "a\0",
            "data:",
            "data:a/b;base64,",
            "data:a/b;x",
            "Ab3",
            "A" * 999 + " ",
        ),
        *(("Ab3d" * 19 + "\n") * 99 + "\n", "Ab3d" * 19 + "\n", "data:" + "a" * 79 + "/", " " * 8),
    ],
)
def test_it_takes_time_in_proportion_to_the_length(part: str) -> None:
    text = part * (LARGE // len(part))
    began = time.thread_time()
    without_files(without_controls(text).text)
    is_text(text, is_old=False)
    assert time.thread_time() - began < 0.5
