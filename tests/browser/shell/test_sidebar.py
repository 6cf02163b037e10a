"""The sidebar: what a row does, by mouse, keyboard and finger; the search; what stays in view."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from lib.app import DATABASE
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Role
from lib.domain.people.people import LOCAL
from lib.engine.sending import new_id
from lib.store import Store
from tests.app_server import ROOT, AppServer
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import OpenChat
from tests.scripted_gateway import ScriptedGateway

pytestmark = pytest.mark.browser

CHATS, MESSAGES = 70, 90
FOUND = "[...(CSS.highlights.get('found') ?? [])].map(String)"
FOCUSED = "document.activeElement.innerText"


def old_chat(number: int) -> Conversation:
    """A chat whose messages name it; one of each three is called as the others are."""
    at = datetime.now(UTC) - timedelta(days=number)
    title = "The same title" if number in (1, 2) else f"Chat {number}"
    chat = Conversation(new_id(), title, at, at, model="model-a")
    for place in range(MESSAGES if number == 3 else 2):
        before = "Words alone.\n\n" * 30 if (number, place) == (3, 11) else ""
        text = f"{before}**Words** of chat {number}, `place_{place}` " + "and so on " * 20
        role: Role = "assistant" if place % 2 else "user"
        added = Message(new_id(), chat.leaf_id, role, text, at)
        chat.messages[added.id], chat.leaf_id = added, added.id
    return chat


@pytest.fixture(scope="module")
def server(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """An app with more chats than are listed at once."""
    data_dir = tmp_path_factory.mktemp("sidebar") / "data"
    data_dir.mkdir(mode=0o700)
    store = Store(data_dir / DATABASE)
    store.of(LOCAL).conversations.take(map(old_chat, range(CHATS)))
    store.close()
    with AppServer(data_dir, gateway.base_url) as running:
        yield running


def row(chat: ChatPage, title: str) -> Locator:
    return chat.conversations.filter(has_text=re.compile(f"^{title}$"))


def test_a_row_is_renamed_in_two_clicks_and_deleted_in_two_and_one_brings_it_back(chat: ChatPage) -> None:
    row(chat, "Chat 5").click()
    expect(chat.title).to_have_text("Chat 5")
    before = chat.conversations.all_inner_texts()
    chat.choose_for("Chat 4", "Rename")
    expect(chat.dialog.get_by_label("Title")).to_be_focused()
    chat.leave_dialog()
    expect(row(chat, "Chat 4")).to_be_focused()
    chat.choose_for("Chat 4", "Rename")
    expect(chat.dialog.get_by_label("Title")).to_be_focused()
    chat.page.wait_for_function("() => getSelection().toString() === 'Chat 4'")
    chat.page.keyboard.type("Another name")
    chat.page.keyboard.press("Enter")
    expect(row(chat, "Another name")).to_be_focused()
    expect(chat.dialog).to_have_count(0)
    expect(chat.title).to_have_text("Chat 5")
    before = ["Another name" if title == "Chat 4" else title for title in before]
    assert chat.conversations.all_inner_texts() == before

    chat.choose_for("Chat 6", "Delete")
    expect(row(chat, "Chat 6")).to_have_count(0)
    expect(chat.page.locator(".row-title:focus")).to_have_count(1)
    chat.keyed("undo").get_by_role("button", name="Undo").click()
    expect(row(chat, "Chat 6")).to_have_count(1)
    assert chat.conversations.all_inner_texts() == before
    expect(chat.keyed("undo")).to_have_count(0)

    chat.choose_for("Chat 5", "Delete")
    expect(chat.welcome).to_be_visible()
    chat.keyed("undo").get_by_role("button", name="Undo").click()
    expect(chat.title).to_have_text("Chat 5")
    chat.choose_for("Chat 7", "Pin")
    expect(chat.page.get_by_role("region", name="Pinned").get_by_role("link")).to_have_text(["Chat 7"])
    expect(row(chat, "Chat 7")).to_be_focused()
    chat.choose_for("Chat 7", "Unpin")
    expect(chat.page.get_by_role("region", name="Pinned")).to_have_count(0)
    expect(row(chat, "Chat 7")).to_be_focused()
    assert chat.conversations.all_inner_texts() == before


def test_the_list_is_walked_with_the_keyboard(chat: ChatPage) -> None:
    page = chat.page
    row(chat, "Chat 8").click()
    expect(row(chat, "Chat 8")).to_have_attribute("aria-current", "page")
    expect(chat.title).to_have_text("Chat 8")
    expect(page).to_have_url(re.compile(r"\?c="))
    chat.wait_until_still()
    address = page.url
    row(chat, "Chat 8").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(FOCUSED) == "Chat 10"
    expect(row(chat, "Chat 8")).to_have_attribute("aria-current", "page")
    assert page.url == address
    expect(chat.page.locator('.row-title[tabindex="0"]')).to_have_text(["Chat 10"])
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menu")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Rename")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
    assert page.evaluate(FOCUSED) == "Chat 10"
    page.keyboard.press("Enter")
    expect(chat.title).to_have_text("Chat 10")
    expect(row(chat, "Chat 10")).to_have_attribute("aria-current", "page")
    chat.wait_until_still()
    assert page.evaluate(FOCUSED) == "Chat 10"
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Menu of “Chat 10”")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(row(chat, "Chat 10")).to_have_count(0)
    chat.wait_until_still()
    assert page.evaluate(FOCUSED) == "Chat 11"
    chat.keyed("undo").get_by_role("button", name="Undo").click()
    expect(row(chat, "Chat 10")).to_have_count(1)


def test_equal_titles_are_different_chats(chat: ChatPage) -> None:
    for place, number in ((0, 1), (1, 2)):
        row(chat, "The same title").nth(place).click()
        expect(chat.answer).to_contain_text(f"Words of chat {number},")
        expect(chat.page.locator(".row-title[aria-current]")).to_have_count(1)


def test_scrolling_to_the_end_lists_more_and_the_pages_stay_in_view(chat: ChatPage) -> None:
    expect(chat.conversations).to_have_count(60)
    chat.conversations.last.scroll_into_view_if_needed()
    chat.page.locator(".row-groups").evaluate("list => (list.scrollTop = list.scrollHeight)")
    expect(chat.conversations).to_have_count(CHATS)
    for name in ("Compare", "Connection check"):
        expect(chat.page.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
    expect(chat.keyed("open_settings")).to_be_in_viewport(ratio=1)


def until(condition: str) -> str:
    """JavaScript that waits for a condition; the page's policy forbids Playwright's own way, an `eval`."""
    look = f"const look = () => {condition} ? done() : requestAnimationFrame(look);"
    return f"new Promise(done => {{ {look} look(); }})"


def test_what_is_found_while_typing_is_shown_in_its_message(chat: ChatPage) -> None:
    page, field = chat.page, chat.page.get_by_role("searchbox", name="Search all chats")
    chat.wait_until_still()
    field.press_sequentially("words place_11")
    hits = page.get_by_role("region", name="Found").get_by_role("link")
    expect(hits).to_have_count(1)
    expect(hits.first).to_contain_text("…Words of chat 3, place_11")
    expect(hits.locator("mark").first).to_have_text(re.compile("words", re.IGNORECASE))
    hits.first.click()
    expect(chat.title).to_have_text("Chat 3")
    page.evaluate(until(f"{FOUND}.join() === 'Words,place_11'"))
    code = page.locator("code").get_by_text("place_11", exact=True)
    expect(code).to_be_in_viewport()
    chat.wait_until_still()
    expect(code).to_be_in_viewport()
    field.press("Escape")
    expect(field).to_have_value("")
    expect(row(chat, "Chat 3")).to_have_attribute("aria-current", "page")
    row(chat, "Chat 12").click()
    expect(chat.title).to_have_text("Chat 12")
    page.evaluate(until(f"{FOUND}.length === 0"))
    field.fill("no such word at all")
    expect(page.get_by_text("Nothing found.")).to_be_visible()


def test_the_sidebar_of_a_phone_closes_after_a_choice(open_chat: OpenChat) -> None:
    chat = open_chat(width=390, height=844)
    page, sidebar = chat.page, chat.page.get_by_test_id("stSidebar")

    def open_sidebar() -> None:
        page.get_by_test_id("stExpandSidebarButton").click()
        expect(sidebar).to_have_attribute("data-collapsed", "false")

    open_sidebar()
    row(chat, "Chat 13").click()
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    expect(chat.title).to_have_text("Chat 13")
    expect(chat.title).to_be_in_viewport()
    bar = chat.keyed("top_bar")
    expect(bar.get_by_role("button")).to_be_in_viewport()
    open_sidebar()
    page.get_by_role("link", name="Models").click()
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    expect(bar).to_contain_text("Models")
    bar.get_by_role("button").last.click()
    expect(chat.welcome).to_be_visible()
    open_sidebar()
    chat.keyed("open_settings").get_by_role("button").click()
    expect(chat.dialog).to_be_visible()
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    chat.leave_dialog()
    open_sidebar()
    chat.reload()
    expect(sidebar).to_have_attribute("data-collapsed", "true")


def test_the_sidebar_of_a_phone_is_closed_at_first(phone: Page, server: AppServer) -> None:
    chat, sidebar = ChatPage.load(phone, server.url), phone.get_by_test_id("stSidebar")
    phone.get_by_test_id("stExpandSidebarButton").click()
    expect(sidebar).to_have_attribute("data-collapsed", "false")
    chat.reload()
    expect(sidebar).to_have_attribute("data-collapsed", "true")


ELSEWHERE = ("admin", "shared", "chat")
"""Pages that are not there where nobody signs in, and the chat, whose address is empty."""
PAGES = sorted({"", *(file.stem for file in (ROOT / "pages").glob("*.py"))}.difference(ELSEWHERE))


@pytest.mark.parametrize("name", PAGES)
def test_a_deep_link_leaves_the_console_empty(name: str, server: AppServer, chromium: Browser) -> None:
    context = chromium.new_context()
    page, complaints = context.new_page(), list[str]()

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/{name}")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    wait_for_title(page)
    assert complaints == []
    context.close()


def wait_for_title(page: Page) -> None:
    """Wait until the tab is called after the page and the app."""
    expect(page).to_have_title(re.compile(r"^.+ · SynStar Chat$"))
