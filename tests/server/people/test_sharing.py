"""Showing things to colleagues: found, opened and taken back, against the real app."""

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest

from lib.app import DATABASE
from lib.domain.comparison.comparisons import Comparison
from lib.domain.people.audit import Action
from lib.engine.sending import new_id
from lib.store import Store
from tests.app_server import AppServer
from tests.command_line import process
from tests.page_socket import PageSocket
from tests.phone import Phone
from tests.scripted_gateway import ScriptedGateway, by_model, stream
from tests.server.accounts import add_account, server_with_accounts, signed_in, tab_of
from tests.server.compare.test_decks import write_deck
from tests.server.compare_page import ask_blind, table
from tests.visitor import Visitor

ADA, BEN, EVE = "ada@example.com", "ben@example.com", "eve@example.com"


@pytest.fixture(scope="module")
def server(upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app with accounts of three people; none may share by link."""
    data_dir = tmp_path_factory.mktemp("sharing") / "data"
    with server_with_accounts(data_dir, upstream.base_url, ADA, BEN, EVE, CHAT_SHARING="on") as running:
        yield running


def share(tab: PageSocket, email: str) -> None:
    """Show something to somebody, in the dialog that opens."""
    tab.widget("grant_email")
    tab.wait_until_idle()
    tab.write("grant_email", email)
    tab.wait_until_idle()
    tab.click("grant")


def granted(tab: PageSocket) -> str:
    """The id of the grant that the dialog lists."""
    key = tab.widget("person_remove").key
    tab.wait_until_idle()
    return key.removeprefix("person_remove-")


def told(server: AppServer, action: Action) -> list[str]:
    store = Store(server.data_dir / DATABASE)
    rows = store.audit.latest(50, action=action)
    store.close()
    return [row.about for row in rows]


def test_a_chat_is_shown_as_a_copy_and_taken_back(server: AppServer, upstream: ScriptedGateway) -> None:
    upstream.when("Plan the picnic", stream("Bring **cake**"))
    upstream.when("And a secret", stream("Kept"))
    ben = signed_in(server, BEN)
    with tab_of(signed_in(server, ADA)) as tab:
        tab.ask("Plan the picnic")
        tab.wait_for_answer("Bring **cake**")
        tab.click("ios_share")
        share(tab, BEN)
        grant_id = granted(tab)
        copy = ben.get(f"/shared-chat/{grant_id}")
        assert copy.status == 200
        assert "Plan the picnic" in copy.text
        assert "<strong>cake</strong>" in copy.text
        assert "shared by ada" in copy.text
        assert copy.headers["content-security-policy"].startswith("default-src 'none'")
        with tab_of(ben, page="shared") as theirs:
            theirs.wait_for_text("Shared by ada")
            assert "Plan the picnic" in [node.proto.label for node in theirs.tree.nodes("link_button")]
        assert signed_in(server, EVE).get(f"/shared-chat/{grant_id}").status == 404
        assert Visitor(server.url).get(f"/shared-chat/{grant_id}").status == 303
        tab.ask("And a secret")
        tab.wait_for_answer("Kept")
        assert "secret" not in ben.get(f"/shared-chat/{grant_id}").text
        tab.click("ios_share")
        tab.wait_for_text("Opened 2 times")
        tab.wait_until_idle()
        tab.click(f"person_remove-{grant_id}")
        tab.wait_for(lambda: "Opened 2 times" not in tab.text, "The end of the grant")
    gone, unknown = ben.get(f"/shared-chat/{grant_id}"), ben.get("/shared-chat/unknown")
    assert (gone.status, gone.text) == (unknown.status, unknown.text)
    assert gone.status == 404


def test_who_is_not_here_gets_nothing(server: AppServer, upstream: ScriptedGateway) -> None:
    upstream.when("For nobody", stream("Right"))
    with tab_of(signed_in(server, ADA)) as tab:
        tab.ask("For nobody")
        tab.wait_for_answer("Right")
        tab.click("ios_share")
        share(tab, "nobody@example.com")
        tab.wait_for(lambda: "Nobody here has this e-mail address." in tab.alerts, "The sentence")
        assert tab.tree.find("report_share") is None  # a member may not share by link


def test_a_comparison_is_read_and_nothing_else(server: AppServer, upstream: ScriptedGateway) -> None:
    upstream.when("Which is it", by_model(model_a=stream("Tea."), model_b=stream("Coffee.")))
    with tab_of(signed_in(server, ADA), "models=model-a,model-b", "compare") as tab:
        ask_blind(tab, "Which is it")
        tab.wait_for_text("Which answer is best?")
        tab.wait_until_idle()
        tab.choose("vote", "Answer B")
        tab.wait_until_idle()
        tab.click("reveal")
        tab.wait_for(lambda: tab.tree.find("keep") is not None, "The reveal")
        tab.wait_until_idle()
        won = tab.tree.keys("winner-")
        assert len(won) == 1
        tab.choose("comparison_menu", "Share with people here")
        share(tab, BEN)
        granted(tab)
        address = tab.address
    with tab_of(signed_in(server, BEN), address, "shared") as theirs:
        theirs.wait_for_text("Coffee.")
        theirs.wait_until_idle()
        assert "Shared by ada" in theirs.text
        assert theirs.tree.keys("winner-") == won
        assert [row.is_winner for row in table(theirs)] == [False, True]
        assert theirs.tree.nodes("chat_input") == []
    with tab_of(signed_in(server, EVE), address, "shared") as other:
        other.wait_until_idle()
        assert "Coffee." not in other.text
        assert "is not here" in other.toasts
    with tab_of(signed_in(server, BEN), address, "compare") as wrong:
        wrong.wait_until_idle()
        assert "Coffee." not in wrong.text
    assert f"comparison {address.removeprefix('comparison=')}" in told(server, Action.SHARE_OPENED)


def test_a_recording_is_played_and_copied(server: AppServer, upstream: ScriptedGateway) -> None:
    upstream.when("Keep this one", stream("Kept for Ben"))
    ada, ben = signed_in(server, ADA), signed_in(server, BEN)
    with tab_of(ada) as tab:
        tab.ask("Keep this one")
        tab.wait_for_answer("Kept for Ben")
        tab.choose("turn", "Keep as recording")
        tab.wait_for(lambda: "Kept" in tab.toasts, "The recording")
        tab.wait_until_idle()
    with tab_of(ada, page="recordings") as tab:
        recording_id = tab.widget("download").key.removeprefix("download-")
        tab.wait_until_idle()
        tab.choose(f"more-{recording_id}", "Share")
        share(tab, BEN)
        grant_id, address = granted(tab), f"recording={recording_id}"
        with tab_of(signed_in(server, EVE), address, "recordings") as other:
            other.wait_until_idle()
            assert other.toasts == "This recording no longer exists."
        with tab_of(ben, address, "recordings") as theirs:
            theirs.wait_for_text("Kept for Ben")
            theirs.wait_for_text("Shared by ada")
            theirs.wait_until_idle()
            assert theirs.tree.find("share_here") is None
            tab.click(f"person_remove-{grant_id}")
            tab.wait_until_idle()
            theirs.click("copy_recording")
            theirs.wait_until_idle()
            assert "no longer exists" in theirs.toasts
            assert "Kept for Ben" not in theirs.text
        tab.click("grant")
        granted(tab)
    with tab_of(ben, address, "recordings") as theirs:
        theirs.wait_for_text("Shared by ada")
        theirs.wait_until_idle()
        theirs.click("copy_recording")
        theirs.wait_for(lambda: "Copied" in theirs.toasts, "The copy")
        theirs.wait_until_idle()
        assert "Shared by" not in theirs.text


def test_a_deck_is_edited_by_whom_its_owner_lets(server: AppServer) -> None:
    with tab_of(signed_in(server, ADA), page="decks") as tab:
        write_deck(tab, "The first prompt")
        tab.click("share_here")
        tab.widget("grant_edit")
        tab.wait_until_idle()
        tab.switch("grant_edit", True)
        share(tab, BEN)
        granted(tab)
        address = tab.address
    ben = signed_in(server, BEN)
    with tab_of(ben, address, "decks") as theirs:
        theirs.wait_for_text("Shared by ada")
        theirs.wait_until_idle()
        assert theirs.tree.find("run_deck") is None
        [key] = theirs.tree.keys("text-")
        theirs.write(key, "The prompt of two")
        theirs.wait_until_idle()
    with tab_of(signed_in(server, ADA), address, "decks") as tab:
        tab.wait_until_idle()
        assert tab.shown(key) == "The prompt of two"
    with tab_of(signed_in(server, EVE), address, "decks") as other:
        other.wait_until_idle()
        assert "This prompt set or run no longer exists." in other.toasts


def test_a_download_holds_ones_own_and_is_written_down(server: AppServer, upstream: ScriptedGateway) -> None:
    upstream.when("Ada's own words", stream("Ada's answer"))
    upstream.when("Ben's own words", stream("Ben's answer"))
    for email, words in ((ADA, "Ada's"), (BEN, "Ben's")):
        with tab_of(signed_in(server, email)) as tab:
            tab.ask(f"{words} own words")
            tab.wait_for_answer(f"{words} answer")
    with tab_of(signed_in(server, BEN)) as tab:
        tab.wait_until_idle()
        tab.open_settings("Import and export")
        with zipfile.ZipFile(BytesIO(tab.download("download_chats.zip"))) as file:
            text = "".join(file.read(name).decode() for name in file.namelist())
    assert "Ben's answer" in text
    assert "Ada's answer" not in text
    assert told(server, Action.EXPORTED) == ["all conversations"]


def test_where_nobody_signs_in_there_is_nothing_of_it(island: AppServer) -> None:
    with PageSocket(island.url) as tab:
        tab.wait_until_idle()
        assert "Shared with me" not in [node.proto.label for node in tab.tree.nodes("page_link")]
    assert Visitor(island.url).get("/shared-chat/unknown").status == 404


def test_whoever_is_disabled_has_no_audience_any_more(server: AppServer) -> None:
    email = "kim@example.com"
    add_account(server.data_dir, email, "presenter")
    store, now, compared = Store(server.data_dir / DATABASE), datetime.now(UTC), new_id()
    own = store.of(next(person.id for person in store.people.all() if person.email == email))
    own.comparisons.add(Comparison(compared, "Tea", now))
    room = own.rooms.open(compared, now)
    store.close()
    with Phone(f"{server.url}/room/{room.token}") as phone:
        assert process(server.data_dir, "user", "disable", email).returncode == 0
        phone.wait_for(lambda: phone.events[-2:] == ["closed", "end"])
        assert phone.get()[0] == 404


def test_a_deck_can_be_read_by_whoever_has_its_link(
    upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data_dir = tmp_path_factory.mktemp("link") / "data"
    with (
        AppServer(data_dir, upstream.base_url, CHAT_SHARING="on") as server,
        PageSocket(server.url, page="decks") as tab,
    ):
        write_deck(tab, "Ask this by link")
        tab.click("share_here")
        tab.click("share")
        tab.wait_for(lambda: bool(tab.tree.keys("link_off-")), "The link")
        tab.wait_until_idle()
        assert tab.tree.find("grant_email") is None  # nobody signs in: there are no people here
        [path] = set(re.findall(r"/share/[\w-]+", tab.text))
        answer = Visitor(server.url).get(path)
        assert (answer.status, "Ask this by link" in answer.text) == (200, True)
        tab.click(tab.tree.keys("link_off-")[0])
        tab.wait_until_idle()
        assert Visitor(server.url).get(path).status == 404
