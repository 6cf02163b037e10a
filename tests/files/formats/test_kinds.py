"""What a file is, is told by more than its first letters: a text that begins like a recording is a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.files.formats import kinds
from tests.files.formats.test_pdf import texts
from tests.files.samples import PRINTED, image, pdf

BINARY = b"\0\x01\x02\x03" + bytes(range(256))
WORDS = [
    "ID3 is a way to grow a decision tree.\n",
    "BM25 ranks pages.\n",
    "BZh is what bzip2 begins with.\n",
    "Rar! means a rare thing in Dutch.\n",
    "GIF89a is the later version of GIF.\n",
    "RIFF is WAVE, or it is not.\n",
    "The ftyp box comes first.\n",
    "%PDF-1.7 is how a PDF begins.\n",
    "OggS, fLaC and the like\n",
    "7z and PK are archives.\n",
]


def is_text(data: bytes) -> bool:
    return (kinds.refusal(data), kinds.is_image(data), kinds.is_pdf(data)) == ("", False, False)


@pytest.mark.parametrize("text", WORDS)
def test_a_text_that_begins_like_another_kind_is_a_text(text: str) -> None:
    assert is_text(text.encode())


STARTS = [
    "ID3",
    "BM",
    "BZh9",
    "Rar!",
    "PK",
    "RIFFabcdWEBPVP8",
    "RIFFabcdWAVE",
    "GIF89a",
    "II*",
    "OggS",
    "%PDF-x",
]


@given(st.sampled_from(STARTS), PRINTED)
def test_no_text_is_taken_for_another_kind(start: str, rest: str) -> None:
    assert is_text(f"{start}{rest}".encode())


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"ID3\x03\x00\x00\x00\x00\x0f\x76", "recording"),
        (b"RIFF\x24\x08\x00\x00WAVEfmt ", "recording"),
        (b"OggS\x00\x02", "recording"),
        (b"BZh91AY&SY", "archive"),
        (b"Rar!\x1a\x07\x01\x00", "archive"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "archive"),
        (b"notes.txt".ljust(257, b"\0") + b"ustar\x0000", "archive"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", "other_image"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "other_image"),
    ],
)
def test_a_signature_counts_where_no_text_follows(head: bytes, code: str) -> None:
    assert kinds.refusal(head + BINARY) == code


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_an_image_is_one_by_its_bytes(kind: str) -> None:
    assert kinds.is_image(image(kind=kind))
    assert not kinds.is_pdf(image(kind=kind))


@pytest.mark.parametrize(
    "before", [b"", b"\n", b"\xef\xbb\xbf", b"\0\0\r\n", b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n"]
)
@pytest.mark.parametrize("after", [b"", b"\r\n", b"\0\0"])
def test_a_pdf_may_have_something_before_and_after_it(before: bytes, after: bytes) -> None:
    data = before + pdf(["The moon"]) + after
    assert kinds.is_pdf(data)
    assert texts(data) == ["The moon"]


@pytest.mark.parametrize(
    "source",
    [
        b'"""Tells PDFs from the rest."""\nSTART = b"%PDF-1.4"\nEND = b"%%EOF"\n',
        b"# How a PDF begins\n\n    %PDF-1.4\n    1 0 obj\n    << /Type /Catalog >>\n\n%%EOF ends it.\n",
        b'if (strncmp(head, "%PDF-", 5) == 0) { return KIND_PDF; }\n',
    ],
)
def test_a_source_that_names_pdf_is_a_text(source: bytes) -> None:
    assert is_text(source)


def test_a_damaged_pdf_is_one() -> None:
    assert kinds.is_pdf(b"%PDF-1.7\nnothing of a PDF follows")
