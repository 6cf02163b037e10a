"""Images are kept once, found again, and removed when no message holds them."""

import os
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from lib.files.folder import UNUSED, Files, Missing, checked
from tests.files.samples import bomb, image, uploaded


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def kept_files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "files").glob("*/*"))


def test_an_image_is_kept_once_however_often_it_comes(files: Files, tmp_path: Path) -> None:
    taken = uploaded("a.png", image())
    kept = files.keep(taken)
    assert kept == taken
    assert kept.data is None
    assert files.keep(uploaded("again.png", image())).id == kept.id
    assert [path.name for path in kept_files(tmp_path)] == [kept.id]
    assert files.load(kept) == taken.data


def test_a_document_makes_no_file(files: Files, tmp_path: Path) -> None:
    document = uploaded("a.txt", b"Hello")
    assert files.keep(document) == document
    assert kept_files(tmp_path) == []


def test_what_is_not_there_is_missing(files: Files) -> None:
    gone = replace(uploaded("a.png", image()), data=None)
    for attachment in (gone, replace(gone, id="../../../etc/passwd"), replace(gone, id="")):
        with pytest.raises(Missing):
            files.load(attachment)
        with pytest.raises(Missing):
            files.smaller(attachment, 100)


def test_a_file_that_was_damaged_is_missing_where_it_is_looked_at(files: Files, tmp_path: Path) -> None:
    kept = files.keep(uploaded("a.png", image()))
    kept_files(tmp_path)[0].write_bytes(b"not an image")
    with pytest.raises(Missing):
        files.smaller(kept, 100)


def test_what_cannot_be_written_is_held_in_memory(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    taken = uploaded("a.png", image())
    for files in (Files(tmp_path / "files"), Files(None)):
        assert files.load(files.keep(taken)) == taken.data


def test_a_smaller_copy_is_a_jpeg_on_white(files: Files) -> None:
    kept = files.keep(uploaded("a.png", image(900, 300, (0, 0, 0, 0))))
    small = Image.open(BytesIO(files.smaller(kept, 300)))
    assert (small.format, small.size) == ("JPEG", (300, 100))
    assert small.getpixel((50, 50)) == (255, 255, 255)


def test_only_old_files_that_nothing_holds_are_swept(files: Files, tmp_path: Path) -> None:
    used, _, young = (files.keep(uploaded("a.png", image(width))) for width in (10, 20, 30))
    before = time.time() - UNUSED.total_seconds() - 1
    for path in kept_files(tmp_path):
        if path.name != young.id:
            os.utime(path, (before, before))
    assert files.sweep({used.id}) == 1
    assert {path.name for path in kept_files(tmp_path)} == {used.id, young.id}
    assert Files(None).sweep(set()) == 0


def test_an_image_from_elsewhere_is_left_as_it_is(files: Files) -> None:
    data = image(kind="WEBP")
    found = checked("image-1", data, text="A square")
    assert (found.media_type, found.width, found.height, found.data) == ("image/webp", 64, 48, data)
    assert files.load(files.keep(found)) == data


@pytest.mark.parametrize(
    "data", [b"", b"<svg onload='alert(1)'/>", b"<html>", bomb()[:100], image(kind="BMP")]
)
def test_what_a_page_cannot_show_is_no_image(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"“x” (is not an image|has too many pixels)\."):
        checked("x", data)
