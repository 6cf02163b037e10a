"""Opening, migrating and sharing the database file."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from lib.domain.people.people import LOCAL
from lib.store import Store
from lib.store.database import sqlite
from lib.store.database.database import Database
from lib.store.database.errors import StoreError
from lib.store.database.schema import MIGRATIONS, metadata
from tests.patience import PATIENCE
from tests.postgres import Server
from tests.store.conftest import answer, begin, draft
from tests.store.fresh import made_in

OLD_CONVERSATION = (
    "INSERT INTO conversations (id, title, created_at, updated_at, system_prompt, params) "
    "VALUES ('c', 'Old', '2025-01-01 00:00:00', '2025-01-01 00:00:00', '', '{}')"
)


def version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        [(revision,)] = connection.execute("SELECT version_num FROM alembic_version")
        return str(revision)


def is_of_schema(name: str | None, kind: str, _names: object) -> bool:
    """Search's tables are SQLite's own: the schema does not know them."""
    return kind != "table" or not (name or "").startswith("message_search")


def test_migrations_lead_to_the_schema_of_the_code(path: Path) -> None:
    opened = Database(path)
    with opened.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_of_schema}
        )
        assert compare_metadata(context, metadata) == []
        tables = set(
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()
        )
    opened.close()
    assert set(metadata.tables) <= tables


def test_a_thread_that_is_late_leaves_no_connection_open(path: Path, postgres: Server) -> None:
    for address in (path, made_in(postgres)):
        database = Database(address)
        with database.read() as connection:
            held = connection.connection.dbapi_connection
            database.close()
        with pytest.raises(Exception, match=r"closed"):
            held.execute("SELECT 1")  # type: ignore[union-attr]


def test_the_folder_is_made_and_the_file_is_opened_again_with_what_it_holds(path: Path) -> None:
    first = Store(path)
    conversation = draft("Kept")
    reply_id = answer(first, conversation, "Hello")
    first.close()
    second = Store(path)
    found = second.of(LOCAL).conversations.get(conversation.id)
    second.close()
    assert found is not None
    assert found.messages[reply_id].content == "Hello"
    assert version(path)


def test_several_processes_may_open_a_new_file_at_once(path: Path) -> None:
    """Threads stand for them here: each opens the file with a lock of its own."""
    stores: list[Store] = []
    faults: list[Exception] = []

    def open_it() -> None:
        try:
            stores.append(Store(path))
        except Exception as error:
            faults.append(error)

    first = Store(path)
    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    begin(first, draft("Seen by all"))
    assert faults == []
    assert [[s.title for s in store.of(LOCAL).conversations.latest(5)] for store in stores] == [
        ["Seen by all"]
    ] * 4
    for store in [first, *stores]:
        store.close()


@pytest.mark.parametrize("name", ["what?", "100% sure", "a#b", "数据 库", "a'b", "sqlite:"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "chat.sqlite3"
    store = Store(path)
    begin(store, draft("Here"))
    store.close()
    assert [file.parent for file in tmp_path.rglob("chat.sqlite3")] == [path.parent]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT title FROM conversations").fetchall() == [("Here",)]


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=rf"^The folder {tmp_path}/file/data cannot be used: .+\.$"):
        Store(tmp_path / "file" / "data" / "chat.sqlite3")


def test_a_folder_in_place_of_the_file_is_told_in_a_sentence(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match=r"^The database cannot be used: .+\.$"):
        Store(path)


@pytest.mark.parametrize(
    "content", [b"This is no database, but a note. " * 50, b"\0" * 4096, b"SQLite format 3\0" * 90]
)
def test_a_file_that_is_no_database_is_told_in_a_sentence_and_left_as_it_was(
    path: Path, content: bytes
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"^The database cannot be used: .+\.$"):
        Store(path)
    assert path.read_bytes() == content


def test_a_file_of_a_newer_version_is_told_in_a_sentence_and_left_as_it_was(path: Path) -> None:
    Store(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE compatibility SET oldest = '9999'")
    with pytest.raises(StoreError, match=r"newer version of this app\.$"):
        Store(path)
    assert version(path) == "9999"


def write_old(path: Path, revision: str = "0001") -> None:
    """A database as the first version left it, or a later one, with one conversation."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with create_engine("sqlite://", creator=lambda: connection).connect() as old:
            config.attributes["connection"] = old
            command.upgrade(config, revision)
            old.execute(text(OLD_CONVERSATION))
            old.commit()


def test_a_file_of_an_older_version_is_copied_then_brought_up_to_date(path: Path) -> None:
    write_old(path)
    Store(path).close()
    copy = path.with_name("chat.sqlite3.before-0001")
    assert version(copy) == "0001"
    assert version(path) > "0001"
    for file in (copy, path):
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("SELECT title FROM conversations").fetchall() == [("Old",)]
    Store(path).close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["chat.sqlite3", copy.name]


def test_a_reader_is_not_blocked_by_a_writer_and_sees_what_was_committed(path: Path) -> None:
    writer, reader = Database(path), Database(path)
    count = text("SELECT count(*) FROM processes")
    with writer.write() as writing:
        writing.execute(text("INSERT INTO processes (id, heartbeat_at) VALUES ('a', '2025-01-01 00:00:00')"))
        with reader.read() as reading:
            assert reading.execute(count).scalar_one() == 0
    with reader.read() as reading:
        assert reading.execute(count).scalar_one() == 1
    writer.close()
    reader.close()


def test_a_reader_sees_one_state_however_long_it_looks(path: Path) -> None:
    writer, reader = Database(path), Database(path)
    count = text("SELECT count(*) FROM processes")
    with reader.read(is_snapshot=True) as reading:
        before = reading.execute(count).scalar_one()
        with writer.write() as writing:
            writing.execute(
                text("INSERT INTO processes (id, heartbeat_at) VALUES ('a', '2025-01-01 00:00:00')")
            )
        assert reading.execute(count).scalar_one() == before
    writer.close()
    reader.close()


def test_a_second_writer_waits_for_its_turn_and_says_when_that_takes_too_long(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Database(path)
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    second = Database(path)
    with first.write(), pytest.raises(StoreError, match="database is locked"), second.write():
        pass
    with second.write() as writing:
        writing.execute(text("INSERT INTO processes (id, heartbeat_at) VALUES ('a', '2025-01-01 00:00:00')"))
    first.close()
    second.close()


def test_many_threads_write_one_after_the_other_and_nothing_is_lost(store: Store) -> None:
    made = [draft(f"{number}") for number in range(24)]
    threads = [threading.Thread(target=begin, args=(store, conversation)) for conversation in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert {summary.title for summary in store.of(LOCAL).conversations.latest(50)} == {c.title for c in made}
    assert len(store.replies.running()) == 24


def test_a_transaction_that_fails_leaves_nothing(path: Path) -> None:
    opened = Database(path)
    with pytest.raises(LookupError), opened.write() as writing:
        writing.execute(text("INSERT INTO processes (id, heartbeat_at) VALUES ('a', '2025-01-01 00:00:00')"))
        raise LookupError
    with opened.read() as reading:
        assert reading.execute(text("SELECT count(*) FROM processes")).scalar_one() == 0
    opened.close()


def test_purging_a_conversation_takes_its_messages_replies_and_tapes_along(store: Store, path: Path) -> None:
    kept, gone = draft(), draft()
    for conversation in (kept, gone):
        answer(store, conversation, "Hello")
    store.of(LOCAL).conversations.purge(gone.id)
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        counts = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("conversations", "messages", "replies", "journal", "ledger")
        }
    assert counts == {"conversations": 1, "messages": 2, "replies": 1, "journal": 1, "ledger": 2}


def test_a_message_without_its_conversation_is_refused(path: Path) -> None:
    opened = Database(path)
    with pytest.raises(StoreError, match="FOREIGN KEY"), opened.write() as writing:
        writing.execute(
            text("INSERT INTO messages VALUES ('m', 'gone', NULL, 'user', 'Hi', '2025-01-01 00:00:00', 1)")
        )
    opened.close()


def test_a_store_error_names_no_value(path: Path) -> None:
    opened = Database(path)
    with pytest.raises(StoreError) as failure, opened.write() as writing:
        for _ in range(2):
            writing.execute(text("INSERT INTO processes VALUES ('private', '2025-01-01 00:00:00')"))
    assert "private" not in str(failure.value)
    opened.close()
