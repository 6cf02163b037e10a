"""A zip is read as it is, or refused with a reason; nothing of it reaches a folder."""

import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.files.imports import zips
from lib.files.imports.zips import Zip, ZipRefused


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", method) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return written.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    found = Zip(BytesIO(data))
    contents = {}
    for name in found.sizes:
        with found.open(name) as file:
            contents[name] = file.read()
    return contents


def refusal(data: bytes) -> str:
    with pytest.raises(ZipRefused) as refused:
        read(data)
    return str(refused.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_files_in_a_zip(method: int) -> None:
    files = {"a.json": b"[]", "deep/er/b.json": b"{}" * 1000, "umläut 茶.txt": b""}
    assert read(packed({**files, "folder/": b""}, method)) == files


def test_names_are_names_and_no_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"../../up.json": b"1", "/etc/absolute.json": b"2", "C:\\x\\y.json": b"3"}
    assert sorted(read(packed(files)).values()) == [b"1", b"2", b"3"]
    assert list(tmp_path.iterdir()) == []


def test_an_encrypted_zip_is_refused() -> None:
    data = bytearray(packed({"a.json": b"[]"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert refusal(bytes(data)) == "is protected by a password; unpack it and choose the files in it"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(method: int) -> None:
    assert refusal(packed({"a.json": b"[]"}, method)).startswith("is packed in a way that cannot be read")


def bomb(unpacked: int) -> bytes:
    """A zip of one file that says it is so large; its few bytes are all zeros."""
    data = bytearray(packed({"conversations.json": b"\0" * 1000}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", data, data.index(mark) + offset, unpacked)
    return bytes(data)


def test_what_would_be_far_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    too_large = "would be far too large when it is unpacked"
    assert refusal(bomb(zips.BOMB_BYTES + 1)) == too_large
    monkeypatch.setattr(zips, "LARGEST_UNPACKED", 1500)
    assert refusal(packed({"a": b"x" * 1000, "b": b"y" * 1000})) == too_large


def test_a_file_that_is_larger_than_it_says_is_not_read_on() -> None:
    data = bomb(10)
    assert refusal(data) == "is a damaged zip; download it once more"


def test_a_list_of_too_many_files_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed({f"{number:050}.json": b"" for number in range(100)})
    assert len(read(data)) == 100
    monkeypatch.setattr(zips, "LARGEST_DIRECTORY", 5000)
    assert refusal(data) == "contains too many files"


def test_a_zip_of_more_than_65535_files_is_measured_too(monkeypatch: pytest.MonkeyPatch) -> None:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for number in range(2**16):
            file.writestr(zipfile.ZipInfo(f"{number}"), b"")
    monkeypatch.setattr(zips, "LARGEST_DIRECTORY", 3_000_000)
    assert refusal(written.getvalue()) == "contains too many files"


def test_damage_is_told() -> None:
    whole = packed({"a.json": b"[1, 2, 3]" * 100})
    assert refusal(whole[:-30]) == "is a damaged zip; download it once more"
    flipped = bytearray(whole)
    flipped[40] ^= 0xFF
    assert refusal(bytes(flipped)) == "is a damaged zip; download it once more"


def test_a_file_that_would_begin_before_the_zip_is_damaged() -> None:
    data = bytearray(packed({"a.json": b"[]"}))
    struct.pack_into("<L", data, data.index(b"PK\x05\x06") + 16, 1000)  # of where the list begins
    assert refusal(bytes(data)) == "is a damaged zip; download it once more"


@given(st.data())
def test_damage_anywhere_raises_nothing_else(data: st.DataObject) -> None:
    whole = bytearray(packed({"a.json": b"[1, 2, 3]", "b.json": zlib.compress(b"x")}))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(whole))
    except ZipRefused:
        return
