"""The app below a path in a real browser, and a page whose proxy leads it to another process."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.app_server import AppServer
from tests.browser.chat.test_files import expect_drawn, photo
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import Tab
from tests.scripted_gateway import ScriptedGateway, stream

pytestmark = pytest.mark.browser

BASE = "/team/chat"


@pytest.fixture(scope="module")
def server(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    data_dir = tmp_path_factory.mktemp("below") / "data"
    with AppServer(data_dir, gateway.base_url, CHAT_BASE_PATH=BASE) as running:
        running.url += BASE
        yield running


@pytest.fixture(scope="module")
def other(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """A process that knows nothing of the pages of `server`."""
    data_dir = tmp_path_factory.mktemp("other") / "data"
    with AppServer(data_dir, gateway.base_url, CHAT_BASE_PATH=BASE) as running:
        yield running


def misled(page: Page, pattern: str, elsewhere: AppServer, times: int) -> list[str]:
    """Have the first requests like this answered by another process; the list grows as it does."""
    led: list[str] = []

    def lead(route: Route) -> None:
        path = urlsplit(route.request.url).path
        led.append(path)
        headers = {**route.request.headers, "host": f"127.0.0.1:{elsewhere.port}", "origin": elsewhere.url}
        answer = route.fetch(url=f"{elsewhere.url}{path}", headers=headers)
        route.fulfill(response=answer)

    page.route(re.compile(pattern), lead, times=times)
    return led


def test_pages_components_links_and_files_are_found_below_the_path(
    gateway: ScriptedGateway, chat: ChatPage
) -> None:
    page = chat.page
    expect(page).to_have_url(re.compile(rf"{BASE}/$"))
    chat.wait_until_still()  # a click that meets the last moment of a run may be lost
    page.get_by_test_id("stPageLink").filter(has_text="Models").click()
    expect(page).to_have_url(re.compile(rf"{BASE}/models$"))
    page.reload()
    expect(page.get_by_label("Search models")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(rf"{BASE}/$"))
    gateway.when("What is below?", stream("A square."))
    chat.wait_until_ready()
    chat.attach(photo("red.png"))
    chat.box.fill("What is below?")
    expect(page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()
    chat.box.press("Enter")
    expect(chat.answer).to_contain_text("A square.")
    expect_drawn(chat.questions.last.locator("img"), 1)
    expect(page).to_have_url(re.compile(rf"{BASE}/\?c=\w+"))
    chat.reload()
    expect(chat.answer).to_contain_text("A square.")
    page.get_by_role("searchbox", name="Search all chats").fill("below")
    expect(page.get_by_role("heading", name="Found")).to_be_visible()


def test_a_page_that_is_led_to_another_process_says_so_and_recovers(
    gateway: ScriptedGateway, server: AppServer, other: AppServer, tab: Tab
) -> None:
    page = tab.page
    chat = ChatPage.load(page, server.url)
    gateway.when("Which colour?", stream("Red."))
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    chat.box.fill("Which colour?")
    led = misled(page, "/_stcore/upload_file/", other, times=1)
    red: FilePayload = photo("red.png")
    with page.expect_websocket():
        chat.attach(red)
    expect(page.get_by_text("This page was with another process of the server")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED")
    assert (len(led), len(sockets)) == (1, 1), "it has connected again"
    expect(chat.box).to_have_value("Which colour?")
    chat.attach(red)
    led = misled(page, "/media/", other, times=2)
    expect(page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()
    chat.box.press("Enter")
    expect(chat.answer).to_contain_text("Red.")
    expect_drawn(chat.questions.last.locator("img"), 1)
    assert led
    page.goto("about:blank")
    tab.watch.complaints.clear()


def test_an_image_whose_connection_broke_is_asked_for_again(
    gateway: ScriptedGateway, server: AppServer, tab: Tab
) -> None:
    chat = ChatPage.load(tab.page, server.url)
    gateway.when("Which shape?", stream("A square."))
    chat.box.fill("Which shape?")
    chat.attach(photo("red.png"))
    expect(tab.page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()
    tab.page.route(re.compile("/media/"), lambda route: route.abort("connectionreset"), times=2)
    chat.box.press("Enter")
    expect(chat.answer).to_contain_text("A square.")
    expect_drawn(chat.questions.last.locator("img"), 1)
    tab.page.goto("about:blank")
    tab.watch.complaints.clear()
