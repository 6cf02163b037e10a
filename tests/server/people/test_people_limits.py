"""Limits on the page: one sentence says which, and nothing that was written is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app_server import AppServer
from tests.command_line import process
from tests.page_socket import PageSocket
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.server import accounts
from tests.server.accounts import add_account
from tests.server.compare_page import said, wait_for_said

DAY = "You have used your 20 tokens for today. The limit resets at 00:00 (Europe/Berlin)."


@pytest.fixture(scope="module")
def server(upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    data_dir = tmp_path_factory.mktemp("limits") / "data"
    with AppServer(
        data_dir, upstream.base_url, CHAT_SIGN_IN="password", CHAT_TIME_ZONE="Europe/Berlin"
    ) as running:
        yield running


def tab_of(server: AppServer, name: str, page: str = "", *, address: str = "") -> PageSocket:
    """A page of somebody who is new here."""
    email = f"{name}@example.com"
    add_account(server.data_dir, email)
    return accounts.tab_of(accounts.signed_in(server, email), address, page)


def limit(server: AppServer, *words: str) -> str:
    done = process(server.data_dir, "limit", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def asked(upstream: ScriptedGateway) -> list[str]:
    return [request.prompt for request in upstream.requests if request.body]


def test_the_sentence_says_which_limit_and_the_text_returns_to_the_box(
    server: AppServer, upstream: ScriptedGateway
) -> None:
    with tab_of(server, "one") as tab:
        upstream.when("Early enough", stream("Yes"))
        tab.ask("Early enough")
        tab.wait_for_answer("Yes")
        limit(server, "set", "person", "one@example.com", "tokens-a-day", "20")
        before = len(upstream.requests)
        while tab.refusal != DAY:
            tab.ask("tokens=20")
            tab.wait_until_idle()
            tab.wait_for(lambda: tab.refusal == DAY or bool(tab.footer), "An answer or the sentence")
        tab.wait_for(lambda: tab.returned == "tokens=20", "The text in the box")
        count = len(upstream.requests)
        assert before <= count <= before + 2
        tab.ask("Too late")
        tab.wait_for(lambda: tab.returned == "Too late", "The text in the box")
        assert "Too late" not in tab.text
        assert "Too late" not in asked(upstream)
        assert limit(server, "remove", "person", "one@example.com", "tokens-a-day") == ""
        upstream.when("Too late", stream("Not any more"))
        tab.ask("Too late")
        tab.wait_for_answer("Not any more")
        assert not tab.refusal


def test_a_comparison_with_too_many_cells_asks_none_of_them(
    server: AppServer, upstream: ScriptedGateway
) -> None:
    with tab_of(server, "two", "compare", address="models=model-a,model-b") as tab:
        tab.wait_until_idle()
        limit(server, "set", "person", "two@example.com", "replies-at-once", "1")
        tab.ask("Both of you")
        tab.wait_for(lambda: "This asks for 2 replies." in tab.refusal, "The sentence")
        assert "You may have 1 reply running at once." in tab.refusal
        tab.wait_for(lambda: tab.returned == "Both of you", "The text in the box")
        assert "Both of you" not in asked(upstream)
        limit(server, "set", "person", "two@example.com", "replies-at-once", "2")
        upstream.when("Both of you", lambda received: stream(received.body["model"])(received))
        tab.ask("Both of you")
        wait_for_said(tab, ["model-a", "model-b"])
    assert said(tab)


def test_a_second_tab_of_the_same_person_counts(server: AppServer, upstream: ScriptedGateway) -> None:
    gate = Gate()
    upstream.when("Go on", stream("One ", "two", hold=gate, hold_after=1))
    with tab_of(server, "three") as tab, PageSocket(server.url, headers=tab.headers) as second:
        limit(server, "set", "role", "member", "replies-at-once", "1")
        tab.ask("Go on")
        tab.wait_for(lambda: tab.answer == "One", "The first word")
        second.ask("Me too")
        second.wait_for(lambda: second.returned == "Me too", "The text in the box")
        assert second.refusal == "You may have 1 reply running at once. Wait for its end or stop it."
        gate.open()
        tab.wait_for_answer("One two")
        upstream.when("Me too", stream("Now"))
        second.ask("Me too")
        second.wait_for_answer("Now")
        limit(server, "remove", "role", "member", "replies-at-once")


def test_limits_are_listed_and_wrong_ones_get_a_sentence(data: Path) -> None:
    assert process(data, "limit", "set", "everybody", "tokens-a-day", "1000").stdout == (
        "everybody\ttokens-a-day\t1,000\n"
    )
    assert process(data, "limit", "list").stdout == "everybody\ttokens-a-day\t1,000\n"
    zero = process(data, "limit", "set", "everybody", "tokens-a-day", "0")
    assert (zero.returncode, zero.stderr) == (
        1,
        "lib: A limit is a whole number from 1 to 1,000,000,000,000.\n",
    )
    nobody = process(data, "limit", "set", "person", "nobody@example.com", "tokens-a-day", "5")
    assert (nobody.returncode, nobody.stderr) == (1, "lib: There is nobody called 'nobody@example.com'.\n")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"
