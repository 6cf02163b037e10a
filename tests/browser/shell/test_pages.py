"""The models page and the connection check, as a person uses them."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.app_server import AppServer
from tests.browser.chat_page import ChatPage
from tests.scripted_gateway import ScriptedGateway
from tests.scripted_gateway.models import able

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def gateway() -> Iterator[ScriptedGateway]:
    """A gateway with a thousand models."""
    with ScriptedGateway(["claude-a", "gpt-b", *(f"qwen-{number:03}" for number in range(998))]) as running:
        running.answer_chats(able(refuses=("image",)))
        yield running


@pytest.fixture(scope="module")
def server(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """An app of its own in front of it."""
    with AppServer(tmp_path_factory.mktemp("app") / "data", gateway.base_url) as running:
        yield running


def test_a_model_is_found_among_a_thousand_examined_and_taken_into_a_chat(chat: ChatPage) -> None:
    page = chat.page
    page.get_by_test_id("stPageLink").filter(has_text="Models").click()
    expect(page.get_by_text("1,000 of 1,000 models at")).to_be_visible()
    page.get_by_label("Search models").fill("b gpt")
    page.get_by_label("Search models").press("Enter")
    expect(page.get_by_text("1 of 1,000 models at")).to_be_visible()
    chat.wait_until_still()
    table = page.get_by_test_id("stDataFrame").locator(".dvn-scroller")
    table.click(position={"x": 15, "y": 50})
    expect(chat.keyed("model_details").get_by_role("heading")).to_have_text("gpt-b")
    chat.keyed("examine_model").get_by_role("button").click()
    expect(page.get_by_role("heading", name="Connection check")).to_be_visible()
    chat.wait_until_still()  # a click that meets the last moment of a run may be lost
    chat.keyed("examine").get_by_role("button").click()
    expect(page.get_by_text(re.compile("gpt-b was checked · .* passed"))).to_be_visible(timeout=60_000)
    expect(chat.keyed("checks")).to_contain_text("Choose another model to show images to.")
    page.get_by_test_id("stPageLink").filter(has_text="Models").click()
    expect(page.get_by_label("Search models")).to_have_value("b gpt")
    chat.wait_until_still()
    table.click(position={"x": 15, "y": 50})
    expect(chat.keyed("model_details")).to_contain_text("streaming")
    chat.keyed("use_model").get_by_role("button").click()
    expect(chat.welcome).to_be_visible()
    expect(page.get_by_role("button", name="Model: gpt-b")).to_be_visible()
