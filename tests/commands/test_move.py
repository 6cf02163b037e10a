"""`python -m lib move-to`: a SQLite installation, with something in every table, into PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url

from lib import app
from lib.files.folder import Files
from lib.store import Store
from lib.store.database.maintenance import move
from tests.command_line import CommandLine, Done
from tests.postgres import Server
from tests.store.conftest import begin, draft
from tests.store.fresh import fresh
from tests.store.full import WITH_FILES, fill, illustrated, rows, without_fold
from tests.store.test_owners import NOW, ONE, WORD


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def installation(data_dir: Path) -> Iterator[Store]:
    """A SQLite installation with a row in every table and an image."""
    data_dir.mkdir(mode=0o700)
    with closing(fresh(data_dir / app.DATABASE)) as store:
        fill(store, Files(data_dir / app.FILES))
        yield store


@pytest.fixture
def target(postgres: Server) -> Iterator[str]:
    """An empty database of a role that is no superuser."""
    role = postgres.create_role()
    url = postgres.url(postgres.create(owner=role), user=role)
    yield url
    postgres.drop(url)


def moved(lib: CommandLine, data_dir: Path, url: str) -> Done:
    return lib.run(data_dir, "move-to", url)


def tables(url: str) -> list[str]:
    engine = create_engine(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def test_every_row_of_every_table_arrives(
    installation: Store, data_dir: Path, target: str, lib: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move, "ROWS_AT_ONCE", 3)  # so that each table takes several turns
    image = illustrated(installation, Files(data_dir / app.FILES), (1, 2, 3))
    done = moved(lib, data_dir, target)
    assert (done.status, done.err) == (0, "")
    before, after = rows(data_dir / app.DATABASE), rows(target)
    assert {name for name, held in before.items() if not held} == WITH_FILES
    assert [name for name, held in after.items() if not held] == []
    assert {**after, "files": []} == before
    assert without_fold(target) == without_fold(data_dir / app.DATABASE)
    count = sum(map(len, after.values())) - len(after["compatibility"])  # which migrations have filled
    assert f"Moved and compared: {count} rows, 2 of them images." in done.out
    assert f"Each process needs the file {data_dir / app.SECRET} too, as CHAT_SECRET_FILE." in done.out
    with closing(Store(target)) as store:
        assert Files(store.files).load(image) == Files(data_dir / app.FILES).load(image)
        assert store.audit.fault() is None
        assert store.of(ONE).search.find(WORD)
        # What counts by itself goes on after the rows that were moved.
        assert not store.attempts.take({"new": 9}, NOW)
        begin(store, draft("After the move"))


def test_what_a_file_may_hold_and_postgresql_may_not_arrives_too(
    installation: Store, data_dir: Path, target: str, lib: CommandLine
) -> None:
    begin(installation, draft("NUL \0 in a title"), "\0 and 🦊")
    statements = (
        "UPDATE replies SET folded = NULL WHERE id = (SELECT min(id) FROM replies)",
        """UPDATE conversations SET params = '{"b": 1.50, "a": "\\u0000 \\ud800"}' WHERE title LIKE 'NUL%'""",
    )
    with closing(sqlite3.connect(data_dir / app.DATABASE)) as file, file:
        for statement in statements:
            file.execute(statement)
    assert moved(lib, data_dir, target).status == 0
    assert without_fold(target) == without_fold(data_dir / app.DATABASE)
    found = rows(target)
    assert any("NUL ␀ in a title" in each and "1.5" in each for each in found["conversations"])


def test_nothing_goes_into_a_database_that_is_not_empty(
    installation: Store, data_dir: Path, target: str, lib: CommandLine
) -> None:
    Store(target).close()
    assert moved(lib, data_dir, target).status == 0  # tables without rows
    before = rows(target)
    begin(installation, draft("Later"))
    done = moved(lib, data_dir, target)
    assert (done.status, done.out) == (1, "")
    assert "is not empty: the table" in done.err
    assert rows(target) == before


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE votes SET choice = printf('%.*c', 999, 'x')",
            "value too long for type character varying(32)",
        ),
        ("UPDATE messages SET created_at = 'yesterday'", "the table messages has a row that cannot be read"),
        ("UPDATE replies SET folded = '{'", "invalid input syntax for type json"),
        ("UPDATE messages SET parent_id = id, seq = 99999999999", "is out of range for type integer"),
    ],
)
def test_a_failure_on_the_way_leaves_nothing(
    statement: str, told: str, installation: Store, data_dir: Path, target: str, lib: CommandLine
) -> None:
    installation.close()
    with closing(sqlite3.connect(data_dir / app.DATABASE)) as file, file:
        file.execute(statement)
    done = moved(lib, data_dir, target)
    assert (done.status, done.out) == (1, "")
    assert "Nothing was moved" in done.err
    assert told in done.err
    assert tables(target) == []


@pytest.mark.usefixtures("installation")
def test_a_database_that_lacks_characters_is_refused(
    postgres: Server, data_dir: Path, lib: CommandLine
) -> None:
    name = postgres.create()
    postgres.run(f'DROP DATABASE "{name}"')
    postgres.run(
        f"CREATE DATABASE \"{name}\" ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    done = moved(lib, data_dir, postgres.url(name))
    assert (done.status, done.out) == (1, "")
    assert "has the encoding SQL_ASCII, which lacks most characters" in done.err
    assert tables(f"{postgres.url(name)}&client_encoding=utf8") == []


@pytest.mark.usefixtures("installation")
def test_what_is_no_database_is_told_in_a_sentence(
    data_dir: Path, target: str, tmp_path: Path, lib: CommandLine
) -> None:
    nobody = make_url(target).set(username="nobody").render_as_string()
    done = moved(lib, data_dir, nobody)
    assert (done.status, len(done.err.splitlines())) == (1, 1)
    assert done.err.startswith("lib: Nothing was moved: ")
    done = moved(lib, data_dir, "postgresql://chat@db.example.com/chat")
    assert (done.status, done.err) == (
        2,
        "lib: CHAT_DATABASE_URL must begin with postgresql+psycopg://.\n",
    )
    done = moved(lib, tmp_path / "nowhere", target)
    assert (done.status, done.err) == (1, f"lib: There is no database in {tmp_path / 'nowhere'}.\n")
    assert tables(target) == []
