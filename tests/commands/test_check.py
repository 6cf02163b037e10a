"""`python -m lib check`: each fault is told with its fix, and nothing is changed by looking."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from lib import app
from lib.commands.check import database
from lib.commands.check.finding import Level
from lib.domain.people.audit import Actor
from lib.domain.people.people import Role
from lib.files.secret import InstallationSecret
from lib.store import Store
from lib.store.database.maintenance.server import CONNECTIONS_OF_A_PROCESS, OLDEST_VERSION, Server
from lib.store.database.schema import NEWEST
from lib.store.settings import Gateway
from lib.web.sign_in.accounts import account
from tests import pgbouncer
from tests.app_server import ROOT
from tests.command_line import CommandLine
from tests.postgres import Server as PostgresServer
from tests.store.database.test_database import write_old
from tests.store.fresh import fresh, made_in

KEY = {"KKIAI_API_KEY": "sk-planted-0123456789abcdef"}
SHARED = {
    **KEY,
    "CHAT_SIGN_IN": "password",
    "CHAT_ALLOWED_HOSTS": "chat.example.com",
    "CHAT_TRUSTED_PROXIES": "127.0.0.1",
}
"""What `docs/admin.md` says to set."""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def installation(data_dir: Path) -> Iterator[Store]:
    """A SQLite installation with an admin and a secret."""
    InstallationSecret(data_dir / app.SECRET)
    with closing(fresh(data_dir / app.DATABASE)) as store:
        store.people.add(account("one@example.com", Role.ADMIN), "hash")
        yield store


def checked(lib: CommandLine, data_dir: Path, **variables: str) -> dict[str, tuple[str, str]]:
    """What is not right, by its name: the level, and what is told with the fix."""
    done = lib.run(data_dir, "check", "--json", **variables)
    told = json.loads(done.out)
    found = told["findings"]
    assert told["failed"] == any(each["level"] == "error" for each in found) == bool(done.status)
    assert done.err == ""
    for each in found:
        assert bool(each["fix"]) == (each["level"] != "ok")
        assert each["meaning"].endswith("."), each
    return {
        each["name"]: (each["level"], f"{each['meaning']} {each['fix']}")
        for each in found
        if each["level"] != "ok"
    }


@pytest.mark.usefixtures("installation")
def test_the_documented_settings_are_right(data_dir: Path, lib: CommandLine) -> None:
    block = re.search(r"```sh\n\s*(CHAT_SIGN_IN=.*?)```", (ROOT / "docs/admin.md").read_text("utf-8"), re.S)
    assert block
    documented = dict(line.strip().split("=", 1) for line in block[1].splitlines() if line.strip())
    assert documented.pop("KKIAI_API_KEY_FILE")
    assert {**documented, **KEY} == SHARED
    assert checked(lib, data_dir, **SHARED) == {}


@pytest.mark.usefixtures("installation")
def test_lines_are_for_people(data_dir: Path, lib: CommandLine) -> None:
    done = lib.run(data_dir, "check", **{**SHARED, "CHAT_TRUSTED_PROXIES": "", "CHAT_KEEP_DAYS": "5"})
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "OK       People sign in: password."
    at = next(at for at, line in enumerate(lines) if line.startswith("warning  No proxy is trusted:"))
    assert lines[at + 1].startswith("         -> Put a proxy with a certificate in front")
    in_chinese = lib.run(data_dir, "check", LANGUAGE="zh_CN", **SHARED)
    assert in_chinese.status == 0


def test_a_look_makes_and_changes_nothing(
    installation: Store, data_dir: Path, tmp_path: Path, lib: CommandLine
) -> None:
    assert checked(lib, tmp_path / "new", **KEY) == {}
    assert not (tmp_path / "new").exists()
    installation.close()
    before = {path.name: path.read_bytes() for path in data_dir.iterdir()}
    checked(lib, data_dir, **SHARED)
    assert {path.name: path.read_bytes() for path in data_dir.iterdir()} == before


WRONG = {
    "nobody signs in, and there is a name": (
        {"CHAT_SIGN_IN": "off"},
        "sign_in",
        "error",
        "whoever reaches that name",
    ),
    "nobody signs in on every address": (
        {"CHAT_SIGN_IN": "off", "STREAMLIT_SERVER_ADDRESS": "::"},
        "sign_in",
        "error",
        "it does not start",
    ),
    "a guest without a passphrase": (
        {"CHAT_SIGN_IN": "password,guest"},
        "guests",
        "warning",
        "PASSPHRASE_FILE",
    ),
    "a provider that knows everybody": (
        {
            "CHAT_SIGN_IN": "password,oidc",
            "CHAT_OIDC_ISSUER": "https://id.example",
            "CHAT_OIDC_CLIENT_ID": "chat",
        },
        "oidc",
        "warning",
        "CHAT_OIDC_DOMAINS",
    ),
    "a provider without https": (
        {
            "CHAT_SIGN_IN": "password,oidc",
            "CHAT_OIDC_ISSUER": "http://id.example",
            "CHAT_OIDC_CLIENT_ID": "chat",
            "CHAT_OIDC_DOMAINS": "example.com",
            "CHAT_ALLOW_PLAIN_HTTP": "on",
        },
        "oidc_http",
        "warning",
        "plain http",
    ),
    "no name": ({"CHAT_ALLOWED_HOSTS": ""}, "hosts", "warning", "CHAT_ALLOWED_HOSTS is empty"),
    "every address as a name": ({"CHAT_ALLOWED_HOSTS": "::"}, "hosts", "error", "has ::, which"),
    "no proxy": ({"CHAT_TRUSTED_PROXIES": ""}, "proxies", "warning", "CHAT_TRUSTED_PROXIES"),
    "every proxy": ({"CHAT_TRUSTED_PROXIES": "0.0.0.0/0"}, "proxies", "error", "Name the addresses"),
    "every proxy in IPv6": ({"CHAT_TRUSTED_PROXIES": "::/0"}, "proxies", "error", "Name the addresses"),
    "a network that signs in": (
        {
            "CHAT_SIGN_IN": "password,header",
            "CHAT_TRUSTED_HEADER": "X-User",
            "CHAT_TRUSTED_PROXIES": "10.0.0.0/8",
        },
        "proxies",
        "warning",
        "16,777,216 addresses",
    ),
    "the embedded model for all": (
        {"KKIAI_API_KEY": "", "CHAT_LOCAL_MODEL": "on"},
        "local_model",
        "warning",
        "this machine's processor",
    ),
    "a short token": ({"CHAT_METRICS_TOKEN": "metrics"}, "metrics", "warning", "short enough"),
    "a name misspelt": ({"CHAT_SIGNIN": "guest"}, "unknown", "warning", "Perhaps CHAT_SIGN_IN is meant"),
    "a name of something else": ({"CHAT_X": "1"}, "unknown", "warning", "look its name up in the README"),
    "no key": ({"KKIAI_API_KEY": ""}, "key", "error", "KKIAI_API_KEY_FILE"),
    "a gateway without https": (
        {"KKIAI_BASE_URL": "http://gateway.example/v1", "CHAT_ALLOW_PLAIN_HTTP": "on"},
        "plain_http",
        "warning",
        "Use https",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.usefixtures("installation")
def test_what_is_wrong_is_told_with_its_fix(wrong: str, data_dir: Path, lib: CommandLine) -> None:
    variables, name, level, told = WRONG[wrong]
    found = checked(lib, data_dir, **{**SHARED, **variables})
    assert [*found] == [name]
    assert found[name][0] == level
    assert told in found[name][1]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"CHAT_ALLOWED_HOSTS": "*"}, "CHAT_ALLOWED_HOSTS must be names like chat.example.com"),
        ({"CHAT_DATABASE_URL": "postgresql://chat@db/chat"}, "must begin with postgresql+psycopg://"),
        (
            {
                "CHAT_SIGN_IN": "header",
                "CHAT_TRUSTED_HEADER": "X User:",
                "CHAT_TRUSTED_PROXIES": "127.0.0.1",
            },
            "CHAT_TRUSTED_HEADER must be the name of a header",
        ),
        ({"CHAT_REQUEST_KB": "0"}, "CHAT_REQUEST_KB must be more than 0 kB"),
        ({"CHAT_SIGN_IN": "header"}, "needs CHAT_TRUSTED_HEADER and CHAT_TRUSTED_PROXIES"),
        ({"KKIAI_API_KEY_FILE": "/nowhere", "KKIAI_API_KEY": ""}, "KKIAI_API_KEY_FILE cannot be read"),
    ],
)
def test_settings_that_cannot_be_read_are_an_error(
    variables: dict[str, str], told: str, data_dir: Path, lib: CommandLine
) -> None:
    found = checked(lib, data_dir, **variables)
    assert [*found] == ["settings"]
    assert told in found["settings"][1]


@pytest.mark.usefixtures("installation")
def test_what_lies_open_or_in_the_way_is_told(data_dir: Path, lib: CommandLine) -> None:
    data_dir.chmod(0o755)
    (data_dir / app.SECRET).chmod(0o644)
    found = checked(lib, data_dir, **SHARED)
    assert {name: level for name, (level, _) in found.items()} == {
        "data_folder": "warning",
        "secret": "error",
    }
    assert f"chmod 700 {data_dir}" in found["data_folder"][1]
    assert "chmod 600" in found["secret"][1]
    found = checked(lib, data_dir / app.SECRET, **SHARED)
    assert found["data_folder"] == (
        "error",
        f"Nothing can be written into {data_dir / app.SECRET}. "
        "Give it to the app's user, or set CHAT_DATA_DIR to another folder.",
    )


def test_a_database_of_another_version_or_a_damaged_one_is_told(
    tmp_path: Path, data_dir: Path, installation: Store, lib: CommandLine
) -> None:
    old = tmp_path / "old" / app.DATABASE
    write_old(old)
    old.parent.chmod(0o700)
    before = old.read_bytes()
    assert checked(lib, old.parent, **KEY)["schema"][0] == "warning"
    assert old.read_bytes() == before
    installation.close()
    file = data_dir / app.DATABASE
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
    assert checked(lib, data_dir, **SHARED)["schema"][0] == "error"
    file.write_bytes(b"no database" * 999)
    level, told = checked(lib, data_dir, **SHARED)["database"]
    assert (level, "python -m lib restore FILE" in told) == ("error", True)


def test_what_is_stored_has_to_fit(installation: Store, data_dir: Path, lib: CommandLine) -> None:
    secret = InstallationSecret(data_dir / app.SECRET)
    encrypted = secret.encrypt(app.GATEWAY_KEY, "sk-stored-0123456789")
    installation.administration(Actor()).settings.set_gateway(Gateway("https://one.example/v1", encrypted))
    assert checked(lib, data_dir, **{**SHARED, "KKIAI_API_KEY": ""}) == {}
    (data_dir / app.SECRET).unlink()
    InstallationSecret(data_dir / app.SECRET)
    assert checked(lib, data_dir, **SHARED)["stored_key"][0] == "error"


def test_an_installation_without_an_admin_is_told(data_dir: Path, lib: CommandLine) -> None:
    fresh(data_dir / app.DATABASE).close()
    assert "the link that the next start" in checked(lib, data_dir, **SHARED)["admin"][1]
    header = {"CHAT_SIGN_IN": "header", "CHAT_TRUSTED_HEADER": "X-User"}
    assert "user role WHO admin" in checked(lib, data_dir, **{**SHARED, **header})["admin"][1]
    assert checked(lib, data_dir, **{**SHARED, "CHAT_SIGN_IN": "guest"}).keys() == {"guests"}


def on_postgres(url: str, data_dir: Path) -> dict[str, str]:
    secret = data_dir / "shared-secret"
    InstallationSecret(secret)
    return {**KEY, "CHAT_DATABASE_URL": url, "CHAT_SECRET_FILE": str(secret)}


def test_a_database_of_its_own_role_is_right_before_and_after_the_first_start(
    postgres: PostgresServer, data_dir: Path, lib: CommandLine
) -> None:
    role = postgres.create_role()
    url = postgres.url(postgres.create(owner=role), user=role)
    variables = on_postgres(url, data_dir)
    assert checked(lib, data_dir, **variables) == {}
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,)
    Store(url).close()
    assert checked(lib, data_dir, **variables) == {}
    without = {**variables, "CHAT_SECRET_FILE": ""}
    assert "one file for all processes" in checked(lib, data_dir, **without)["secret"][1]


def test_what_a_server_lacks_is_told(postgres: PostgresServer, data_dir: Path, lib: CommandLine) -> None:
    url = made_in(postgres)
    name = make_url(url).database or ""
    role = postgres.create_role(f"CONNECTION LIMIT {CONNECTIONS_OF_A_PROCESS - 1}")
    theirs = on_postgres(postgres.url(postgres.create(), user=role), data_dir)
    found = checked(lib, data_dir, **theirs)
    assert {name: level for name, (level, _) in found.items()} == {"rights": "error", "connections": "error"}
    postgres.run("UPDATE alembic_version SET version_num = '9999'; DROP INDEX ix_messages_content", name)
    found = checked(lib, data_dir, **on_postgres(url, data_dir))
    assert {name: level for name, (level, _) in found.items()} == {"schema": "error", "search": "warning"}
    fix = found["search"][1].partition("owner: ")[2]
    postgres.run("UPDATE alembic_version SET version_num = '0011'", name)
    postgres.run(fix, name)
    assert checked(lib, data_dir, **on_postgres(url, data_dir)).keys() == {"schema"}
    ascii_only = f"{name}_ascii"
    postgres.run(
        f"CREATE DATABASE {ascii_only} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    assert checked(lib, data_dir, **on_postgres(postgres.url(ascii_only), data_dir)).keys() == {"encoding"}


def test_a_server_that_cannot_be_reached_is_told_without_the_password(
    data_dir: Path, lib: CommandLine
) -> None:
    url = "postgresql+psycopg://chat:my-password@127.0.0.1:1/chat"
    level, told = checked(lib, data_dir, **on_postgres(url, data_dir))["database"]
    assert level == "error"
    assert "Connection refused" in told
    assert "my-password" not in told


def test_a_password_with_a_sign_of_the_address_is_told_and_not_shown(
    data_dir: Path, lib: CommandLine
) -> None:
    url = "postgresql+psycopg://chat:my-sec@ret@127.0.0.1/chat"
    level, told = checked(lib, data_dir, **on_postgres(url, data_dir))["database"]
    assert level == "error"
    assert "In CHAT_DATABASE_URL, write each @ of the password as %40." in told
    assert "sec" not in told.replace("CHAT_SECRET", "")
    assert "ret@" not in told


def test_whether_processes_can_wake_each_other_is_tried(
    postgres: PostgresServer, data_dir: Path, lib: CommandLine
) -> None:
    direct = made_in(postgres)
    assert checked(lib, data_dir, **on_postgres(direct, data_dir)) == {}
    with pgbouncer.pooling(postgres) as folder:
        variables = on_postgres(pgbouncer.url(folder, make_url(direct).database or ""), data_dir)
        level, told = checked(lib, data_dir, **variables)["listen"]
        assert (level, "Set CHAT_DATABASE_LISTEN_URL to PostgreSQL's own" in told) == ("error", True)
        for right in (direct, "off"):
            assert checked(lib, data_dir, **variables, CHAT_DATABASE_LISTEN_URL=right) == {}
        nowhere = "postgresql+psycopg://chat@127.0.0.1:1/chat"
        found = checked(lib, data_dir, **variables, CHAT_DATABASE_LISTEN_URL=nowhere)
        assert "its server does not answer" in found["listen"][1]


def test_a_command_tells_why_the_server_lets_it_not_in(
    postgres: PostgresServer, data_dir: Path, lib: CommandLine
) -> None:
    done = lib.run(data_dir, "user", "list", **on_postgres(postgres.url("nowhere"), data_dir))
    assert (done.status, done.out) == (1, "")
    assert 'The database cannot be used: database "nowhere" does not exist.' in done.err


GOOD = Server(15, "UTF8", 97, True, 0.1, True, True, True, True, NEWEST)
"""What a server says with which nothing is wrong."""


@pytest.mark.parametrize(
    ("server", "name", "level"),
    [
        (replace(GOOD, version=OLDEST_VERSION - 1), "version", Level.ERROR),
        (replace(GOOD, is_private=False), "encryption", Level.WARNING),
        (replace(GOOD, clock_ahead_seconds=-3.0), "clock", Level.WARNING),
        (
            replace(GOOD, has_trigrams=False, offers_trigrams=False, has_search_index=False),
            "search",
            Level.WARNING,
        ),
        (replace(GOOD, encoding="LATIN1"), "encoding", Level.ERROR),
        (replace(GOOD, connections=CONNECTIONS_OF_A_PROCESS), "", Level.OK),
    ],
)
def test_what_a_server_says_is_judged(server: Server, name: str, level: Level) -> None:
    found = list(database.of_server(server, OLDEST_VERSION, CONNECTIONS_OF_A_PROCESS))
    wrong = {each.name: each.level for each in found if each.level is not Level.OK}
    assert wrong == ({name: level} if name else {})
