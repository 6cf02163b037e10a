"""Everything that can be clicked can be hit, with a finger on a phone and with a mouse."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.app_server import AppServer
from tests.browser.accessibility.targets import small_targets
from tests.browser.chat_page import FITS, ChatPage
from tests.browser.conftest import API_KEY, SECONDS
from tests.patience import eventually
from tests.scripted_gateway import ScriptedGateway, stream

pytestmark = pytest.mark.browser

QUESTION = "Show me what can be hit"
ANSWER = "Text with [a link](https://example.com).\n\n```python\nprint('code')\n```\n"


class Hand:
    """Goes through the app with a finger or a mouse, and notes what it may miss."""

    def __init__(self, chat: ChatPage, *, has_touch: bool) -> None:
        self.chat, self.page, self.has_touch = chat, chat.page, has_touch
        self.missed: dict[str, list[str]] = {}

    def look(self, where: str) -> None:
        self.chat.wait_until_still()
        # What opens or moves covers something for a moment.
        if not eventually(lambda: not small_targets(self.page)):
            self.missed[where] = small_targets(self.page)

    def click(self, key: str, entry: str = "") -> None:
        self.chat.keyed(key).last.get_by_role("button").first.click()
        if entry:
            self.page.get_by_role("menuitem", name=entry).click()

    def look_at_dialog(self, where: str) -> None:
        expect(self.chat.dialog).to_be_visible()
        self.look(where)
        self.chat.leave_dialog()

    def open_sidebar(self) -> None:
        if self.has_touch:
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


@pytest.fixture(params=["finger", "mouse"])
def hand(
    request: pytest.FixtureRequest, chromium: Browser, fresh: AppServer, gateway: ScriptedGateway
) -> Iterator[Hand]:
    gateway.when(QUESTION, stream(ANSWER))
    has_touch = request.param == "finger"
    size = (390, 844) if has_touch else (1280, 800)
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        has_touch=has_touch,
        is_mobile=has_touch,
        reduced_motion="reduce",
    )
    context.set_default_timeout(SECONDS * 1000)
    yield Hand(ChatPage.open(context, fresh.url), has_touch=has_touch)
    context.close()


def test_everything_in_a_chat_can_be_hit(hand: Hand) -> None:
    chat, page = hand.chat, hand.page
    hand.look("welcome")
    hand.click("parameters")
    expect(page.get_by_label("Seed", exact=True)).to_be_visible()
    hand.look("parameters")
    page.get_by_label("Seed", exact=True).fill("7")
    page.keyboard.press("Escape")
    expect(chat.keyed("set-")).to_have_count(1)
    chat.picker().click()
    expect(chat.offered.first).to_be_visible()
    hand.look("models")
    page.keyboard.press("Escape")
    chat.ask_and_wait(QUESTION)
    hand.look("an answer")
    assert page.evaluate(FITS)
    hand.click("conversation_menu")
    expect(page.get_by_role("menuitem").first).to_be_visible()
    hand.look("a menu")
    page.get_by_role("menuitem", name="Rename").click()
    hand.look_at_dialog("rename")
    for entry in ("Export", "Inspect"):
        hand.click("conversation_menu", entry)
        hand.look_at_dialog(entry)
    hand.click("open_usage")
    hand.look_at_dialog("usage")
    hand.open_sidebar()
    hand.look("sidebar")
    hand.click("open_settings")
    for section in chat.keyed("settings_section").get_by_role("radio").all():
        section.click()
        hand.look(f"settings: {section.inner_text()}")
    assert hand.missed == {}


def test_everything_on_the_other_pages_can_be_hit(hand: Hand) -> None:
    chat = hand.chat
    hand.open_page("compare", "cell-")
    hand.look("compare")
    chat.box.fill(QUESTION)
    chat.box.press("Enter")
    expect(chat.keyed("keep").get_by_role("button")).to_be_enabled()
    hand.look("compared")
    hand.open_page("decks", "new_deck")
    hand.look("prompt sets")
    hand.open_sidebar()
    chat.keyed("new_deck").first.get_by_role("button").click()
    expect(chat.keyed("deckprompt-")).to_have_count(1)
    hand.look("a prompt set")
    hand.open_page("recordings", "recording-")
    hand.look("recordings")
    hand.click("recording-")
    expect(chat.keyed("replay_title")).to_be_visible()
    hand.look("a recording")
    hand.open_page("models", "models-")
    hand.look("models")
    hand.open_page("doctor", "examine")
    hand.look("connection check")
    assert hand.missed == {}
