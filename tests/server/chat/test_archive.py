"""Many old chats: listed in pages, found again, pinned, thrown away and taken back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lib.app import DATABASE
from lib.store import Store
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway
from tests.store.conftest import answer, draft

OLD_CHATS = 70
LISTED_AT_ONCE = 60


@pytest.fixture(scope="module")
def archive(upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app with forty old chats: `Old 0` is the oldest; each answer holds one word of its own."""
    data_dir = tmp_path_factory.mktemp("archive") / "data"
    store = Store(data_dir / DATABASE)
    for number in range(OLD_CHATS):
        chat = draft(f"Old {number}")
        answer(store, chat, f"Nothing but saxifrage{number:02} here")
    store.close()
    with closing(sqlite3.connect(data_dir / DATABASE)) as connection, connection:
        connection.execute("UPDATE conversations SET updated_at = datetime(updated_at, '-400 days')")
    with AppServer(data_dir, upstream.base_url) as running:
        yield running


@pytest.fixture
def reader(archive: AppServer) -> Iterator[PageSocket]:
    """A tab on the old chats."""
    with PageSocket(archive.url) as opened:
        opened.widget("conversations")
        opened.wait_until_idle()
        yield opened


def titles(tab: PageSocket) -> list[str]:
    """All that the sidebar lists, from top to bottom."""
    return [title for group in tab.listed.values() for title in group]


def test_scrolling_to_the_end_lists_the_rest(reader: PageSocket) -> None:
    assert titles(reader) == [f"Old {at}" for at in reversed(range(OLD_CHATS - LISTED_AT_ONCE, OLD_CHATS))]
    more = {"action": "more", "id": "", "message": "", "words": []}
    reader.trigger("conversations", "chosen", more)
    reader.wait_for(lambda: len(titles(reader)) == OLD_CHATS, "The rest")


def test_a_word_of_an_old_message_is_found_and_its_chat_opened(reader: PageSocket) -> None:
    [hit] = reader.search("SAXIfrage03")
    assert hit["title"] == "Old 3"
    assert "saxifrage03" in hit["snippet"]
    reader.open_hit("SAXIfrage03")
    reader.wait_for_answer("Nothing but saxifrage03 here")
    assert reader.search("no such word at all") == []
    assert reader.search("") == []


def open_old(tab: PageSocket, number: int) -> None:
    tab.open_hit(f"saxifrage{number:02}")
    tab.wait_for_answer(f"Nothing but saxifrage{number:02} here")


def test_a_pinned_chat_stands_on_top_until_it_is_unpinned(archive: AppServer, reader: PageSocket) -> None:
    open_old(reader, 5)
    reader.choose("conversation_menu", "Pin")
    reader.wait_for(lambda: reader.listed.get("Pinned") == ["Old 5"], "The pin")
    with PageSocket(archive.url) as other:
        other.wait_for(lambda: other.listed.get("Pinned") == ["Old 5"], "The pin in another tab")
    reader.wait_until_idle()
    reader.choose("conversation_menu", "Unpin")
    reader.wait_for(lambda: "Pinned" not in reader.listed, "The list")
    reader.wait_until_idle()
    before = reader.listed
    assert ["Old 5" in titles for titles in before.values()].count(True) == 1
    assert "Old 5" not in before.get("Today", [])


def rows_with(data_dir: Path, word: str, id_: str) -> dict[str, int]:
    """How many rows of each table hold a word or an id; the ledger and the audit log stay as they are."""
    with closing(sqlite3.connect(data_dir / DATABASE)) as connection:
        of_tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('ledger', 'audit')"
        names = connection.execute(of_tables)
        counts = {}
        for (name,) in names.fetchall():
            rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 - SQLite's own names
            counts[name] = sum(word in str(row) or id_ in str(row) for row in rows)
        return {name: count for name, count in counts.items() if count}


def test_a_deleted_chat_is_taken_back_and_one_deleted_for_good_leaves_no_row(
    archive: AppServer, reader: PageSocket
) -> None:
    open_old(reader, 7)
    id_, said = reader.address.removeprefix("c="), "saxifrage07"
    before = rows_with(archive.data_dir, said, id_)
    assert {"conversations", "messages", "replies", "journal", "message_search"} <= set(before)

    def delete() -> None:
        reader.choose("conversation_menu", "Delete")
        reader.wait_for_text("What would you like to know?")
        reader.wait_until_idle()
        reader.open_settings("Deleted chats")
        reader.wait_for_text("Old 7")

    delete()
    assert "Old 7" not in titles(reader)
    reader.click("restore")
    reader.wait_for_answer(f"Nothing but {said} here")
    assert reader.address == f"c={id_}"
    assert rows_with(archive.data_dir, said, id_) == before
    delete()
    reader.click("danger-ask")
    reader.wait_until_idle()
    reader.click("danger-purge")
    reader.wait_until_idle()
    assert reader.tree.find("danger-ask") is None
    assert rows_with(archive.data_dir, said, id_) == {}
    assert reader.search(said) == []
