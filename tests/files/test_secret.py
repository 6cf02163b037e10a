"""The installation's secret: made once, shared by all processes, and changed while they run."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lib.files import secret as module
from lib.files.secret import InstallationSecret, SecretError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "secret"


def test_it_is_made_at_the_first_start_for_its_owner_only(path: Path) -> None:
    first = InstallationSecret(path)
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert [each.name for each in path.parent.iterdir()] == ["secret"]
    assert InstallationSecret(path).keys("a") == first.keys("a")
    assert first.keys("a") != first.keys("b")
    assert path.read_text().strip() not in repr(first)


def test_of_many_processes_that_start_at_once_all_have_the_same(path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: InstallationSecret(path).keys("a")[0], range(32)))
    assert len(set(found)) == 1
    assert [each.name for each in path.parent.iterdir()] == ["secret"]


def test_what_an_older_one_encrypted_is_read_until_it_is_forgotten(path: Path) -> None:
    one = InstallationSecret(path)
    old = one.encrypt("key", "sk-stored")
    assert "sk-stored" not in old
    one.rotate()
    assert len(one.keys("key")) == 2
    new = one.encrypt("key", "sk-stored")
    assert [one.decrypt("key", text) for text in (old, new)] == ["sk-stored"] * 2
    assert one.decrypt("another purpose", new) is None
    assert one.forget_old() == 1
    assert [one.decrypt("key", text) for text in (old, new)] == [None, "sk-stored"]
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_another_process_notices(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    one, other = InstallationSecret(path), InstallationSecret(path)
    one.rotate()
    assert other.keys("a") == one.keys("a")
    assert len(other.keys("a")) == 2


def test_a_file_that_becomes_unusable_changes_nothing_for_who_runs(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    one = InstallationSecret(path)
    before = one.keys("a")
    path.write_text("")
    assert one.keys("a") == before
    path.unlink()
    assert one.keys("a") == before


def empty(path: Path) -> None:
    path.write_text("\n\n")


def short(path: Path) -> None:
    path.write_text("hunter2\n")


def binary(path: Path) -> None:
    path.write_bytes(b"\xff" * 40)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def readable(path: Path) -> None:
    path.chmod(0o644)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (empty, "is empty"),
        (short, "less than 32 characters"),
        (binary, "not a text file"),
        (folder, "cannot be read"),
        (readable, "Other users can read"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence(
    spoil: Callable[[Path], None], sentence: str, path: Path
) -> None:
    InstallationSecret(path)
    spoil(path)
    if path.is_file() and spoil is not readable:
        path.chmod(0o600)
    with pytest.raises(SecretError, match=sentence) as told:
        InstallationSecret(path)
    assert "hunter2" not in str(told.value)
