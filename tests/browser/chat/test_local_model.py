"""Without a key or a network, the embedded model answers, and the page says so."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.app_server import AppServer
from tests.browser.chat_page import ChatPage

pytestmark = [pytest.mark.browser, pytest.mark.local_model]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app as it starts on a fresh machine: no key, no base URL."""
    with AppServer(tmp_path_factory.mktemp("app") / "data", CHAT_LOCAL_MODEL="auto") as running:
        yield running


def test_the_page_says_which_model_answers_and_it_streams_an_answer(chat: ChatPage) -> None:
    expect(chat.welcome).to_contain_text("SmolLM2")
    expect(chat.welcome).to_contain_text("on this machine")
    expect(chat.keyed("open_connect")).to_be_visible()
    expect(chat.picker()).to_have_text(re.compile("smollm2", re.IGNORECASE))
    chat.ask("Say hello in one short sentence.")
    expect(chat.answer.locator("p").first).to_have_text(re.compile(r"\w"), timeout=60_000)
    expect(chat.footer).to_have_text(
        re.compile(r"smollm2.* · [\d,]+ tokens · first token .* s", re.IGNORECASE), timeout=120_000
    )
    expect(chat.answer).to_contain_text(re.compile(r"[a-z]{2,}"))
