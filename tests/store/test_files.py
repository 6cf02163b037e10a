"""Images as rows: what a folder does, a database does, too."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lib.files.folder import Files, Folder, Missing, Place
from lib.store import Store
from tests.files.samples import image, uploaded

A, B = "a" * 64, "b" * 64


@pytest.fixture(params=["rows", "folder"])
def place(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> Place:
    return store.files if request.param == "rows" else Folder(tmp_path / "files")


def test_what_is_put_there_comes_back_once(place: Place) -> None:
    assert place.size() == 0
    for _ in range(2):
        place.put(A, b"\0\xff" * 50)
    assert place.get(A) == b"\0\xff" * 50
    assert place.size() == 100
    with pytest.raises(FileNotFoundError):
        place.get(B)


def test_what_nobody_uses_any_more_goes(place: Place) -> None:
    place.put(A, b"used")
    place.put(B, b"unused")
    yesterday, tomorrow = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 1))
    assert place.sweep({A}, yesterday) == 0
    assert place.sweep({A}, tomorrow) == 1
    assert place.get(A) == b"used"
    with pytest.raises(FileNotFoundError):
        place.get(B)


def test_an_image_in_the_database_is_one_for_all_processes(store: Store, database: Path | str) -> None:
    taken = uploaded("a.png", image())
    kept = Files(store.files).keep(taken)
    with closing(Store(database)) as other:
        assert Files(other.files).load(kept) == taken.data


def test_an_image_that_a_database_cannot_take_is_held_in_memory(
    store: Store, database: Path | str, request: pytest.FixtureRequest
) -> None:
    if isinstance(database, Path):
        database.unlink()
    else:
        request.getfixturevalue("postgres").drop(database)
    taken, files = uploaded("a.png", image()), Files(store.files)
    kept = files.keep(taken)
    assert kept.data is None
    assert files.load(kept) == taken.data
    with pytest.raises(Missing):
        Files(store.files).load(kept)
