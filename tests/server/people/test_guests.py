"""Guests: each browser is a person of its own, asked for a passphrase at most."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app_server import ROOT, AppServer
from tests.command_line import process
from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway, stream
from tests.visitor import Visitor

PASSPHRASE = "bat-kol-mer-sud"


@pytest.fixture(scope="module")
def server(upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    folder = tmp_path_factory.mktemp("guests")
    file = folder / "passphrase"
    file.write_text(f"{PASSPHRASE}\n")
    with AppServer(
        folder / "data", upstream.base_url, CHAT_SIGN_IN="guest", CHAT_PASSPHRASE_FILE=str(file)
    ) as running:
        yield running


def guest(server: AppServer) -> Visitor:
    visitor = Visitor(server.url)
    assert visitor.enter(PASSPHRASE).status == 303
    return visitor


def test_only_who_knows_the_passphrase_comes_in(server: AppServer) -> None:
    visitor = Visitor(server.url)
    refused = visitor.enter("guessed")
    assert refused.status == 403
    assert "This is not the passphrase." in refused.text
    assert visitor.get("/").status == 303
    assert visitor.enter(PASSPHRASE).leads_to == "/"
    assert visitor.get("/").status == 200


def test_each_browser_sees_its_own_chats(server: AppServer, upstream: ScriptedGateway) -> None:
    upstream.when("A guest asks", stream("And is answered"))
    one, two = guest(server), guest(server)
    with PageSocket(server.url, headers={"Cookie": one.cookie}) as tab:
        tab.ask("A guest asks")
        tab.wait_for_answer("And is answered")
        address = tab.address
    with PageSocket(server.url, address, headers={"Cookie": two.cookie}) as other:
        other.wait_until_idle()
        assert "A guest asks" not in other.text


def test_a_guest_whose_sign_in_has_ended_comes_back_to_their_chats(
    server: AppServer, upstream: ScriptedGateway
) -> None:
    upstream.when("Before the pause", stream("Still here"))
    visitor = guest(server)
    with PageSocket(server.url, headers={"Cookie": visitor.cookie}) as tab:
        tab.ask("Before the pause")
        tab.wait_for_answer("Still here")
        address = tab.address
    visitor.cookies = {name: value for name, value in visitor.cookies.items() if name.endswith("_guest")}
    assert visitor.enter(PASSPHRASE).status == 303
    with PageSocket(server.url, address, headers={"Cookie": visitor.cookie}) as tab:
        tab.wait_for_answer("Still here")


def test_nobody_becomes_a_guest_by_naming_one(server: AppServer) -> None:
    visitor, other = guest(server), Visitor(server.url)
    [(name, value)] = [item for item in visitor.cookies.items() if item[0].endswith("_guest")]
    person_id = value.partition(".")[0]
    for forged in (person_id, f"{person_id}.", f"{person_id}.{'0' * 64}"):
        other.cookies = {name: forged}
        assert other.enter(PASSPHRASE).status == 303
        assert not other.cookies[name].startswith(person_id)


def test_a_guest_who_has_signed_out_is_nobody_any_more(server: AppServer) -> None:
    visitor = guest(server)
    before = dict(visitor.cookies)
    assert visitor.submit("/sign-out", "/sign-out").leads_to == "/sign-in"
    assert visitor.get("/").status == 303
    [name] = [name for name in before if name.endswith("_guest")]
    again = Visitor(server.url, {name: before[name]})
    assert again.enter(PASSPHRASE).status == 303
    assert again.cookies[name] != before[name]


@pytest.mark.parametrize("typed", [f" {PASSPHRASE} ", PASSPHRASE.capitalize()])
def test_a_phone_may_add_capitals_and_spaces(server: AppServer, typed: str) -> None:
    assert Visitor(server.url).enter(typed).status == 303


def test_whoever_enters_twice_stays_who_they_are(server: AppServer) -> None:
    visitor = guest(server)
    [before] = [value for name, value in visitor.cookies.items() if name.endswith("_guest")]
    assert visitor.enter(PASSPHRASE).status == 303
    assert visitor.get("/").status == 200
    assert before in visitor.cookies.values()


def test_where_a_crowd_comes_in_at_once_the_last_wait_and_are_not_accused(
    tmp_path: Path, upstream: ScriptedGateway
) -> None:
    with AppServer(tmp_path / "data", upstream.base_url, CHAT_SIGN_IN="guest") as server:
        visitor, crowd = Visitor(server.url), 0
        form = {"way": "guest", **visitor.hidden("/sign-in")}
        [known] = visitor.cookies.items()
        while (answer := visitor.submit_form("/sign-in", form)).status == 303:
            crowd += 1
            earlier, visitor.cookies = visitor.cookies, dict([known])
        assert answer.status == 429
        assert crowd >= 300
        assert "Too many people are coming in at once. Try again in 1 second." in answer.text
        assert Visitor(server.url, earlier).submit_form("/sign-in", form).status == 303
        written = process(server.data_dir, "audit", "export", "--format", "jsonl")
        assert "sign-in failed" not in written.stdout


class SharedServer(AppServer):
    """The app as `python -m lib share` starts it."""

    def start(self) -> "SharedServer":
        command = ["-m", "lib", "share", "--port", str(self.port), "--address", "127.0.0.1"]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
            )
        self._wait_until_ready()
        return self


def test_one_command_shares_the_app(tmp_path: Path, upstream: ScriptedGateway) -> None:
    with SharedServer(tmp_path / "data", upstream.base_url) as running:
        file = tmp_path / "data" / "passphrase"
        passphrase = file.read_text("utf-8").strip()
        assert running.url in running.log
        assert f"passphrase: {passphrase}" in running.log
        assert file.stat().st_mode & 0o777 == 0o600
        visitor = Visitor(running.url)
        assert visitor.get("/").status == 303
        assert visitor.enter(passphrase).status == 303
        with PageSocket(running.url, headers={"Cookie": visitor.cookie}) as tab:
            tab.wait_for_text("What would you like to know?")


def test_whoever_knew_the_last_passphrase_has_to_know_the_next(
    tmp_path: Path, upstream: ScriptedGateway
) -> None:
    file = tmp_path / "data" / "passphrase"
    with SharedServer(tmp_path / "data", upstream.base_url) as running:
        visitor, old = Visitor(running.url), file.read_text("utf-8").strip()
        assert visitor.enter(old).status == 303
    with SharedServer(tmp_path / "data", upstream.base_url) as running:
        again = Visitor(running.url, visitor.cookies)
        assert again.get("/").status == 303
        assert again.enter(old).status == 403
        assert again.enter(file.read_text("utf-8").strip()).status == 303
