"""Chromium, the app and tabs with it. A console error or a request to elsewhere fails the test.

Loading the app takes Chromium two seconds of work, more than most tests: they share one tab.
"""

import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.app_server import AppServer
from tests.browser.chat_page import ChatPage
from tests.scripted_gateway import ScriptedGateway

SECONDS = 15
"""How long anything on a page may take to appear."""
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
API_KEY = "sk-planted-0123456789abcdef"
"""The key that the app of all tests here is started with."""
OpenChat = Callable[..., ChatPage]
"""Opens the app in a browser of its own: `open_chat(width=390, height=844, scheme="dark")`."""

expect.set_options(timeout=SECONDS * 1000)


class Watch:
    """Notes what must not happen in a browser: errors in the console, requests that leave the app."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.complaints: list[str] = []
        self.url = url
        self._own = (url, url.replace("http", "ws", 1), "data:", "blob:")
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on("request", self._on_request)
        context.on("page", self._on_page)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        self._expect_own(request.url)

    def _on_page(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._expect_own(socket.url))

    def _expect_own(self, url: str) -> None:
        if not url.startswith(self._own):
            self.complaints.append(f"request to {url}")


def launch(playwright: Playwright) -> Browser:
    """Start the machine's own Chromium, else Playwright's."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return playwright.chromium.launch(executable_path=next(filter(None, found), None), args=QUIET)


def new_context(
    chromium: Browser,
    viewport: ViewportSize = DESKTOP,
    color_scheme: Literal["light", "dark"] = "light",
) -> BrowserContext:
    """A fresh browser profile."""
    context = chromium.new_context(
        viewport=viewport, color_scheme=color_scheme, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(SECONDS * 1000)
    return context


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A running Chromium for all tests here.

    No longer than that: Playwright holds the thread's event loop, and other tests need theirs.
    """
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def gateway() -> Iterator[ScriptedGateway]:
    """One scripted gateway for all tests here: each scripts what its own prompts are answered."""
    with ScriptedGateway() as running:
        yield running


@pytest.fixture(scope="package")
def server(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """One app for all tests here: each opens conversations of its own. It has a key and may share."""
    data_dir = tmp_path_factory.mktemp("app") / "data"
    with AppServer(data_dir, gateway.base_url, KKIAI_API_KEY=API_KEY, CHAT_SHARING="on") as running:
        yield running


class SharedTab:
    """A tab that one test after the other begins a new chat in."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._chat: ChatPage | None = None
        self._watch: Watch | None = None

    def new_chat(self, url: str) -> ChatPage:
        """The tab with a new chat, on a desktop screen in the light theme."""
        if self._chat and self._watch and self._watch.url == url:
            self._chat.page.set_viewport_size(DESKTOP)
            self._chat.start_over()
            return self._chat
        self.close()
        context = new_context(self._chromium)
        self._watch = Watch(context, url)
        self._chat = ChatPage.open(context, url)
        return self._chat

    def leave(self) -> list[str]:
        """Close what was opened beside it; returns what the browser had to complain about meanwhile."""
        assert self._chat
        assert self._watch
        for page in self._chat.page.context.pages:
            if page is not self._chat.page:
                page.close()
        complaints = list(self._watch.complaints)
        self._watch.complaints.clear()
        return complaints

    def close(self) -> None:
        """Let it go: the next test gets another one."""
        if self._chat:
            self._chat.page.context.close()
        self._chat = self._watch = None


@pytest.fixture(scope="package")
def shared_tab(chromium: Browser) -> Iterator[SharedTab]:
    """The tab of `chat`."""
    tab = SharedTab(chromium)
    yield tab
    tab.close()


@pytest.fixture
def chat(request: pytest.FixtureRequest, shared_tab: SharedTab, server: AppServer) -> Iterator[ChatPage]:
    """A new chat on a desktop screen, in the light theme, in a tab that tests share.

    What outlasts a conversation, as the model does, a test puts back as it was; or it takes `open_chat`.
    """
    failed = request.session.testsfailed
    try:
        chat = shared_tab.new_chat(server.url)
    except (AssertionError, Error):
        shared_tab.close()
        raise
    yield chat
    complaints = shared_tab.leave()
    if request.session.testsfailed > failed:
        shared_tab.close()  # nobody knows what it shows
    assert complaints == []


@pytest.fixture
def open_chat(chromium: Browser, server: AppServer) -> Iterator[OpenChat]:
    """Opens the app in a fresh browser profile; at the end, looks at what the browsers had to complain."""
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_(
        *, width: int = 1280, height: int = 800, scheme: Literal["light", "dark"] = "light"
    ) -> ChatPage:
        context = new_context(chromium, viewport={"width": width, "height": height}, color_scheme=scheme)
        opened.append((context, Watch(context, server.url)))
        return ChatPage.open(context, server.url)

    yield open_
    for context, _ in opened:
        context.close()
    assert [complaint for _, watch in opened for complaint in watch.complaints] == []
