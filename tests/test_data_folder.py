"""Nobody but its owner reads the data folder, whatever the umask is and however the folder was found."""

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lib import app
from lib.config import Settings
from tests.files.samples import image, uploaded
from tests.store.conftest import answer, draft
from tests.store.database.test_database import write_old

SOMEBODY_ELSE = 12345
"""A user id."""


@pytest.fixture(autouse=True)
def _umask_as_before() -> Iterator[None]:
    """The worker goes on with the umask that it had."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load({"CHAT_DATA_DIR": str(tmp_path / "data"), "CHAT_LOCAL_MODEL": "off"})


def write(settings: Settings) -> dict[str, int]:
    """Keep a conversation and an image; returns the modes of all there is in the folder meanwhile."""
    with closing(app.open_store(settings)) as store:
        answer(store, draft())
        app.open_files(settings, store).keep(uploaded("a.png", image()))
        return modes(settings.data_dir)


def modes(folder: Path) -> dict[str, int]:
    """The mode of a folder and of all in it, by path."""
    return {str(each.relative_to(folder)): mode(each) for each in (folder, *folder.rglob("*"))}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def private(folder: Path) -> dict[str, int]:
    """The modes that a folder and all in it should have."""
    return {name: 0o700 if (folder / name).is_dir() else 0o600 for name in modes(folder)}


def open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)


@pytest.mark.parametrize("umask", [0o000, 0o077], ids=oct)
def test_what_is_made_is_its_owners_alone(settings: Settings, umask: int) -> None:
    os.umask(umask)
    found = write(settings)
    folders = {name for name in found if (settings.data_dir / name).is_dir()}
    files = {name for name in found if name not in folders}
    assert {"chat.sqlite3", "chat.sqlite3-wal", "chat.sqlite3-shm"} < files
    assert len(files) == 4
    assert {name: oct(found[name]) for name in files} == dict.fromkeys(files, "0o600")
    assert {name: oct(found[name]) for name in folders} == dict.fromkeys(folders, "0o700")


@pytest.mark.parametrize("umask", [0o000, 0o077], ids=oct)
def test_the_copy_before_an_update_is_its_owners_alone(settings: Settings, umask: int) -> None:
    os.umask(umask)
    write_old(settings.data_dir / app.DATABASE)
    app.open_store(settings).close()
    assert (settings.data_dir / "chat.sqlite3.before-0001").exists()
    assert modes(settings.data_dir) == private(settings.data_dir)


def test_a_folder_that_others_could_read_is_closed_once_with_a_line_in_the_log(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    write(settings)
    open_to_all(settings.data_dir)
    outside, notes = settings.data_dir.parent / "outside", settings.data_dir / "notes.txt"
    for path in (outside, notes):
        path.write_text("not the app's")
        path.chmod(0o644)
    for link in ("files/link", "chat.sqlite3.link"):
        (settings.data_dir / link).symlink_to(outside)
    for _ in range(2):
        app.open_store(settings).close()
    [line] = caplog.messages
    assert line == f"Other users could read {settings.data_dir}. Now only its owner can."
    assert (mode(outside), mode(notes)) == (0o644, 0o644)
    outside.chmod(0o600)
    notes.chmod(0o600)
    assert modes(settings.data_dir) == private(settings.data_dir)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_folder_of_somebody_else_is_used_as_it_is_with_a_warning(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.data_dir.mkdir()
    settings.data_dir.chmod(0o755)
    os.chown(settings.data_dir, SOMEBODY_ELSE, SOMEBODY_ELSE)
    found = write(settings)
    assert (found["."], found["chat.sqlite3"]) == (0o755, 0o600)
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == f"Other users can read {settings.data_dir}, and its mode cannot be changed."


def test_a_folder_that_is_for_everybody_stays_so(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.data_dir.mkdir()
    settings.data_dir.chmod(0o1777)
    assert write(settings)["."] == 0o1777
    assert "cannot be changed" in caplog.text
