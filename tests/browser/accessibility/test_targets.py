"""Everything that can be clicked can be hit with a finger on a phone; `test_accessibility` takes a mouse."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.browser.accessibility.targets import small_targets
from tests.browser.chat_page import FITS, ChatPage
from tests.browser.conftest import API_KEY
from tests.scripted_gateway import ScriptedGateway, stream

pytestmark = pytest.mark.browser

QUESTION = "Show me what can be hit"
ANSWER = "Text with [a link](https://example.com).\n\n```python\nprint('code')\n```\n"


class Finger:
    """Goes through the app on a phone and notes what it may miss."""

    def __init__(self, chat: ChatPage) -> None:
        self.chat, self.page = chat, chat.page
        self.missed: dict[str, list[str]] = {}

    def look(self, where: str) -> None:
        self.chat.wait_until_still()
        if small := small_targets(self.page):
            self.missed[where] = small

    def click(self, key: str, entry: str = "") -> None:
        self.chat.keyed(key).last.get_by_role("button").first.click()
        if entry:
            self.page.get_by_role("menuitem", name=entry).click()

    def look_at_dialog(self, where: str) -> None:
        expect(self.chat.dialog).to_be_visible()
        self.look(where)
        self.chat.leave_dialog()

    def open_sidebar(self) -> None:
        self.page.get_by_test_id("stExpandSidebarButton").click()
        expect(self.chat.keyed("new_chat")).to_be_in_viewport(ratio=1)

    def open_page(self, path: str, key: str) -> None:
        self.open_sidebar()
        self.page.locator(f'.st-key-pages a[href="{path}"]').click()
        expect(self.chat.keyed(key).first).to_be_visible()


@pytest.fixture(scope="module")
def fresh(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """An app in which nobody has chosen anything yet: what is chosen takes room."""
    data_dir = tmp_path_factory.mktemp("targets") / "data"
    with AppServer(data_dir, gateway.base_url, KKIAI_API_KEY=API_KEY, CHAT_SHARING="on") as running:
        yield running


@pytest.fixture
def finger(phone: Page, fresh: AppServer, gateway: ScriptedGateway) -> Finger:
    gateway.when(QUESTION, stream(ANSWER))
    return Finger(ChatPage.load(phone, fresh.url))


def test_everything_in_a_chat_can_be_hit(finger: Finger) -> None:
    chat, page = finger.chat, finger.page
    finger.look("welcome")
    finger.click("parameters")
    expect(page.get_by_label("Seed", exact=True)).to_be_visible()
    finger.look("parameters")
    page.get_by_label("Seed", exact=True).fill("7")
    page.keyboard.press("Escape")
    expect(chat.keyed("set-")).to_have_count(1)
    chat.picker().click()
    expect(chat.offered.first).to_be_visible()
    finger.look("models")
    page.keyboard.press("Escape")
    chat.ask_and_wait(QUESTION)
    finger.look("an answer")
    assert page.evaluate(FITS)
    finger.click("conversation_menu")
    expect(page.get_by_role("menuitem").first).to_be_visible()
    finger.look("a menu")
    page.get_by_role("menuitem", name="Rename").click()
    finger.look_at_dialog("rename")
    for entry in ("Export", "Inspect"):
        finger.click("conversation_menu", entry)
        finger.look_at_dialog(entry)
    finger.click("open_usage")
    finger.look_at_dialog("usage")
    finger.open_sidebar()
    finger.look("sidebar")
    finger.click("open_settings")
    for section in chat.keyed("settings_section").get_by_role("radio").all():
        section.click()
        finger.look(f"settings: {section.inner_text()}")
    assert finger.missed == {}


def test_everything_on_the_other_pages_can_be_hit(finger: Finger) -> None:
    chat = finger.chat
    finger.open_page("compare", "cell-")
    finger.look("compare")
    chat.box.fill(QUESTION)
    chat.box.press("Enter")
    expect(chat.keyed("keep").get_by_role("button")).to_be_enabled()
    finger.look("compared")
    finger.open_page("decks", "new_deck")
    finger.look("prompt sets")
    finger.open_sidebar()
    chat.keyed("new_deck").first.get_by_role("button").click()
    expect(chat.keyed("deckprompt-")).to_have_count(1)
    finger.look("a prompt set")
    finger.open_page("recordings", "recording-")
    finger.look("recordings")
    finger.click("recording-")
    expect(chat.keyed("replay_title")).to_be_visible()
    finger.look("a recording")
    finger.open_page("models", "models-")
    finger.look("models")
    finger.open_page("doctor", "examine")
    finger.look("connection check")
    assert finger.missed == {}
