"""A database that cannot be used, or no longer, or not yet: said in one sentence, nothing is lost."""

import http.client
import json
import resource
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from lib.app import DATABASE, SECRET
from lib.domain.conversation import exports
from lib.domain.people.people import LOCAL
from lib.store import Store
from lib.store.database.schema import MIGRATIONS
from tests.app_server import AppServer
from tests.command_line import process
from tests.commands.test_export import conversations_of
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.store.conftest import answer, draft

IN_MEMORY = "Chats are kept in memory until the app stops."
NOW_IN_MEMORY = "New messages are kept in memory only."
NOTICED_SECONDS = 5.0
"""What happens to the file of the database is told so soon."""


def below_a_file(data_dir: Path) -> None:
    data_dir.parent.write_text("A note where the folder should be.")


def damaged(data_dir: Path) -> None:
    """A database whose first page was overwritten."""
    newer(data_dir)
    file = data_dir / DATABASE
    file.write_bytes(b"\0" * 100 + file.read_bytes()[100:])


def newer(data_dir: Path) -> None:
    """A database that a later version of this app has written."""
    store = Store(data_dir / DATABASE)
    answer(store, draft("From the future"), "Kept")
    store.close()
    with closing(sqlite3.connect(data_dir / DATABASE)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE compatibility SET oldest = '9999'")


def bytes_of(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder, but for the server's log and the secret that its start made."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in files if path.suffix != ".log" and path.name != SECRET}


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (below_a_file, "cannot be used: Not a directory."),
        (damaged, "The database cannot be used: file is not a database."),
        (newer, "was written by a newer version of this app."),
    ],
)
def test_a_database_that_cannot_be_used_is_left_as_it_is_and_the_chat_goes_on_in_memory(
    gateway: ScriptedGateway, tmp_path: Path, break_it: Callable[[Path], None], said: str
) -> None:
    data_dir = tmp_path / "place" / "data"
    break_it(data_dir)
    before = bytes_of(tmp_path)
    app = AppServer(data_dir, gateway.base_url)
    app.log_file = tmp_path / "app.log"
    with app, PageSocket(app.url) as tab:
        tab.wait_for(lambda: IN_MEMORY in tab.alerts, "The warning")
        assert said in tab.alerts.replace("\\", "")
        gateway.when("Nevertheless", stream("Answered"))
        gateway.when("And again", stream("Remembered"))
        tab.ask("Nevertheless")
        tab.wait_for_answer("Answered")
        tab.ask("And again")
        tab.wait_for_answer("Remembered")
        with PageSocket(app.url, tab.address) as other:
            other.wait_for_answer("Remembered")
            assert "Nevertheless" in other.text
        assert app.stop() == 0
        assert app.log.count(said) == 1
        assert not app.traceback, app.traceback
    assert bytes_of(tmp_path) == before


def test_a_database_of_the_first_version_is_copied_brought_up_to_date_and_shown(
    gateway: ScriptedGateway, tmp_path: Path
) -> None:
    path = tmp_path / "data" / DATABASE
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with create_engine("sqlite://", creator=lambda: connection).connect() as old:
            config.attributes["connection"] = old
            command.upgrade(config, "0001")
            old.commit()
        at = "2025-01-01 00:00:00"
        connection.execute(
            "INSERT INTO conversations VALUES ('c1', 'An old chat', ?, ?, NULL, '', '{}', 'm2')", (at, at)
        )
        rows = [("m1", None, "user", "Is it old?", 1), ("m2", "m1", "assistant", "An heirloom", 2)]
        for id_, parent_id, role, text, seq in rows:
            connection.execute(
                "INSERT INTO messages VALUES (?, 'c1', ?, ?, ?, ?, ?)", (id_, parent_id, role, text, at, seq)
            )
        connection.commit()
        before = list(connection.iterdump())
    with AppServer(path.parent, gateway.base_url) as app, PageSocket(app.url, "c=c1") as tab:
        tab.wait_for_text("An heirloom")
        tab.wait_until_idle()
        assert tab.alerts == ""
        gateway.when("Still there?", stream("Yes"))
        tab.ask("Still there?")
        tab.wait_for_answer("Yes")
        assert [hit["title"] for hit in tab.search("heirloom")] == [tab.listed["Today"][0]]
    with closing(sqlite3.connect(path.with_name(f"{DATABASE}.before-0001"))) as copy:
        assert list(copy.iterdump()) == before


def fill_the_disk(app: AppServer) -> None:
    """Let no file of the server's grow beyond what its log, the smaller one, needs."""
    _, hard = resource.prlimit(app.pid, resource.RLIMIT_FSIZE)
    full = app.log_file.stat().st_size + 16 * 1024
    assert (app.data_dir / f"{DATABASE}-wal").stat().st_size > full
    resource.prlimit(app.pid, resource.RLIMIT_FSIZE, (full, hard))


def free_the_disk(app: AppServer) -> None:
    _, hard = resource.prlimit(app.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(app.pid, resource.RLIMIT_FSIZE, (hard, hard))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can limit another process")
def test_a_disk_that_fills_up_is_told_and_what_is_said_meanwhile_is_kept_when_there_is_room_again(
    server: AppServer, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    gateway.when("Fill the disk", stream("One", " two", " three", hold=gate, hold_after=2))
    gateway.when("And now?", stream("Answered in memory"))
    with PageSocket(server.url) as writer, PageSocket(server.url) as other:
        writer.ask("Fill the disk")
        writer.wait_for(lambda: writer.answer == "One two", "The first half")
        fill_the_disk(server)
        gate.open()
        writer.wait_for_answer("One two three")
        other.ask("And now?")
        other.wait_for_answer("Answered in memory")
        other.wait_for(lambda: NOW_IN_MEMORY in other.alerts, "The banner")
        other.wait_for(lambda: "Not stored yet" in " ".join(other.tree.texts("header")), "The badge")
        assert "The database cannot be used: " in other.alerts.replace("\\", "")
        assert not writer.tree.nodes("exception")
        with PageSocket(server.url, other.address) as same:
            same.wait_for_answer("Answered in memory")
        free_the_disk(server)
        other.wait_for(lambda: NOW_IN_MEMORY not in other.alerts, "The end of the banner")
        other.wait_for(
            lambda: "Not stored" not in " ".join(other.tree.texts("header")), "The end of the badge"
        )
        with PageSocket(server.url, writer.address) as later:
            later.wait_for_answer("One two three")
    server.kill()
    kept = conversations_of(process(server.data_dir, "export").stdout)
    assert sorted([message["content"] for message in each["messages"]] for each in kept) == [
        ["And now?", "Answered in memory"],
        ["Fill the disk", "One two three"],
    ]
    assert {each["messages"][-1]["reply"]["state"] for each in kept} == {"completed"}


def ready(app: AppServer) -> tuple[int, dict[str, Any]]:
    """What the server says to whoever watches it."""
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=PATIENCE)
    connection.request("GET", "/ready")
    response = connection.getresponse()
    said = response.status, json.loads(response.read())
    connection.close()
    return said


def test_a_deleted_database_is_told_within_seconds_and_all_that_was_said_since_can_be_saved(
    server: AppServer, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    gateway.when("Go on", stream("One", " two", " three", hold=gate, hold_after=2))
    gateway.when("And now?", stream("Answered in memory"))
    with PageSocket(server.url) as writer, PageSocket(server.url) as other, PageSocket(server.url) as idle:
        writer.ask("Go on")
        writer.wait_for(lambda: writer.answer == "One two", "The first half")
        idle.wait_until_idle()
        assert ready(server) == (200, {"ready": True, "reason": None})
        for file in server.data_dir.glob(f"{DATABASE}*"):
            file.unlink()
        deleted_at = time.monotonic()
        idle.wait_for(lambda: NOW_IN_MEMORY in idle.alerts, "The banner, on a page that nobody touches")
        assert time.monotonic() - deleted_at < NOTICED_SECONDS
        assert "was deleted or moved away while the app was running" in idle.alerts
        assert ready(server) == (503, {"ready": False, "reason": "What is said now cannot be stored."})
        gate.open()
        writer.wait_for_answer("One two three")
        other.ask("And now?")
        other.wait_for_answer("Answered in memory")
        with PageSocket(server.url, other.address) as again:
            again.wait_for_answer("Answered in memory")
        for page in ("Compare", "Prompt sets", "Models"):
            idle.follow_link(page)
            idle.wait_for(lambda: NOW_IN_MEMORY in idle.alerts, "The banner")
            idle.wait_until_idle()
            assert not idle.tree.nodes("exception")
        offered = conversations_of(writer.download("download_unstored").decode())
        assert not writer.tree.nodes("exception")
        assert not other.tree.nodes("exception")
    assert list(server.data_dir.glob(DATABASE)) == [], "nothing was put in its place"
    assert server.log.count("was deleted or moved away") == 1
    assert server.stop() == 0
    assert not server.traceback, server.traceback
    [saved] = server.data_dir.glob("not-stored-*.json")
    assert saved.stat().st_mode & 0o077 == 0
    assert process(server.data_dir, "import", str(saved)).returncode == 0
    with closing(Store(server.data_dir / DATABASE)) as store:
        kept = exports.to_json(store.of(LOCAL).conversations.all())["conversations"]
    for conversations in (offered, kept):
        assert sorted([message["content"] for message in each["messages"]] for each in conversations) == [
            ["And now?", "Answered in memory"],
            ["Go on", "One two three"],
        ]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can limit another process")
def test_what_a_person_does_with_a_chat_while_the_disk_is_full_is_refused_with_a_sentence(
    server: AppServer, gateway: ScriptedGateway
) -> None:
    gateway.when("Hello", stream("Hello too"))
    with PageSocket(server.url) as tab:
        tab.ask("Hello")
        tab.wait_for_answer("Hello too")
        fill_the_disk(server)
        tab.wait_for(lambda: NOW_IN_MEMORY in tab.alerts, "The banner")
        tab.wait_until_idle()
        tab.choose("conversation_menu", "Pin")
        tab.wait_until_idle()
        assert not tab.tree.nodes("exception")
        assert "The database cannot be used: " in tab.toasts
        assert tab.answer == "Hello too"
        free_the_disk(server)
        tab.choose("conversation_menu", "Pin")
        tab.wait_for(lambda: "Pinned" in tab.listed, "The pin")
