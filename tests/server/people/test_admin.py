"""The admin page, and what it changes for everybody while the app runs."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lib.app import DATABASE
from lib.ui.admin.page import CONTENTS
from tests.app_server import AppServer
from tests.command_line import process
from tests.page_socket import PageSocket
from tests.scripted_gateway import Received, Script, ScriptedGateway, error, stream
from tests.server.accounts import PASSWORD, add_account
from tests.visitor import Visitor

ADMIN, MEMBER = "admin@example.com", "member@example.com"
KEY, OWN_KEY = "sk-installation-0123456789", "sk-visitors-own-0123456789"


@pytest.fixture(scope="module")
def server(upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app with an admin and a member, who may also bring keys of their own."""
    data_dir = tmp_path_factory.mktemp("admin") / "data"
    for email, role in ((ADMIN, "admin"), (MEMBER, "member")):
        add_account(data_dir, email, role)
    ways = {"CHAT_SIGN_IN": "password", "CHAT_OWN_KEYS": "on"}
    with AppServer(data_dir, upstream.base_url, KKIAI_API_KEY=KEY, **ways) as running:
        yield running


def tab_of(server: AppServer, email: str, page: str = "") -> PageSocket:
    visitor = Visitor(server.url)
    assert visitor.sign_in(email, PASSWORD).status == 303
    return PageSocket(server.url, page=page, headers={"Cookie": visitor.cookie})


@pytest.fixture
def admin(server: AppServer) -> Iterator[PageSocket]:
    with tab_of(server, ADMIN, "admin") as tab:
        yield tab


@pytest.fixture
def member(server: AppServer) -> Iterator[PageSocket]:
    with tab_of(server, MEMBER) as tab:
        tab.wait_until_idle()
        yield tab


def go_to(tab: PageSocket, section: str) -> None:
    """Choose a section by its label."""
    tab.choose("admin_section", section)
    code = next(code for code, content in CONTENTS.items() if content.label == section)
    tab.wait_for(lambda: tab.tree.find(f"admin_{code}") is not None, section)
    tab.wait_until_idle()


def menu(tab: PageSocket) -> list[str]:
    return [node.proto.label for node in tab.tree.nodes("page_link")]


def find(admin: PageSocket, email: str) -> None:
    """Search for somebody, and select them."""
    admin.write("people_search", email)
    admin.wait_for(lambda: [list(each["person"]) for each in admin.tables] == [[email]], email)
    admin.wait_until_idle()
    admin.choose_row("people", 0)
    admin.wait_until_idle()


def people_of(admin: PageSocket) -> list[str]:
    """The people in the table, from top to bottom."""
    return [*admin.tables[0]["person"]] if admin.tables else []


def use(admin: PageSocket, base_url: str, key: str) -> None:
    """Fill in the form of the connection and send it."""
    admin.write("gateway_base_url", base_url)
    admin.wait_until_idle()
    admin.write("gateway_api_key", key)
    admin.wait_until_idle()
    admin.click("take_gateway")
    admin.wait_until_idle()


def reset(admin: PageSocket) -> None:
    admin.click("reset_gateway")
    admin.wait_for_text("set in the environment")


def only(key: str) -> Script:
    """Let a server list its models for this key only."""
    refused = error(401, {"error": {"message": "Invalid token", "code": "invalid_api_key"}})
    listed = error(200, {"object": "list", "data": [{"id": "model-a", "object": "model"}]})
    return lambda received: (listed if sent_key(received) == key else refused)(received)


def sent_key(received: Received) -> str:
    return received.headers.get("authorization", "").removeprefix("Bearer ")


def test_nobody_else_has_the_page(server: AppServer, admin: PageSocket, member: PageSocket) -> None:
    admin.wait_until_idle()
    assert "Admin" in menu(admin)
    assert "Admin" not in menu(member)
    with tab_of(server, MEMBER, "admin") as tab:
        tab.wait_until_idle()
        assert tab.tree.find("admin_section") is None


def test_where_nobody_signs_in_there_is_no_such_page(site: AppServer) -> None:
    with PageSocket(site.url, page="admin") as tab:
        tab.wait_until_idle()
        assert "Admin" not in menu(tab)
        assert tab.tree.find("admin_section") is None


def test_whoever_is_no_admin_any_more_is_out(server: AppServer) -> None:
    email = "former@example.com"
    add_account(server.data_dir, email, "admin")
    with tab_of(server, email, "admin") as tab:
        go_to(tab, "Storage")
        assert process(server.data_dir, "user", "role", email, "member").returncode == 0
        tab.wait_until_closed()


def test_people_are_found_and_changed(server: AppServer, admin: PageSocket) -> None:
    email = "changed@example.com"
    add_account(server.data_dir, email)
    with tab_of(server, email) as theirs:
        theirs.wait_until_idle()
        find(admin, email)
        admin.wait_for_text("Signed in with these browsers:")
        admin.choose("role", "Presenter")
        admin.wait_for(lambda: admin.tables[0]["role"][0] == "Presenter", "The new role")
        theirs.wait_until_closed()
    admin.click("disable")
    admin.wait_for(lambda: admin.tables[0]["state"][0] == "Disabled", "The state")
    assert Visitor(server.url).sign_in(email, PASSWORD).status == 403


def test_people_keep_their_places_in_the_table(server: AppServer, admin: PageSocket) -> None:
    for email in ("zoe@example.com", "abe@example.com"):
        add_account(server.data_dir, email)
    with tab_of(server, "zoe@example.com") as theirs:  # who was seen last is not the first
        theirs.wait_until_idle()
        admin.wait_until_idle()
        admin.rerun()
        added = {"abe@example.com", "zoe@example.com"}
        admin.wait_for(lambda: added <= {*people_of(admin)}, "The people")
        assert people_of(admin) == sorted(people_of(admin))


def test_one_sign_in_is_ended_by_itself(server: AppServer, admin: PageSocket) -> None:
    email = "twice@example.com"
    add_account(server.data_dir, email)
    with tab_of(server, email) as first, tab_of(server, email) as second:
        first.wait_until_idle()
        second.wait_until_idle()
        find(admin, email)
        admin.click(admin.tree.keys("end-")[0])  # the one that was used last
        second.wait_until_closed()
        admin.wait_until_idle()
        first.rerun()
        first.wait_until_idle()
        assert first.tree.find("new_chat")


def test_the_address_names_the_section(server: AppServer) -> None:
    visitor = Visitor(server.url)
    assert visitor.sign_in(ADMIN, PASSWORD).status == 303
    headers = {"Cookie": visitor.cookie}
    with PageSocket(server.url, "section=health", "admin", headers=headers) as tab:
        tab.wait_until_idle()
        assert tab.tree.find("admin_health")
        go_to(tab, "Storage")
        assert tab.address == "section=storage"
    with PageSocket(server.url, "section=rubbish", "admin", headers=headers) as tab:
        tab.wait_until_idle()
        assert tab.tree.find("admin_people")
        assert tab.address == "section=people"


def test_a_row_of_the_log_that_cannot_be_read_is_shown_as_such(
    upstream: ScriptedGateway, tmp_path: Path
) -> None:
    add_account(tmp_path / "data", ADMIN, "admin")
    with closing(sqlite3.connect(tmp_path / "data" / DATABASE)) as database:
        database.executescript(
            "DROP TRIGGER audit_no_update; UPDATE audit SET at = 'rubbish', about = x'ff' WHERE number = 1"
        )
    with AppServer(tmp_path / "data", upstream.base_url, CHAT_SIGN_IN="password") as server:
        with tab_of(server, ADMIN, "admin") as tab:
            go_to(tab, "Audit log")
            tab.wait_for(lambda: bool(tab.tables), "The log")
            assert list(tab.tables[0]["action"]) == ["Signed in", "Unreadable"]
            tab.click("verify_audit")
            tab.wait_for(lambda: "Row 1 was changed" in tab.alerts, "The fault")
        assert not server.traceback, server.traceback


def test_the_last_admin_cannot_leave(admin: PageSocket) -> None:
    find(admin, ADMIN)
    admin.click("disable")
    admin.wait_for(lambda: "last admin" in admin.toasts, "The refusal")


def test_an_invitation_is_a_link(server: AppServer, admin: PageSocket) -> None:
    admin.write("invite_email", "new@example.com")
    admin.click("make_invitation")
    admin.wait_for(lambda: bool(admin.codes), "The link")
    [link] = admin.codes
    visitor = Visitor(server.url)
    path = link.removeprefix(server.url)
    assert visitor.submit(path, path, password=PASSWORD, again=PASSWORD).status == 303
    with PageSocket(server.url, headers={"Cookie": visitor.cookie}) as tab:
        tab.wait_for_text("What would you like to know?")


def test_a_connection_is_tried_and_then_everybodys(
    server: AppServer, admin: PageSocket, member: PageSocket, upstream: ScriptedGateway
) -> None:
    new_key = "sk-new-gateway-0123456789"
    with ScriptedGateway() as other:
        other.answer_models(only(new_key))
        go_to(admin, "Connection")
        use(admin, other.base_url, "")
        assert "The connection was not changed. The server does not list its models" in admin.alerts
        assert {sent_key(received) for received in other.requests} == {""}
        use(admin, other.base_url, "sk-wrong-0123456789")
        assert "does not list its models" in admin.alerts
        use(admin, other.base_url, new_key)
        admin.wait_for_text("set here")
        assert not server.traceback
        other.when("Who answers?", stream("The new one"))
        with tab_of(server, MEMBER) as tab:
            tab.ask("Who answers?")
            tab.wait_for_answer("The new one")
        assert {sent_key(each) for each in other.chats} == {new_key}
        assert KEY not in {sent_key(each) for each in other.requests}
        kept = b"".join(path.read_bytes() for path in server.data_dir.rglob("*") if path.is_file())
        assert new_key.encode() not in kept
        assert new_key not in b"".join(admin.frames).decode("utf-8", "replace")
        reset(admin)
    upstream.when("Who answers now?", stream("The old one"))
    member.ask("Who answers now?")
    member.wait_for_answer("The old one")
    assert sent_key(upstream.asked("Who answers now?")[0]) == KEY


def test_what_admins_set_ends_where_there_are_none(tmp_path: Path, upstream: ScriptedGateway) -> None:
    data_dir = tmp_path / "data"
    add_account(data_dir, ADMIN, "admin")
    with ScriptedGateway() as other:
        with (
            AppServer(data_dir, upstream.base_url, CHAT_SIGN_IN="password") as server,
            tab_of(server, ADMIN, "admin") as admin,
        ):
            go_to(admin, "Connection")
            use(admin, other.base_url, "sk-elsewhere-0123456789")
            admin.wait_for_text("set here")
        upstream.when("Whose is this?", stream("Yours"))
        with AppServer(data_dir, upstream.base_url) as server, PageSocket(server.url) as tab:
            tab.ask("Whose is this?")
            tab.wait_for_answer("Yours")


def test_a_visitors_own_key_goes_nowhere_else(
    admin: PageSocket, member: PageSocket, upstream: ScriptedGateway
) -> None:
    upstream.when("With my key", error(401, {"error": {"message": "Invalid token"}}))
    member.ask("With my key")
    member.click("use_another_key")
    member.widget("visitor_key")
    member.wait_until_idle()
    member.write("visitor_key", OWN_KEY)
    member.click("confirm_key")
    member.wait_for(lambda: member.tree.find("visitor_key") is None, "The dialog's end")
    member.wait_until_idle()
    upstream.when("And now, with mine?", stream("With yours"))
    member.ask("And now, with mine?")
    member.wait_for_answer("With yours")
    assert sent_key(upstream.asked("And now, with mine?")[0]) == OWN_KEY
    with ScriptedGateway() as other:
        go_to(admin, "Connection")
        use(admin, other.base_url, "sk-elsewhere-0123456789")
        other.when("And there?", stream("With ours"))
        member.ask("And there?")
        member.wait_for_answer("With ours")
        assert OWN_KEY not in {sent_key(each) for each in other.requests}
        reset(admin)


def test_a_model_is_for_those_whom_it_is_for(
    server: AppServer, admin: PageSocket, upstream: ScriptedGateway
) -> None:
    go_to(admin, "Models")
    admin.choose_row("admin_models", 1)
    admin.choose("rule_roles-model-b", "Admin")
    admin.wait_until_idle()
    admin.click("save-model-b")
    admin.wait_for(lambda: admin.tables[0]["roles"][1] == "Admins", "The rule")
    with tab_of(server, MEMBER) as tab:
        tab.wait_until_idle()
        listed = json.loads(json.loads(tab.widget("model_list").proto.json)["models"])
        assert "model-b" not in [model["id"] for model in listed]
        tab.choose("model", "model-b")
        tab.ask("Answer me all the same")
        tab.wait_until_idle()
        [asked] = upstream.asked("Answer me all the same")
        assert asked.body["model"] == "model-a"


def test_a_notice_is_read_everywhere_and_put_away(server: AppServer, admin: PageSocket) -> None:
    go_to(admin, "Notices")
    admin.write("notice_text", "Maintenance on *Friday*")
    admin.click("add_notice")
    with tab_of(server, MEMBER, "models") as tab:
        tab.wait_for(lambda: "Maintenance on *Friday*" in tab.alerts, "The notice")
        tab.click("close")
        tab.wait_for(lambda: "Maintenance" not in tab.alerts, "No notice")
        tab.rerun()
        tab.wait_until_idle()
        assert "Maintenance" not in tab.alerts
    admin.click("delete")
    admin.wait_for_text("There is no notice now")


def test_the_log_is_read_and_verified(admin: PageSocket) -> None:
    go_to(admin, "Audit log")
    admin.wait_for(lambda: bool(admin.tables), "The log")
    numbers = [*admin.tables[0]["number"]]
    assert numbers == sorted(numbers, reverse=True)
    assert "Signed in" in [*admin.tables[0]["action"]]
    assert "Person added" in [*admin.tables[0]["action"]]
    admin.choose("audit_action", "Signed in")
    admin.wait_for(lambda: [{*each["action"]} for each in admin.tables] == [{"Signed in"}], "What fits")
    admin.click("verify_audit")
    admin.wait_for(lambda: "The log is whole" in admin.alerts, "The verdict")


def test_a_limit_holds_from_the_next_message_on(
    server: AppServer, admin: PageSocket, upstream: ScriptedGateway
) -> None:
    email = "limited@example.com"
    add_account(server.data_dir, email)
    upstream.when("One is allowed", stream("Yes", *(" yes",) * 11))
    go_to(admin, "Limits")
    admin.wait_for(lambda: "Nothing is limited yet." in admin.alerts, "No limit")
    admin.wait_until_idle()
    admin.choose("limit_whom", "One person")
    admin.wait_until_idle()
    admin.write("limit_name", "nobody@example.com")
    admin.click("set_limit")
    admin.wait_for(lambda: "Nobody here has this e-mail address." in admin.toasts, "The refusal")
    admin.wait_until_idle()
    admin.write("limit_name", email)
    admin.wait_until_idle()
    admin.choose("limit_kind", "Tokens a day")
    admin.wait_until_idle()
    admin.click("set_limit")
    admin.wait_for_text(f"**{email}** · 10 tokens a day")
    admin.wait_until_idle()
    with tab_of(server, email) as tab:
        tab.ask("One is allowed")
        tab.wait_for_answer(" ".join(["Yes", *["yes"] * 11]))
        tab.ask("Two is not")
        tab.wait_for(lambda: "You have used your 10 tokens for today." in tab.refusal, "The refusal")
        tab.wait_until_idle()
        assert tab.returned == "Two is not"
    assert upstream.asked("Two is not") == []
    admin.click("delete")
    admin.wait_for(lambda: "Nothing is limited yet." in admin.alerts, "No limit")


def test_a_chat_is_read_for_a_reason_that_its_owner_sees(tmp_path: Path, upstream: ScriptedGateway) -> None:
    upstream.when("Between us", stream("Of course"))
    data_dir = tmp_path / "data"
    for email, role in ((ADMIN, "admin"), (MEMBER, "member")):
        add_account(data_dir, email, role)
    with AppServer(data_dir, upstream.base_url, CHAT_SIGN_IN="password", CHAT_ADMIN_MAY_READ="on") as server:
        with tab_of(server, MEMBER) as tab:
            tab.ask("Between us")
            tab.wait_for_answer("Of course")
        with tab_of(server, ADMIN, "admin") as reader:
            go_to(reader, "Read a chat")
            reader.write("reading_email", MEMBER)
            reader.wait_until_idle()
            reader.write("reading_reason", "curious")
            reader.wait_until_idle()
            reader.click("read_chat")
            reader.wait_for(
                lambda: "Give a reason of at least 10 characters." in reader.alerts, "The refusal"
            )
            reader.wait_until_idle()
            reader.write("reading_reason", "A report of abuse")
            reader.wait_until_idle()
            reader.click("read_chat")
            reader.wait_for_text("Of course")
        with tab_of(server, MEMBER) as tab:
            tab.open_settings("Account")
            tab.wait_for_text("A report of abuse")


@pytest.mark.parametrize("section", ["Sharing", "Storage", "Health"])
def test_each_section_is_drawn(section: str, admin: PageSocket, server: AppServer) -> None:
    go_to(admin, section)
    assert server.traceback == ""
