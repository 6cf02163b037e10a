"""Taking everything along, and leaving for good: from the account dialog and from the command line."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from lib.app import DATABASE
from lib.domain.people.audit import Action
from lib.domain.people.people import LOCAL
from lib.store import Store
from tests.app_server import ROOT, AppServer
from tests.command_line import environment, process
from tests.files.samples import image
from tests.page_socket import PageSocket
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.server.accounts import PASSWORD, add_account, signed_in
from tests.server.compare_page import wait_for_said
from tests.store.conftest import answer, draft
from tests.visitor import Visitor


@pytest.fixture(scope="module")
def server(upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    data_dir = tmp_path_factory.mktemp("leaving") / "data"
    with AppServer(data_dir, upstream.base_url, CHAT_SIGN_IN="password,guest") as running:
        yield running


def add(data_dir: Path, name: str, role: str = "member") -> str:
    email = f"{name}@example.com"
    add_account(data_dir, email, role)
    return email


def tab_of(visitor: Visitor, page: str = "", address: str = "") -> PageSocket:
    return PageSocket(visitor.url, address, page, headers={"Cookie": visitor.cookie})


def open_account(tab: PageSocket) -> None:
    tab.wait_until_idle()
    tab.open_settings("Account")
    tab.widget("download_everything.zip")


def confirm(tab: PageSocket, word: str) -> None:
    """Type a word into the field of the question, and press the button below it."""
    tab.wait_until_idle()
    tab.write("removal", word)
    tab.wait_until_idle()
    tab.click("confirm_removal")


def ask_removal(tab: PageSocket) -> None:
    open_account(tab)
    tab.wait_until_idle()
    tab.click("danger-remove_account")
    tab.widget("removal")


def exported(data_dir: Path, email: str) -> bytes:
    command = [sys.executable, "-m", "lib", "user", "export", email]
    done = subprocess.run(command, cwd=ROOT, env=environment(data_dir), capture_output=True, check=True)
    return done.stdout


def chats(zipped: ZipFile) -> list[str]:
    """What was said in the chats of an archive."""
    read = json.loads(zipped.read("chats-001.json"))
    return [message["content"] for chat in read["conversations"] for message in chat["messages"]]


def test_everything_of_mine_is_in_one_zip_and_nothing_else(
    server: AppServer, upstream: ScriptedGateway
) -> None:
    mine, other = add(server.data_dir, "mine"), add(server.data_dir, "other")
    upstream.when("Not yours", stream("Indeed"))
    with tab_of(signed_in(server, other)) as theirs:
        theirs.ask("Not yours")
        theirs.wait_for_answer("Indeed")
    visitor = signed_in(server, mine)
    upstream.when("Compare", lambda received: stream(received.body["model"])(received))
    with tab_of(visitor, "compare", "models=model-a,model-b") as tab:
        tab.ask("Compare")
        wait_for_said(tab, ["model-a", "model-b"])
    upstream.when("Look at this", stream("I see"))
    with tab_of(visitor) as tab:
        tab.ask("Look at this", ("a.png", image()))
        tab.wait_for_answer("I see")
        open_account(tab)
        data = tab.download("download_everything.zip")
        tab.open_settings("Import and export")
        with ZipFile(BytesIO(tab.download("download_chats.zip"))) as zipped:
            assert chats(zipped) == ["Look at this", "I see"]
    for each in (data, exported(server.data_dir, mine)):
        with ZipFile(BytesIO(each)) as zipped:
            assert zipped.testzip() is None
            names = [name.partition("/")[0] for name in zipped.namelist()]
            assert names == ["chats-001.json", "comparisons", "usage.csv"]
            assert chats(zipped) == ["Look at this", "I see"]
            assert b"data:image/" in zipped.read("chats-001.json")
            [made] = [json.loads(zipped.read(n)) for n in zipped.namelist() if n.startswith("comparisons/")]
            assert (made["format"], len(made["conversations"]), len(made["tapes"])) == (
                "synstar-recording",
                2,
                2,
            )
            assert zipped.read("usage.csv").decode().count("\n") == 4
            assert not any(b"Not yours" in zipped.read(name) for name in zipped.namelist())
    with closing(Store(server.data_dir / DATABASE)) as store:
        log = store.audit.latest(50, action=Action.EXPORTED)
        known = {person.id: person.email for person in store.people.all()}
    who = [known.get(row.actor.person_id, row.actor.person_id) for row in log]
    what = [known.get(row.about.removeprefix("person "), row.about) for row in log]
    assert list(zip(who, what, strict=True)) == [
        ("command line", mine),
        (mine, "all conversations"),
        (mine, mine),
    ]


def test_whoever_removes_their_account_is_gone_with_all_that_ran(
    server: AppServer, upstream: ScriptedGateway
) -> None:
    email, gate = add(server.data_dir, "leaver"), Gate()
    visitor = signed_in(server, email)
    upstream.when("Go on", stream("One ", "two", hold=gate, hold_after=1))
    with tab_of(visitor) as tab, tab_of(signed_in(server, email)) as elsewhere:
        elsewhere.wait_until_idle()
        tab.ask("Go on")
        tab.wait_for(lambda: tab.answer == "One", "The first word")
        ask_removal(elsewhere)
        confirm(elsewhere, "leaver")
        elsewhere.wait_for(lambda: "Nothing was removed." in elsewhere.alerts, "The sentence")
        confirm(elsewhere, email.upper())
        tab.wait_until_closed()
        elsewhere.wait_until_closed()
    gate.open()
    assert visitor.get("/").status == 303
    assert visitor.sign_in(email, PASSWORD).status == 403
    assert stored(server, "Go on") == 0


def stored(server: AppServer, words: str) -> int:
    """In how many messages these words are stored, of anybody."""
    with sqlite3.connect(server.data_dir / DATABASE) as database:
        found = database.execute("SELECT count(*) FROM messages WHERE content = ?", (words,)).fetchone()
    return int(found[0])


def test_a_guest_types_a_word_and_may_keep_the_account(server: AppServer) -> None:
    visitor = Visitor(server.url)
    assert visitor.enter().status == 303
    with tab_of(visitor) as tab:
        ask_removal(tab)
        tab.wait_for_text("Type **remove** to confirm.")
        tab.wait_until_idle()
        tab.click("cancel-confirm_removal")
        tab.wait_until_idle()
        ask_removal(tab)
        confirm(tab, "Remove")
        tab.wait_until_closed()


def test_the_only_admin_stays(server: AppServer) -> None:
    email = add(server.data_dir, "boss", "admin")
    with tab_of(signed_in(server, email)) as tab:
        ask_removal(tab)
        confirm(tab, "remove")
        tab.wait_for(lambda: "You are the last admin." in tab.alerts, "The sentence")
    assert signed_in(server, email).get("/").status == 200


def test_the_command_line_adopts_hands_over_and_removes(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    one, two = add(data_dir, "one"), add(data_dir, "two")
    store, chat = Store(data_dir / DATABASE), draft("From before")
    answer(store, chat, "Hello")
    store.close()

    def of(*emails: str) -> list[int]:
        opened = Store(data_dir / DATABASE)
        known = {person.email: person.id for person in opened.people.all()} | {LOCAL: LOCAL}
        counts = [len(opened.of(known[email]).conversations.latest(5)) for email in emails]
        opened.close()
        return counts

    assert process(data_dir, "user", "adopt", one).stdout == f"Done: adopt {one}\n"
    assert of(LOCAL, one, two) == [0, 1, 0]
    assert process(data_dir, "user", "hand-over", one, two).returncode == 0
    assert of(LOCAL, one, two) == [0, 0, 1]
    assert "one and the same" in process(data_dir, "user", "hand-over", two, two).stderr
    assert process(data_dir, "user", "remove", two).returncode == 0
    assert process(data_dir, "user", "list").stdout.count("\n") == 1
    assert process(data_dir, "user", "remove", two).stderr == f"lib: There is nobody called '{two}'.\n"
