"""`python -m lib secret rotate`, also while the app runs."""

from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest

from lib import app
from lib.config import ConfigurationError, Settings
from lib.domain.people.audit import Action, Actor
from lib.store import Store
from lib.store.settings import Gateway
from tests.app_server import AppServer
from tests.command_line import CommandLine
from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway
from tests.visitor import HIDDEN, Visitor


def test_a_rotation_is_audited_and_says_what_it_did(lib: CommandLine, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    done = lib.run(data_dir, "secret", "rotate")
    assert (done.status, done.err) == (0, "")
    assert len((data_dir / "secret").read_text().splitlines()) == 2
    assert "still accepted" in done.out
    forgotten = lib.run(data_dir, "secret", "rotate", "--forget-old")
    assert forgotten.status == 0
    assert "Guests come back as new people" in forgotten.out
    assert len((data_dir / "secret").read_text().splitlines()) == 1
    with closing(Store(data_dir / app.DATABASE)) as store:
        assert len(store.audit.latest(10, action=Action.SECRET_ROTATED)) == 2


def test_a_rotation_signs_nobody_out_and_forgetting_everybody(
    gateway: ScriptedGateway, lib: CommandLine, tmp_path: Path
) -> None:
    with AppServer(tmp_path / "data", gateway.base_url, CHAT_SIGN_IN="guest") as server:
        visitor, newcomer = Visitor(server.url), Visitor(server.url)
        assert visitor.enter().status == 303
        form = dict(HIDDEN.findall(newcomer.get("/sign-in").text))  # signed with the first secret
        assert lib.run(server.data_dir, "secret", "rotate").status == 0
        assert visitor.get("/").status == 200
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": server.url}
        body = urlencode({**form, "way": "guest", "password": ""})
        assert newcomer.ask("POST", "/sign-in", body, **kind).status == 303
        with PageSocket(server.url, headers={"Cookie": visitor.cookie}) as tab:
            tab.wait_until_idle()
            assert lib.run(server.data_dir, "secret", "rotate", "--forget-old").status == 0
            tab.wait_until_closed()
        assert visitor.get("/").status == 303


def test_a_secret_that_others_can_read_starts_no_app(lib: CommandLine, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    lib.run(data_dir, "secret", "rotate")
    (data_dir / "secret").chmod(0o644)
    given = {"CHAT_DATA_DIR": str(data_dir), "CHAT_LOCAL_MODEL": "off"}
    with pytest.raises(ConfigurationError, match="Other users can read the secret's file"):
        app.build(Settings.load({**given, "CHAT_SIGN_IN": "guest"}))
    app.build(Settings.load(given)).stop()  # where nobody signs in, next to nothing depends on it
    assert lib.run(data_dir, "secret", "rotate").status == 1


def test_a_secret_may_lie_elsewhere(lib: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere"
    assert lib.run(tmp_path / "data", "secret", "rotate", CHAT_SECRET_FILE=str(file)).status == 0
    assert len(file.read_text().splitlines()) == 2
    assert not (tmp_path / "data" / "secret").exists()


def test_a_running_app_reads_its_stored_key_whatever_becomes_of_the_secret(
    lib: CommandLine, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    variables = {"CHAT_DATA_DIR": str(data_dir), "CHAT_LOCAL_MODEL": "off", "CHAT_SIGN_IN": "password"}
    running = app.build(Settings.load(variables))
    encrypted = running.secret.encrypt(app.GATEWAY_KEY, "sk-stored-0123456789")
    gateway = Gateway("https://one.example/v1", encrypted)
    running.store.administration(Actor()).settings.set_gateway(gateway)
    assert lib.run(data_dir, "secret", "rotate", "--forget-old").status == 0
    running.store.settings.forget()
    stored = running.store.settings.gateway()
    assert stored != gateway
    key = running.connection.api_key
    assert key
    assert key.reveal() == "sk-stored-0123456789"
    running.stop()
    file = data_dir / "secret"
    file.unlink()
    another = app.build(Settings.load(variables))
    assert (another.connection.base_url, another.connection.api_key) == (gateway.base_url, None)
    another.stop()
