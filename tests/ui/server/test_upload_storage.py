"""What a session holds of uploads: no more than it may, and nothing once it is over."""

import pytest
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from lib.ui.server import upload_storage
from lib.ui.server.upload_storage import MEGABYTE, NOT_KEPT, Uploads


def file(own: str, megabytes: int = 0) -> UploadedFileRec:
    return UploadedFileRec(own, f"{own}.bin", "text/plain", bytes(megabytes * MEGABYTE))


def held(manager: Uploads) -> int:
    """Megabytes that Streamlit counts, all sessions together."""
    stats = manager.get_stats().values()
    return sum(stat.byte_length for each in stats for stat in each) // MEGABYTE


def kept(manager: Uploads, *own: str) -> list[int]:
    """The sizes of the session's files with these ids, in megabytes."""
    return [len(each.data) // MEGABYTE for each in manager.get_files("s", own)]


@pytest.fixture
def manager() -> Uploads:
    return Uploads("/upload")


def test_what_would_be_too_much_is_let_go_and_its_name_stays(manager: Uploads) -> None:
    for number in range(14):
        manager.add_file("s", file(f"f{number}", 24))
    assert held(manager) == 48
    assert kept(manager, "f0", "f1", "f2") == [24, 24, 0]
    assert manager.get_files("s", ["f2"])[0].type == NOT_KEPT
    assert manager.get_files("s", ["f1"])[0].type == "text/plain"
    manager.add_file("another", file("f0", 50))
    assert held(manager) == 98


def test_a_file_that_is_sent_again_counts_once(manager: Uploads) -> None:
    for _ in range(3):
        manager.add_file("s", file("same", 30))
    assert kept(manager, "same") == [30]


def test_what_was_released_makes_room(manager: Uploads) -> None:
    manager.add_file("s", file("first", 40))
    manager.release("s", "first")
    manager.add_file("s", file("second", 40))
    assert kept(manager, "second") == [40]
    manager.remove_file("s", "second")  # the message box takes it out
    assert kept(manager, "second") == [40]
    manager.add_file("s", file("third", 40))
    assert (held(manager), kept(manager, "third")) == (40, [40])


def test_an_expected_import_may_be_larger_until_it_is_released(manager: Uploads) -> None:
    manager.expect("s", 200 * MEGABYTE)
    manager.add_file("s", file("import", 120))
    assert kept(manager, "import") == [120]
    manager.release("s", "import")
    manager.add_file("s", file("another", 120))
    assert kept(manager, "another") == [0]


def test_a_session_holds_so_many_files_and_no_more(manager: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_storage, "MOST_FILES", 2)
    for own in "abc":
        manager.add_file("s", file(own))
    assert kept(manager, "a", "b", "c") == [0, 0]
    manager.add_file("s", file("b", 1))
    assert kept(manager, "b") == [1]


def test_the_end_of_a_session_lets_go_of_all(manager: Uploads) -> None:
    manager.expect("s", 200 * MEGABYTE)
    manager.add_file("s", file("stays", 60))
    manager.add_file("s", file("taken", 60))
    manager.remove_file("s", "taken")
    manager.remove_session_files("s")
    assert kept(manager, "stays", "taken") == []
    assert held(manager) == 0
    manager.add_file("s", file("late", 60))
    assert kept(manager, "late") == [0]
