"""The search beside Streamlit: who may ask, and what is theirs."""

import http.client
import json
from collections.abc import Iterator

import pytest

from tests.app_server import AppServer
from tests.scripted_gateway import ScriptedGateway, stream
from tests.server.accounts import EMAIL, OTHER, add_account, signed_in, tab_of
from tests.visitor import Visitor

WORD = "periwinkle"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """An app where two people sign in; the first has said something."""
    data_dir = tmp_path_factory.mktemp("search") / "data"
    for email in (EMAIL, OTHER):
        add_account(data_dir, email)
    with (
        ScriptedGateway() as upstream,
        AppServer(data_dir, upstream.base_url, CHAT_SIGN_IN="password") as running,
    ):
        upstream.when("A flower", stream(f"## A **{WORD}**\n\n| blue | small |\n|---|---|"))
        with tab_of(signed_in(running)) as tab:
            tab.ask("A flower")
            tab.wait_for(lambda: bool(tab.footer), "The answer")
        yield running


def found(visitor: Visitor, words: str = WORD) -> list[dict[str, str]]:
    hits: list[dict[str, str]] = json.loads(visitor.get(f"/search?words={words}").text)["hits"]
    return hits


def test_a_person_finds_their_own_messages_without_marks(server: AppServer) -> None:
    [hit] = found(signed_in(server))
    assert (hit["title"], hit["snippet"]) == ("A flower", f"A {WORD} blue small")


def test_nobody_finds_those_of_others(server: AppServer) -> None:
    assert found(signed_in(server, OTHER)) == []
    assert Visitor(server.url).get(f"/search?words={WORD}").status == 303  # to the sign-in page


@pytest.mark.parametrize("words", ["", "%22", "a%00b", "(((", "x" * 5000])
def test_any_words_are_taken(words: str, server: AppServer) -> None:
    assert found(signed_in(server), words) == []


def test_a_page_of_another_site_may_not_ask(server: AppServer) -> None:
    visitor = signed_in(server)
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Cookie": visitor.cookie, "Sec-Fetch-Site": "cross-site"}
    connection.request("GET", f"/search?words={WORD}", headers=headers)
    assert connection.getresponse().status == 403
    connection.close()
