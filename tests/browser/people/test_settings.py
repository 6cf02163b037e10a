"""The settings: each takes effect at once, and lasts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.app_server import AppServer
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import API_KEY
from tests.scripted_gateway import ScriptedGateway

pytestmark = pytest.mark.browser

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(21, 24, 29)"


@pytest.fixture(scope="module")
def server(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """An app of its own: what is chosen here holds for its one person."""
    folder = tmp_path_factory.mktemp("settings")
    with AppServer(folder / "data", gateway.base_url, KKIAI_API_KEY=API_KEY) as running:
        yield running


def test_the_theme_is_switched_without_leaving_the_page_and_holds_on_every_page(chat: ChatPage) -> None:
    page, paper = chat.page, chat.page.get_by_test_id("stApp")
    page.evaluate("window.sameDocument = true")
    expect(paper).to_have_css("background-color", LIGHT)
    chat.open_settings()
    chat.dialog.get_by_role("radio", name="Dark").check()
    expect(paper).to_have_css("background-color", DARK)
    assert page.evaluate("window.sameDocument")
    assert "synstar_theme=dark" in page.evaluate("document.cookie")
    chat.leave_dialog()
    chat.reload()
    expect(paper).to_have_css("background-color", DARK)
    page.goto(page.url.partition("?")[0] + "models")
    expect(paper).to_have_css("background-color", DARK)
    chat.open_settings()
    expect(chat.dialog.get_by_role("radio", name="Dark")).to_be_checked()
    chat.dialog.get_by_role("radio", name="Light").check()
    expect(paper).to_have_css("background-color", LIGHT)
    page.emulate_media(color_scheme="dark")
    expect(paper).to_have_css("background-color", LIGHT)
    chat.dialog.get_by_role("radio", name="As the system").check()
    assert "synstar_theme" not in page.evaluate("document.cookie")
    expect(paper).to_have_css("background-color", DARK)
    page.emulate_media(color_scheme="light")
    expect(paper).to_have_css("background-color", LIGHT)


def test_the_language_is_the_pages_and_lasts(chat: ChatPage) -> None:
    page, root = chat.page, chat.page.locator("html")
    expect(root).to_have_attribute("lang", "en")
    chat.keyed("open_settings").get_by_role("button").click()
    field = chat.dialog.get_by_role("combobox", name="Language")
    expect(field).to_be_focused()
    field.click()
    expect(page.get_by_role("option")).to_have_text(["As the browser asks for", "English", "中文 (简体)"])
    page.get_by_role("option", name="中文").click()
    expect(root).to_have_attribute("lang", "zh-Hans")
    chat.reload()
    expect(root).to_have_attribute("lang", "zh-Hans")
    chat.keyed("open_settings").get_by_role("button").click()
    chat.keyed("language").get_by_role("combobox").click()
    page.get_by_role("option").first.click()
    expect(root).to_have_attribute("lang", "en")


def test_text_grows_and_stays_so(chat: ChatPage) -> None:
    root = chat.page.locator("html")
    expect(root).to_have_css("font-size", "15px")
    chat.open_settings()
    chat.dialog.get_by_role("radio", name="Largest").click()
    expect(root).to_have_css("font-size", "20px")
    expect(chat.dialog).to_be_visible()
    chat.leave_dialog()
    chat.reload()
    expect(root).to_have_css("font-size", "20px")
    chat.open_settings()
    expect(chat.dialog.get_by_role("radio", name="Largest")).to_be_checked()
    chat.dialog.get_by_role("radio", name="Normal").click()
    expect(root).to_have_css("font-size", "15px")


def test_what_sends_a_message_lasts(chat: ChatPage) -> None:
    chat.open_settings()
    expect(chat.dialog.get_by_role("radio", name="Enter", exact=True)).to_be_checked()
    chat.dialog.get_by_role("radio", name="Ctrl+Enter").click()
    chat.wait_until_still()
    chat.leave_dialog()
    chat.reload()
    chat.open_settings()
    expect(chat.dialog.get_by_role("radio", name="Ctrl+Enter")).to_be_checked()
    chat.dialog.get_by_role("radio", name="Enter", exact=True).click()
    chat.wait_until_still()


def test_a_key_is_added_and_taken_back(chat: ChatPage, gateway: ScriptedGateway) -> None:
    chat.open_settings("API key")
    field = chat.dialog.get_by_label("API key", exact=True)
    field.fill("sk-two words")
    field.press("Enter")
    expect(chat.dialog.get_by_test_id("stAlertContentError")).to_contain_text("This key has a space inside")
    field.fill("sk-of-a-visitor")
    field.press("Enter")
    expect(chat.dialog).to_have_count(0)
    assert asked_with(chat, gateway, "With mine") == "Bearer sk-of-a-visitor"
    chat.open_settings("API key")
    chat.dialog.get_by_role("button", name="Remove this key").click()
    expect(chat.dialog).to_have_count(0)
    assert asked_with(chat, gateway, "With yours") == f"Bearer {API_KEY}"
    chat.open_settings("API key")
    expect(chat.dialog.get_by_role("button", name="Remove this key")).to_have_count(0)


def asked_with(chat: ChatPage, gateway: ScriptedGateway, question: str) -> str:
    """Ask; returns the key that the question came with."""
    chat.ask_and_wait(question)
    [asked] = [request for request in gateway.chats if request.prompt == question]
    return asked.headers["authorization"]


def test_a_chat_is_deleted_for_good_after_a_question(chat: ChatPage) -> None:
    chat.ask_and_wait("tokens=3 for the bin")
    chat.delete()
    expect(chat.welcome).to_be_visible()
    chat.open_settings("Deleted chats")
    deleted = chat.keyed("deleted-").filter(has_text="for the bin")
    deleted.get_by_role("button", name="Delete permanently").click()
    expect(deleted).to_contain_text("permanently?")
    deleted.get_by_role("button", name="Cancel").click()
    deleted.get_by_role("button", name="Delete permanently").click()
    red = deleted.get_by_role("button", name="Delete", exact=True)
    assert is_red(red)
    red.click()
    expect(deleted).to_have_count(0)


def is_red(button: Locator) -> bool:
    """Whether a button's colour is mostly red."""
    paint = """(button) => {
        const brush = document.createElement("canvas").getContext("2d");
        brush.fillStyle = getComputedStyle(button).color;
        brush.fillRect(0, 0, 1, 1);
        return [...brush.getImageData(0, 0, 1, 1).data];
    }"""
    red, green, blue, _ = button.evaluate(paint)
    return bool(red > 2 * max(green, blue))
