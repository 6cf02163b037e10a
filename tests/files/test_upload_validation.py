"""What becomes of an upload: an attachment, or a sentence. Never a wait, never the memory."""

import json
import subprocess
import sys
import unicodedata
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter

from lib.domain.conversation.attachments import Attachment
from lib.domain.text.sentences import joined
from lib.files.refusal import FileRefused
from lib.files.upload_validation import LONGEST_DOCUMENT, LONGEST_NAME, LONGEST_SIDE, clean_name
from tests.app_server import ROOT
from tests.files.samples import bomb, endless_page, image, noise, pdf, uploaded

SECONDS = 2.0
"""An upload is answered in this time, whatever it is: a promise, not a measurement. It is computing time, so
that it holds on a busy machine."""
GROWN_MEGABYTES, READER_MEGABYTES = 120.0, 640.0
"""What the page's process may grow by, and what the reader may take."""
PIXELS, TOO_LONG = "has 10,000 x 10,000 pixels; 50 million are the most", "takes too long to read"


HTML_MAIL = b"From: a@example.org\nMIME-Version: 1.0\nContent-Type: text/html\n\n"


def nested_mail(number: int) -> bytes:
    """The beginning of a mail that has another one in it."""
    return HTML_MAIL.replace(b"text/html", b"multipart/mixed; boundary=b%d" % number) + b"--b%d\n" % number


def measured(name: str, data: bytes) -> dict[str, Any]:
    """The upload taken by a process of its own."""
    command = [sys.executable, "-m", "tests.files.measure", name]
    done = subprocess.run(command, cwd=ROOT, input=data, capture_output=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        uploaded(name, data)
    return str(refused.value)


def pixels(taken: Attachment) -> Image.Image:
    assert taken.data
    return Image.open(BytesIO(taken.data))


@pytest.mark.parametrize(
    ("name", "make", "sentence"),
    [
        ("bomb.png", bomb, f"“bomb.png” {PIXELS}."),
        (
            "photo.png",
            lambda: b"PK\x03\x04" + b"\0" * 10_000,
            "“photo.png” is a ZIP archive or an Office file",
        ),
        ("nothing.pdf", lambda: b"", "“nothing.pdf” is empty."),
        ("large.txt", lambda: b"a" * 25 * 1024**2, "“large.txt” is larger than 20 MB."),
        ("endless.pdf", lambda: pdf([endless_page()]), f"“endless.pdf” {TOO_LONG}."),
        ("noise.png", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4000, "“noise.png” is damaged"),
        ("a.pdf", lambda: b"%PDF-1.7\n" + b"[" * 5_000_000, "“a.pdf” is damaged"),
        ("deep.json", lambda: b'{"nbformat": 4, "cells": ' + b"[" * 5_000_000, ""),
        ("cells.ipynb", lambda: b'{"nbformat": 4, "cells": [' + b'{"source": "a"},' * 900_000 + b"{}]}", ""),
        ("nested.eml", lambda: b"".join(map(nested_mail, range(1_000))), "“nested.eml” is damaged"),
        ("open.eml", lambda: HTML_MAIL + b"<!--" * 4_000_000, f"“open.eml” {TOO_LONG}."),
        ("e.txt", lambda: b"\xe9" * 20_000_000, ""),
        ("nul.txt", lambda: b"\0" * 20_000_000, "“nul.txt” is empty."),
        ("spaces.txt", lambda: b" " * 20_000_000, "“spaces.txt” is empty."),
        ("base64.txt", lambda: b"data:image/png;base64," + b"Ab3d" * 5_000_000, ""),
        (
            "a.gif",
            lambda: b"GIF89a\xff\xff\xff\xff\0\0\0" + b"\x2c" * 20,
            "“a.gif” has 65,535 x 65,535 pixels",
        ),
    ],
)
def test_a_hostile_upload_gets_a_sentence_in_time_and_without_the_memory(
    name: str, make: Callable[[], bytes], sentence: str
) -> None:
    told = measured(name, make())
    assert told["refused"].startswith(sentence)
    assert told["seconds"] < SECONDS
    assert told["grown"] < GROWN_MEGABYTES
    assert told["reader"] < READER_MEGABYTES


def test_the_reader_sees_nothing_but_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("json", "chardet", "lib", "email", "sitecustomize"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert uploaded("tea.txt", "Grüße, schöne Füße".encode("cp1252")).text == "Grüße, schöne Füße"
    assert uploaded("a.png", image()).width == 64
    assert uploaded("a.pdf", pdf(["Tea"])).text == "[Page 1]\nTea"


def test_of_a_pdf_of_5000_pages_what_fits_is_read_and_the_rest_is_said() -> None:
    lines = "\n".join(f"Line {number} of a page of a report" for number in range(40))
    told = measured("report.pdf", pdf([lines] * 5_000))
    assert told["refused"] == ""
    assert told["taken"]["pages"] == 5_000
    assert told["note"].startswith("Only the first ")
    assert told["note"].endswith(" of 5,000 pages could be read.")
    assert told["text"].startswith("[Page 1]\nLine 0 of a page")
    assert len(told["text"]) <= LONGEST_DOCUMENT
    assert told["seconds"] < SECONDS
    assert told["grown"] < GROWN_MEGABYTES
    assert told["reader"] < READER_MEGABYTES


def test_a_large_image_is_scaled_in_time() -> None:
    told = measured("large.png", bomb(5_000))
    assert (told["taken"]["width"], told["taken"]["height"]) == (LONGEST_SIDE, LONGEST_SIDE)
    assert told["seconds"] < SECONDS
    assert told["grown"] < GROWN_MEGABYTES


def test_pages_before_one_that_hangs_are_kept() -> None:
    taken = uploaded("half.pdf", pdf(["The first page", endless_page()]))
    assert taken.text == "[Page 1]\nThe first page"
    assert joined(taken.notes) == "Only page 1 of 2 pages could be read."


def test_a_photo_is_scaled_turned_upright_and_stripped() -> None:
    left_red = Image.new("RGB", (3000, 2000), "blue")
    left_red.paste("red", (0, 0, 1500, 2000))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"  # turn it a quarter to the right
    file = BytesIO()
    left_red.save(file, "JPEG", exif=exif, comment=b"a secret")
    taken = uploaded("photo.jpg", file.getvalue())
    upright = pixels(taken)
    assert upright.size == (taken.width, taken.height) == (1045, 1568)
    assert [upright.getpixel((500, y))[0] > 200 for y in (100, 1500)] == [True, False]  # type: ignore[index]
    assert taken.media_type == "image/jpeg"
    assert not upright.getexif()
    assert taken.data
    assert b"home" not in taken.data
    assert b"secret" not in taken.data


def test_what_can_be_seen_through_stays_so_and_loses_its_texts() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "somebody")
    taken = uploaded("logo.png", image(300, 200, (255, 0, 0, 100), pnginfo=texts))
    assert taken.media_type == "image/png"
    assert pixels(taken).getpixel((10, 10)) == (255, 0, 0, 100)
    assert b"somebody" not in (taken.data or b"")


def test_an_opaque_png_becomes_a_jpeg_and_a_webp_is_an_image() -> None:
    assert uploaded("a.png", image()).media_type == "image/jpeg"
    assert uploaded("b.webp", image(kind="WEBP")).media_type == "image/jpeg"
    assert uploaded("c.png", image(30, 20, (9, 9, 9, 255))).media_type == "image/jpeg"


def test_of_a_gif_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    red, _, blue = pixels(uploaded("two.gif", file.getvalue())).getpixel((5, 5))  # type: ignore[misc]
    assert red > 200 > blue


def test_the_same_image_has_the_same_id_whatever_it_is_called() -> None:
    assert uploaded("a.png", image()).id == uploaded("b.png", image()).id != uploaded("a.png", image(65)).id


def test_a_truncated_image_is_said() -> None:
    assert refusal("cut.jpg", noise(600, 400)[:5000]) == "“cut.jpg” is damaged or not what it seems to be."


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", "is a HEIC photo; save it as JPEG or PNG"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "is a HEIC photo"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "is a recording"),
        (b"II*\0\x08\0\0\0", "is an image; save it as PNG or JPEG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Office file"),
        (b"\x1f\x8b\x08\0", "is an archive"),
        (b"\x7fELF\x02\x01\x01\0", "cannot be read here; images, PDF and text of all kinds"),
    ],
)
def test_what_is_none_of_all_this_is_named_by_its_bytes_not_by_its_ending(head: bytes, words: str) -> None:
    assert refusal("notes.txt", head + b"\0" * 100).startswith(f"“notes.txt” {words}")


def test_a_pdf_is_read_page_by_page() -> None:
    taken = uploaded("tides.pdf", pdf(["The moon\npulls the sea", "Twice a day"]))
    assert taken.text == "[Page 1]\nThe moon\npulls the sea\n\n[Page 2]\nTwice a day"
    assert (taken.kind, taken.pages, joined(taken.notes), taken.width) == ("document", 2, "", None)
    assert taken.tokens > 5


def test_a_pdf_is_one_whatever_its_name_says() -> None:
    assert uploaded("tides.txt", pdf(["The moon"])).media_type == "application/pdf"


def test_a_scan_without_text_says_so() -> None:
    sentence = refusal("scan.pdf", pdf([zlib.compress(b"q Q")]))
    assert sentence == "“scan.pdf” contains no text, only pictures of it; send its pages as images."


def test_a_pdf_with_a_password_says_so() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(["Secret"]))))
    writer.encrypt("open", algorithm="RC4-128")
    file = BytesIO()
    writer.write(file)
    assert refusal("locked.pdf", file.getvalue()).startswith("“locked.pdf” is protected by a password")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a,b\n1,2\n", "a,b\n1,2\n"),
        ("\ufeffGrüße".encode(), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
        ("Ça va très bien, merci, et à bientôt".encode("cp1252"), "Ça va très bien, merci, et à bientôt"),
        ("你好，世界。这是一个测试文件".encode("gb18030"), "你好，世界。这是一个测试文件"),
        (b'{"half": "\xf0\x9f\x99\x82"}', '{"half": "🙂"}'),
    ],
)
def test_a_text_is_read_in_the_encoding_that_it_has(data: bytes, text: str) -> None:
    assert uploaded("notes.csv", data).text == text


def test_a_long_text_is_cut_with_a_sentence() -> None:
    taken = uploaded("log.txt", "好".encode() * (LONGEST_DOCUMENT + 5))
    assert taken.text == "好" * LONGEST_DOCUMENT
    assert joined(taken.notes) == "Only the first 200,000 characters were read."
    assert uploaded("log.txt", b"a" * LONGEST_DOCUMENT).notes == ()
    both = uploaded("app.log", b"a\0\n" + b"word " * LONGEST_DOCUMENT)
    assert (
        joined(both.notes) == "1 control character was left out. Only the first 200,000 characters were read."
    )


def test_documents_share_one_room() -> None:
    assert uploaded("b.txt", b"b" * 100, most_characters=10).text == "b" * 10
    with pytest.raises(FileRefused, match="does not fit: all documents together may have 200,000 characters"):
        uploaded("c.txt", b"c", most_characters=0)
    assert uploaded("d.png", image(), most_characters=0).width == 64


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\photo.png", "photo.png"),
        ("a\0b\r\n\x1b[31mc.txt", "a b [31mc.txt"),
        ("\u202egnp.exe", "gnp.exe"),
        ("..", "file"),
        ("", "file"),
        ("  .hidden ", "hidden"),
        ("x" * 300 + ".pdf", "x" * 75 + "….pdf"),
    ],
)
def test_a_name_is_cleaned(name: str, shown: str) -> None:
    assert clean_name(name) == shown


@given(st.text(max_size=200))
def test_no_name_holds_a_path_or_anything_invisible(name: str) -> None:
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= LONGEST_NAME
    assert not set("/\\") & set(cleaned)
    assert all(unicodedata.category(character)[0] != "C" for character in cleaned)
    assert clean_name(cleaned) == cleaned
