"""Who comes in, and what nobody gets without: over HTTP and the websocket, against the real app."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from lib.app import DATABASE
from tests.app_server import AppServer
from tests.command_line import process
from tests.page_socket import PageSocket
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.server.accounts import EMAIL, OTHER, PASSWORD, add_account, server_with_accounts, signed_in, tab_of
from tests.visitor import Visitor


@pytest.fixture(scope="module")
def server(upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app with accounts of two people."""
    data_dir = tmp_path_factory.mktemp("people") / "data"
    with server_with_accounts(data_dir, upstream.base_url, EMAIL, OTHER) as running:
        yield running


CLOSED = (
    "/",
    "/compare",
    "/models?x=1",
    "/_stcore/host-config",
    "/_stcore/stream",
    "/_stcore/allowed-message-origins",
    "/media/0123456789abcdef.png",
    "/static/js/index.js",
    "/room/x/_stcore/stream",
    "/share/token/_stcore/health",
    "/_stcore/health/x",
    "/component/x",
)


@pytest.mark.parametrize("path", CLOSED)
def test_without_a_sign_in_nothing_answers(server: AppServer, path: str) -> None:
    visitor = Visitor(server.url)
    opened, asked = visitor.get(path), visitor.ask("GET", path, Accept="*/*")
    assert opened.status == 303
    assert opened.leads_to.startswith("/sign-in?next=")
    assert (asked.status, asked.text) == (401, "Sign in first.\n")
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert visitor.ask(method, path, Origin=server.url).status == 401


@pytest.mark.parametrize(
    "path", ["/_stcore/health", "/ready", "/live", "/sign-in", "/room/none", "/share/none"]
)
def test_what_is_free_answers(server: AppServer, path: str) -> None:
    answer = Visitor(server.url).get(path)
    assert answer.status in (200, 404)
    assert "location" not in answer.headers


def test_without_a_sign_in_no_stream_opens(server: AppServer) -> None:
    for headers in ({}, {"Cookie": "synstar_000000000000=x"}, {"x-synstar-identity": "local/"}):
        with pytest.raises(InvalidStatus) as refused, PageSocket(server.url, headers=headers):
            pass
        assert refused.value.response.status_code == 403


def test_one_lands_where_one_wanted_to_go(server: AppServer) -> None:
    visitor = Visitor(server.url)
    wanted = visitor.get("/compare?models=a,b").leads_to
    assert (
        visitor.submit("/sign-in", wanted, email=EMAIL, password=PASSWORD).leads_to == "/compare?models=a,b"
    )
    assert visitor.get("/compare").status == 200


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/sign-out"])
def test_nobody_is_sent_elsewhere(server: AppServer, wanted: str) -> None:
    assert Visitor(server.url).sign_in(EMAIL, PASSWORD, wanted).leads_to == "/"


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@example.com", PASSWORD)])
def test_an_unknown_account_gets_the_sentence_of_a_wrong_password(
    server: AppServer, email: str, password: str
) -> None:
    answer = Visitor(server.url).sign_in(email, password)
    assert answer.status == 403
    assert "This e-mail and password do not match an account here." in answer.text


def test_the_cookie_is_for_the_server_alone(server: AppServer) -> None:
    visitor = Visitor(server.url)
    given = visitor.sign_in(EMAIL, PASSWORD).headers["set-cookie"]
    assert re.fullmatch(
        r"synstar_[0-9a-f]{12}=[\w-]{43}; HttpOnly; Max-Age=604800; Path=/; SameSite=lax", given
    )
    token = given.partition("=")[2].partition(";")[0]
    kept = b"".join(path.read_bytes() for path in server.data_dir.rglob("*") if path.is_file())
    assert token.encode() not in kept


def test_whoever_only_chats_is_not_idle_and_whoever_leaves_a_page_open_is(
    upstream: ScriptedGateway, tmp_path: Path
) -> None:
    ten_seconds = str(10 / 3600)
    with (
        server_with_accounts(
            tmp_path / "data", upstream.base_url, EMAIL, OTHER, CHAT_IDLE_HOURS=ten_seconds
        ) as server,
        tab_of(signed_in(server)) as used,
        tab_of(signed_in(server, OTHER)) as left,
    ):
        with suppress(ConnectionClosed):
            while True:
                used.wait_until_idle()
                used.click("new_chat")
                with suppress(TimeoutError):
                    left.receive(1)
        left.wait_until_closed()
        used.click("new_chat")  # signed in before the other one, and still there
        used.wait_until_idle()
        assert used.tree.find("new_chat")


def test_each_cookie_is_named_after_the_installation(server: AppServer) -> None:
    visitor = Visitor(server.url)
    assert visitor.sign_in(EMAIL, PASSWORD).status == 303
    assert {name.partition("_")[0] for name in visitor.cookies} == {"synstar"}
    assert len({name.split("_")[1] for name in visitor.cookies}) == 1
    assert len(visitor.cookies) == 2


def test_whoever_signs_out_is_out_at_once(server: AppServer, upstream: ScriptedGateway) -> None:
    gate = Gate()
    upstream.when("Go on without me", stream("One ", "two", hold=gate, hold_after=1))
    visitor = signed_in(server)
    with tab_of(visitor) as tab:
        tab.ask("Go on without me")
        tab.wait_for(lambda: tab.answer == "One", "The first word")
        address = tab.address
        old = visitor.cookie
        assert visitor.submit("/sign-out", "/sign-in").leads_to == "/sign-in"
        tab.wait_until_closed()
    gate.open()
    assert visitor.get("/").status == Visitor(server.url, headers={"Cookie": old}).get("/").status == 303
    with tab_of(signed_in(server), address) as later:
        later.wait_for_answer("One two")


def test_whoever_is_disabled_is_out_within_seconds(server: AppServer) -> None:
    email = "three@example.com"
    add_account(server.data_dir, email)
    visitor = signed_in(server, email)
    with tab_of(visitor) as tab:
        tab.wait_until_idle()
        assert process(server.data_dir, "user", "disable", email).returncode == 0
        tab.wait_until_closed()
    assert visitor.get("/").status == 303
    assert visitor.sign_in(email, PASSWORD).status == 403


def test_a_changed_role_takes_effect_in_open_pages(server: AppServer) -> None:
    email = "four@example.com"
    add_account(server.data_dir, email, "presenter")
    with tab_of(signed_in(server, email)) as tab:
        tab.wait_until_idle()
        assert process(server.data_dir, "user", "role", email, "member").returncode == 0
        tab.wait_until_closed()


def test_ten_wrong_passwords_slow_the_eleventh_on_two_processes_together(
    server: AppServer, upstream: ScriptedGateway
) -> None:
    email = "five@example.com"
    add_account(server.data_dir, email)
    with AppServer(server.data_dir, upstream.base_url, CHAT_SIGN_IN="password") as second:
        for number in range(10):
            url = (server.url, second.url)[number % 2]
            assert Visitor(url).sign_in(email, f"wrong {number}").status == 403
        for url in (server.url, second.url):
            answer = Visitor(url).sign_in(email, PASSWORD)
            assert answer.status == 429
            assert re.search(r"Too many failed attempts. Try again in \d\d? seconds?\.", answer.text)
    assert signed_in(server)


def test_a_form_comes_from_our_page_in_this_browser(server: AppServer) -> None:
    fields = {"email": EMAIL, "password": PASSWORD, "way": "password"}
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": server.url}
    visitor, other = Visitor(server.url), Visitor(server.url)
    visitor.get("/sign-in")
    for hidden in ({}, {"form": "x" * 64}, {"form": other.hidden("/sign-in")["form"]}):
        answer = visitor.ask("POST", "/sign-in", urlencode({**fields, **hidden}), **kind)
        assert answer.status == 403
        assert "This page was open for too long. Try again." in answer.text
    foreign = {**kind, "Origin": "https://evil.example"}
    assert visitor.ask("POST", "/sign-in", urlencode(fields), **foreign).status == 403
    assert visitor.get("/").status == 303


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize(
    "body", [b"\xff=\xfe", b"&".join([b"a=b"] * 99), b"--x\r\n\r\n", b"email=%ff%00%ud800"]
)
def test_a_form_that_cannot_be_read_is_refused(server: AppServer, kind: str, body: bytes) -> None:
    for path in ("/sign-in", "/sign-out", "/invite/none"):
        answer = Visitor(server.url).ask("POST", path, body, **{"Content-Type": kind, "Origin": server.url})
        assert answer.status in (400, 403, 404)
    assert server.traceback == ""


def test_signing_out_with_an_old_form_says_so(server: AppServer) -> None:
    visitor = signed_in(server)
    hidden = visitor.hidden("/sign-out")
    visitor.cookies = {name: value for name, value in visitor.cookies.items() if not name.endswith("form")}
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": server.url}
    answer = visitor.ask("POST", "/sign-out", urlencode(hidden), **kind)
    assert (answer.status, "open for too long" in answer.text) == (403, True)
    assert visitor.get("/").status == 200


def test_who_waits_for_a_password_to_be_checked_holds_up_nobody_else(
    tmp_path: Path, upstream: ScriptedGateway
) -> None:
    with (
        server_with_accounts(tmp_path / "data", upstream.base_url, EMAIL) as server,
        ThreadPoolExecutor(60) as pool,
    ):
        visitor = signed_in(server)
        wrong = [
            pool.submit(Visitor(server.url).sign_in, f"{number}@nowhere.example", "wrong password")
            for number in range(60)
        ]
        # Asked while they wait: with all threads taken, this would be the last to be answered.
        assert visitor.get("/signed-in").status == 204
        assert not all(each.done() for each in wrong)
        assert {each.result().status for each in wrong} <= {403, 429}


def test_a_form_without_end_is_not_read(server: AppServer) -> None:
    visitor = Visitor(server.url)
    for path in ("/sign-in", "/sign-out", "/invite/none"):
        assert visitor.submit(path, "/sign-in", email="x" * 20_000).status == 413


def test_a_language_that_somebody_has_chosen_holds_for_their_pages_outside_the_app(server: AppServer) -> None:
    visitor = signed_in(server)
    with tab_of(visitor) as tab:
        for section, chosen, tag in (("General", "中文 (简体)", "zh-Hans"), ("常规", "跟随浏览器", "en-XA")):
            tab.open_settings(section)
            tab.choose("language", chosen)
            tab.wait_until_idle()
            for path in ("/about", "/password", "/sign-out"):
                page = visitor.get(path, **{"Accept-Language": "en-XA"}).text
                assert f'<html lang="{tag}">' in page
                assert '<html lang="en">' in Visitor(server.url).get("/about").text


def test_a_language_is_chosen_on_the_form_and_holds_for_this_browser(server: AppServer) -> None:
    visitor = Visitor(server.url, headers={"Accept-Language": "de, en;q=0.5"})
    form = visitor.get("/sign-in?next=%2Fcompare&ended=1&synstar_language=xx").text
    assert '<html lang="en">' in form
    assert 'lang="en" hreflang="en" aria-current="true">English</a>' in form
    [address] = re.findall(r'<a href="([^"]*)" lang="zh-Hans"', form)
    assert unescape(address) == "/sign-in?next=%2Fcompare&ended=1&synstar_language=zh-Hans"
    assert not visitor.cookies.keys() & {"synstar_language"}
    assert '<html lang="zh-Hans">' in visitor.get(unescape(address)).text
    visitor.cookies["synstar_theme"] = "dark"
    for path in ("/sign-in", "/invite/none", "/about"):
        assert '<html lang="zh-Hans" data-theme="dark">' in visitor.get(path).text
    assert visitor.sign_in(EMAIL, PASSWORD, "/compare").leads_to == "/compare"
    with tab_of(visitor) as tab:
        tab.wait_for(lambda: tab.widget("open_settings").proto.label == "设置", "The page in Chinese")


def test_an_invitation_works_once(server: AppServer) -> None:
    printed = process(server.data_dir, "user", "add", "six@example.com", "--role", "presenter").stdout
    path = printed.strip().splitlines()[-1]
    visitor = Visitor(server.url)
    for password, again, fault in (
        ("short", "short", "Use at least 12 characters."),
        ("password1234", "password1234", "too easy to guess"),
        (PASSWORD, PASSWORD + "x", "The two passwords are not the same."),
    ):
        answer = visitor.submit(path, path, password=password, again=again)
        assert answer.status == 400
        assert fault in answer.text
    assert visitor.submit(path, path, password=PASSWORD, again=PASSWORD).leads_to == "/"
    assert visitor.get("/").status == 200
    late = Visitor(server.url)
    assert late.submit(path, path, password=PASSWORD, again=PASSWORD).status == 404
    assert "This link does not work any more" in late.get(path).text
    listed = process(server.data_dir, "user", "list").stdout
    assert "six@example.com\tpresenter" in listed


def test_a_reset_ends_what_was_open_and_the_old_password(server: AppServer) -> None:
    email, new = "seven@example.com", "another harbour eighteen"
    add_account(server.data_dir, email)
    visitor = signed_in(server, email)
    path = process(server.data_dir, "user", "reset", email).stdout.strip().splitlines()[-1]
    assert Visitor(server.url).submit(path, path, password=new, again=new).status == 303
    visitor.get("/")  # what was known of it is believed for two seconds
    with pytest.raises(InvalidStatus), suppress(ConnectionClosed), tab_of(visitor) as tab:
        tab.wait_until_closed()
        tab.reconnect()
    assert Visitor(server.url).sign_in(email, PASSWORD).status == 403
    assert Visitor(server.url).sign_in(email, new).status == 303


def test_a_changed_password_keeps_this_browser_and_ends_the_others(server: AppServer) -> None:
    email, new = "eight@example.com", "another harbour eighteen"
    add_account(server.data_dir, email)
    here, there = signed_in(server, email), signed_in(server, email)
    wrong = here.submit("/password", "/password", current="wrong", password=new, again=new)
    assert wrong.status == 400
    assert "This is not your current password." in wrong.text
    with tab_of(there) as tab:
        tab.wait_until_idle()
        assert (
            here.submit("/password", "/password", current=PASSWORD, password=new, again=new).leads_to == "/"
        )
        tab.wait_until_closed()
    assert here.get("/").status == 200
    assert there.get("/").status == 303


def test_an_account_sees_where_it_is_signed_in_and_signs_out_of_another_browser(server: AppServer) -> None:
    email = "nine@example.com"
    add_account(server.data_dir, email)
    here, there = signed_in(server, email), signed_in(server, email)
    with tab_of(here) as tab, tab_of(there) as other:
        tab.open_settings("Account")
        tab.wait_for_text("This browser")
        tab.wait_until_idle()
        assert tab.text.count("Unknown browser") == tab.text.count("Last seen") == 2
        assert tab.text.count("This browser") == 1
        tab.click("end")
        other.wait_until_closed()
        assert there.get("/").status == 303
        tab.wait_for(lambda: tab.tree.find("end") is None, "The shorter list")
        assert tab.tree.find("sign_out_elsewhere") is None
        tab.wait_until_idle()
        assert here.get("/").status == 200
        tab.click("sign_out")
        tab.wait_until_closed()
    assert here.get("/").status == 303


def test_a_database_that_is_gone_signs_nobody_out(upstream: ScriptedGateway, tmp_path: Path) -> None:
    upstream.when("Still there?", stream("In memory"))
    with server_with_accounts(tmp_path / "data", upstream.base_url, EMAIL, CHAT_SHARING="on") as server:
        visitor = signed_in(server)
        with tab_of(visitor) as tab:
            tab.wait_until_idle()
            for file in server.data_dir.glob(f"{DATABASE}*"):
                file.unlink()
            tab.wait_for(lambda: "New messages are kept in memory only." in tab.alerts, "The banner")
            tab.open_settings("Account")
            tab.wait_for(lambda: "Who you are cannot be read now" in tab.alerts, "The sentence")
            tab.wait_until_idle()
        assert visitor.get("/").status == 200
        with tab_of(visitor) as tab:
            tab.ask("Still there?")
            tab.wait_for_answer("In memory")
            assert not tab.tree.nodes("exception")
        stranger = Visitor(server.url)
        assert stranger.get("/").status == 303
        answer = stranger.sign_in(EMAIL, PASSWORD)
        assert answer.status == 503
        assert "Nobody can be signed in now: the database cannot be used." in answer.text
