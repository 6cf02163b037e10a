"""`python -m lib backup` and `restore`, and the same for PostgreSQL with its own programs."""

import io
import json
import os
import re
import shlex
import sqlite3
import stat
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import make_url

from lib import app
from lib.config import VERSION
from lib.domain.people.audit import Action
from lib.domain.people.people import LOCAL
from lib.files.folder import Files
from lib.store import Store
from lib.store.database.schema import NEWEST
from tests.app_server import ROOT
from tests.command_line import CommandLine
from tests.postgres import Server, found
from tests.store.conftest import begin, draft
from tests.store.database.test_database import write_old
from tests.store.fresh import fresh, made_in
from tests.store.full import WITH_FILES, fill, illustrated, rows
from tests.store.test_owners import NOW, ONE, WORD

ADMIN_MD = ROOT / "docs" / "admin.md"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(data_dir: Path) -> Iterator[Store]:
    data_dir.mkdir(mode=0o700)
    with closing(fresh(data_dir / app.DATABASE)) as opened:
        yield opened


@pytest.fixture
def files(data_dir: Path) -> Files:
    return Files(data_dir / app.FILES)


def listed(folder: Path) -> dict[str, bytes]:
    """The files in a folder, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def images(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in listed(folder).items() if name.startswith("files/")}


def without_deeds(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The rows without those of the audit log, which grows with a backup and a restore."""
    return {name: each for name, each in found.items() if not name.startswith("audit")}


def test_a_restored_backup_has_every_row_and_every_file(
    store: Store, files: Files, data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    image = fill(store, files)
    (data_dir / app.SECRET).write_text("s" * 40)
    (data_dir / app.SECRET).chmod(0o600)
    before = rows(data_dir / app.DATABASE)
    assert {name for name, found in before.items() if not found} == WITH_FILES
    file = tmp_path / "backups" / "chat.tar"
    file.parent.mkdir()
    done = lib.run(data_dir, "backup", str(file))
    assert (done.status, done.err) == (0, "")
    assert "It holds the installation's secret too" in done.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["chat.tar"]

    new = tmp_path / "new"
    done = lib.run(new, "restore", str(file))
    assert (done.status, done.err) == (0, "")
    assert f"made by version {VERSION}" in done.out
    after = rows(new / app.DATABASE)
    assert without_deeds(after) == without_deeds(before)
    assert set(before["audit"]) < set(after["audit"])
    assert images(new) == images(data_dir) != {}
    assert (new / app.SECRET).read_bytes() == (data_dir / app.SECRET).read_bytes()
    with closing(Store(new / app.DATABASE)) as restored:
        assert restored.audit.fault() is None
        deeds = [(each.action, each.about) for each in restored.audit.latest(2)]
        assert deeds == [(Action.IMPORTED, "everything"), (Action.EXPORTED, "everything")]
        assert Files(new / app.FILES).load(image) == files.load(image)
    assert {oct(stat.S_IMODE(path.stat().st_mode)) for path in new.rglob("*")} == {"0o600", "0o700"}


def test_the_manifest_tells_what_is_in_the_archive(
    store: Store, files: Files, data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    fill(store, files)
    lib.run(data_dir, "backup", str(tmp_path / "chat.tar"))
    with tarfile.open(tmp_path / "chat.tar") as tar:
        held = {member.name: tar.extractfile(member) for member in tar}
        read = {name: opened.read() for name, opened in held.items() if opened}
    manifest = json.loads(read.pop("manifest.json"))
    assert (manifest["version"], manifest["schema"]) == (VERSION, NEWEST)
    assert manifest["sha256"] == {name: sha256(data).hexdigest() for name, data in read.items()}
    assert manifest["rows"].pop("alembic_version") == 1
    assert manifest["rows"] == {name: len(found) for name, found in rows(data_dir / app.DATABASE).items()}


def test_a_backup_is_one_state_with_all_its_files_while_the_app_writes(
    store: Store, files: Files, data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    ending, written = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not ending.is_set():
            number += 1
            illustrated(store, files, (number % 256, number // 256 % 256, 7))
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert written.wait(60)
            assert lib.run(data_dir, "backup", str(tmp_path / f"{number}.tar")).status == 0
            written.clear()
    finally:
        ending.set()
        writer.join()
    for number in range(3):
        new = tmp_path / f"restored-{number}"
        assert lib.run(new, "restore", str(tmp_path / f"{number}.tar")).status == 0
        found = rows(new / app.DATABASE)
        assert len(found["messages"]) == 2 * len(found["attachments"]) == 2 * len(found["replies"])
        with closing(Store(new / app.DATABASE)) as restored:
            assert {Path(name).name for name in images(new)} == restored.attachments.ids()


def test_what_is_purged_once_the_backup_has_begun_is_in_it(
    store: Store, files: Files, data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    image = fill(store, files)
    for path in (data_dir / app.FILES).glob("??/*"):
        os.utime(path, (0, 0))  # the app deletes at once what nobody has used for long
    # A pipe in place of the secret: the backup waits for it between the database and the images.
    os.mkfifo(data_dir / app.SECRET)

    def purge() -> None:
        while not any(path.is_file() for path in tmp_path.glob(".chat.tar.*")):
            time.sleep(0.01)  # no other sign tells that the database is copied
        own = store.of(LOCAL).conversations
        for chat in own.latest(100):
            own.purge(chat.id)
        in_use.update(store.attachments.ids())
        swept.append(files.sweep(in_use))
        (data_dir / app.SECRET).write_bytes(b"")

    in_use, swept = set[str](), list[int]()
    app_thread = threading.Thread(target=purge)
    app_thread.start()
    assert lib.run(data_dir, "backup", str(tmp_path / "chat.tar")).status == 0
    app_thread.join()
    assert (image.id in in_use, swept) == (False, [0])
    assert lib.run(tmp_path / "new", "restore", str(tmp_path / "chat.tar")).status == 0
    assert Files(tmp_path / "new" / app.FILES).load(image) == files.load(image)


def test_a_lost_image_and_a_secret_elsewhere_are_told(
    store: Store, files: Files, data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    fill(store, files)
    lost = illustrated(store, files, (1, 2, 3))
    (data_dir / app.FILES / lost.id[:2] / lost.id).unlink()
    secret = str(tmp_path / "elsewhere")
    done = lib.run(data_dir, "backup", str(tmp_path / "chat.tar"), CHAT_SECRET_FILE=secret)
    assert done.status == 0
    assert "1 of 2 images is not in the data folder any more." in done.out
    assert f"Not in it: the secret in {secret}." in done.out
    done = lib.run(tmp_path / "new", "restore", str(tmp_path / "chat.tar"))
    assert "The backup holds no secret" in done.out


def test_nothing_takes_the_place_of_a_backup_that_fails(
    data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    file = tmp_path / "chat.tar"
    file.write_text("the last one")
    done = lib.run(data_dir, "backup", str(file))
    assert (done.status, done.err) == (1, f"lib: There is no database in {data_dir}.\n")
    assert not data_dir.exists()
    data_dir.mkdir()
    (data_dir / app.DATABASE).write_bytes(b"no database" * 999)
    assert lib.run(data_dir, "backup", str(file)).status == 1
    assert lib.run(data_dir, "backup", str(tmp_path / "nowhere" / "chat.tar")).status == 1
    assert {path.name for path in tmp_path.iterdir()} == {"data", "chat.tar"}
    assert file.read_text() == "the last one"


def test_what_is_there_is_replaced_only_if_asked_and_kept_beside(
    store: Store, files: Files, data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    fill(store, files)
    file = tmp_path / "chat.tar"
    lib.run(data_dir, "backup", str(file))
    begin(store, draft("Later"))
    (data_dir / "notes.txt").write_text("not the app's")
    before = rows(data_dir / app.DATABASE)
    held = listed(data_dir)
    done = lib.run(data_dir, "restore", str(file))
    assert done.status == 1
    assert "With --replace, that is kept beside." in done.err
    assert {name: held[name] for name in held if "-shm" not in name}.items() <= listed(data_dir).items()
    store.close()

    done = lib.run(data_dir, "restore", "--replace", str(file))
    assert done.status == 0
    [kept] = data_dir.glob("before-restore-*")
    assert f"What was there before is in {kept}." in done.out
    assert rows(kept / app.DATABASE) == before
    assert len(rows(data_dir / app.DATABASE)["messages"]) == len(before["messages"]) - 2
    assert images(kept) == images(data_dir)
    assert (data_dir / "notes.txt").exists()
    assert not list(data_dir.glob(".restore-*"))


def test_nothing_is_restored_while_an_app_runs_on_the_folder(
    store: Store, files: Files, data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    fill(store, files)
    file = tmp_path / "chat.tar"
    lib.run(data_dir, "backup", str(file))
    store.processes.join("a process")
    before = rows(data_dir / app.DATABASE)
    for command in (("restore", "--replace", str(file)), ("move-to", "postgresql+psycopg://nowhere/chat")):
        done = lib.run(data_dir, *command)
        assert (done.status, done.out) == (1, "")
        assert done.err == f"lib: The app is running on the folder {data_dir}. Stop it first.\n"
    assert rows(data_dir / app.DATABASE) == before
    store.processes.leave("a process")
    store.close()
    assert lib.run(data_dir, "restore", "--replace", str(file)).status == 0


Change = Callable[[dict[str, bytes]], object]
IMAGE = "files/ab/" + "ab" * 32


def _a_newer_schema(held: dict[str, bytes]) -> None:
    changed(held, "UPDATE alembic_version SET version_num = '9999'")


def changed(held: dict[str, bytes], statement: str) -> None:
    """Change the database of a backup, and its checksum, as another version would have written them."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(held[app.DATABASE])
        database.execute(statement)
        database.commit()
        held[app.DATABASE] = database.serialize()
    manifest = json.loads(held["manifest.json"])
    manifest["sha256"][app.DATABASE] = sha256(held[app.DATABASE]).hexdigest()
    held["manifest.json"] = json.dumps(manifest).encode()


def _replaced(name: str, old: bytes, new: bytes) -> Change:
    return lambda held: held.update({name: held[name].replace(old, new)})


DAMAGES: dict[str, tuple[Change, str]] = {
    "a newer schema": (_a_newer_schema, "which is newer than this one"),
    "another image": (lambda held: held.update({IMAGE: b"x"}), "its checksums do not fit"),
    "an image less": (lambda held: held.pop(next(each for each in held if "/" in each)), "do not fit"),
    "a changed database": (_replaced(app.DATABASE, b"What is this?", b"What is that?"), "do not fit"),
    "no manifest": (lambda held: held.pop("manifest.json"), "its end is missing"),
    "an odd manifest": (_replaced("manifest.json", b'"rows": {', b'"rows": 5, "x": {'), "is damaged"),
    "no JSON": (_replaced("manifest.json", b"{", b"["), "is damaged"),
    "rows less": (lambda held: changed(held, "DELETE FROM attachments"), "some of its rows are missing"),
    "a path that leads out": (lambda held: held.update({"../out": b"x"}), "is nothing that a backup holds"),
    "another such path": (lambda held: held.update({"files/../../out": b"x"}), "nothing that a backup holds"),
    "an absolute path": (lambda held: held.update({"/tmp/out": b"x"}), "is nothing that a backup holds"),  # noqa: S108
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_of_a_backup_that_is_not_whole_nothing_is_restored(
    damage: str, store: Store, files: Files, data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    change, told = DAMAGES[damage]
    illustrated(store, files)
    file = tmp_path / "chat.tar"
    lib.run(data_dir, "backup", str(file))
    with tarfile.open(file) as tar:
        held = {member.name: opened.read() for member in tar if (opened := tar.extractfile(member))}
    change(held)
    with tarfile.open(file, "w") as tar:
        for name, data in held.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    refused(file, told, tmp_path, lib)


KINDS = {
    "a link": tarfile.SYMTYPE,
    "a hard link": tarfile.LNKTYPE,
    "a folder": tarfile.DIRTYPE,
    "a device": tarfile.CHRTYPE,
    "the same twice": tarfile.REGTYPE,
}


@pytest.mark.parametrize("kind", KINDS)
def test_nor_of_one_with_what_no_backup_holds(
    kind: str, store: Store, files: Files, data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    illustrated(store, files)
    file = tmp_path / "chat.tar"
    lib.run(data_dir, "backup", str(file))
    member = tarfile.TarInfo(app.DATABASE if KINDS[kind] == tarfile.REGTYPE else "files/link")
    member.type, member.linkname = KINDS[kind], app.DATABASE
    with tarfile.open(file, "a") as tar:
        tar.addfile(member)
    refused(file, "", tmp_path, lib)


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.99])
def test_nor_of_one_that_was_cut_off(
    part: float, store: Store, files: Files, data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    illustrated(store, files)
    file = tmp_path / "chat.tar"
    lib.run(data_dir, "backup", str(file))
    data = file.read_bytes().rstrip(b"\0")
    file.write_bytes(data[: int(len(data) * part)])
    refused(file, "", tmp_path, lib)


def refused(file: Path, told: str, tmp_path: Path, lib: CommandLine) -> None:
    """A backup is refused in one sentence, and nothing of it is left anywhere."""
    done = lib.run(tmp_path / "new", "restore", str(file))
    assert (done.status, done.out, len(done.err.splitlines())) == (1, "", 1)
    assert told in done.err
    assert {path.name for path in (tmp_path / "new").iterdir()} == {f"{app.DATABASE}.lock"}
    assert not list(tmp_path.rglob("out"))


def test_a_backup_of_an_older_version_is_brought_up_to_date(tmp_path: Path, lib: CommandLine) -> None:
    write_old(tmp_path / "old" / app.DATABASE)
    database = (tmp_path / "old" / app.DATABASE).read_bytes()
    about = {"version": "0.0.1", "schema": "0001", "made_at": "2025-01-01T00:00:00+00:00"}
    tables = "conversations", "alembic_version"
    empty = "journal", "ledger", "messages", "processes", "replies"
    counts = dict.fromkeys(tables, 1) | dict.fromkeys(empty, 0)
    checksums = {app.DATABASE: sha256(database).hexdigest()}
    manifest = json.dumps({**about, "rows": counts, "sha256": checksums}).encode()
    with tarfile.open(tmp_path / "old.tar", "w") as tar:
        for name, data in ((app.DATABASE, database), ("manifest.json", manifest)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    done = lib.run(tmp_path / "new", "restore", str(tmp_path / "old.tar"))
    assert (done.status, done.err) == (0, "")
    assert [row.partition(", ")[0] for row in rows(tmp_path / "new" / app.DATABASE)["conversations"]] == [
        "('c'"
    ]
    assert {path.name for path in (tmp_path / "new").iterdir()} == {app.DATABASE, f"{app.DATABASE}.lock"}


def documented(program_name: str) -> str:
    """The command of a program of PostgreSQL, as the documentation has it."""
    [line] = re.findall(rf"^{program_name} .+$", ADMIN_MD.read_text("utf-8"), re.M)
    return str(line)


def run_documented(program_name: str, url: str, file: Path) -> None:
    """Run the documented command, with this database and this file in place of those in it."""
    parsed = make_url(url)
    there = parsed.set(drivername="postgresql").render_as_string()
    command = [
        re.sub(r"postgresql://\S+", lambda _: there, word).replace("chat.dump", str(file))
        for word in shlex.split(documented(program_name))
    ]
    assert any(there in word for word in command)
    assert any(str(file) in word for word in command)
    subprocess.run([found(command[0]), *command[1:]], check=True, capture_output=True, timeout=120)


def test_postgresql_is_backed_up_and_restored_by_the_documented_commands(
    postgres: Server, tmp_path: Path
) -> None:
    url, file = made_in(postgres), tmp_path / "chat.dump"
    with closing(Store(url)) as store:
        image = fill(store, Files(store.files))
    before = rows(url)
    assert [name for name, held in before.items() if not held] == []
    run_documented("pg_dump", url, file)
    # As the role of the app, which is no superuser.
    owner = postgres.create_role()
    restored = postgres.url(postgres.create(owner=owner), user=owner)
    run_documented("pg_restore", restored, file)
    assert rows(restored) == before
    with closing(Store(restored)) as store:
        assert store.audit.fault() is None
        assert Files(store.files).load(image)
        assert store.of(ONE).search.find(WORD)
        store.attempts.take({"new": 9}, NOW)  # numbered on from those that were restored


def test_with_postgresql_the_exact_command_is_told(tmp_path: Path, lib: CommandLine) -> None:
    url = "postgresql+psycopg://chat:pass%40word@db.example.com/chat"
    for command, name in (("backup", "pg_dump"), ("restore", "pg_restore")):
        done = lib.run(tmp_path / "data", command, "chat.dump", CHAT_DATABASE_URL=url)
        assert (done.status, done.out) == (1, "")
        assert f": {documented(name)}" in done.err.replace("'", "")
        assert "pass" not in done.err
    assert not (tmp_path / "data").exists()
