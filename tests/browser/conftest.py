"""Chromium, the app and fresh pages of it. A console error or a request to elsewhere fails the test."""

import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
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
OpenChat = Callable[..., ChatPage]
"""Opens the app in a browser of its own: `open_chat(width=390, height=844, scheme="dark", path="/")`."""

expect.set_options(timeout=SECONDS * 1000)


class Watch:
    """Notes what must not happen in a browser: errors in the console, requests that leave the app."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.complaints: list[str] = []
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
    """One app for all tests here: each opens conversations of its own."""
    with AppServer(tmp_path_factory.mktemp("app") / "data", gateway.base_url) as running:
        yield running


@pytest.fixture
def open_chat(chromium: Browser, server: AppServer) -> Iterator[OpenChat]:
    """Opens the app in a fresh browser profile; at the end, looks at what the browsers had to complain."""
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_(
        *, width: int = 1280, height: int = 800, scheme: Literal["light", "dark"] = "light", path: str = "/"
    ) -> ChatPage:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(SECONDS * 1000)
        opened.append((context, Watch(context, server.url)))
        return ChatPage.open(context, server.url + path)

    yield open_
    for context, _ in opened:
        context.close()
    assert [complaint for _, watch in opened for complaint in watch.complaints] == []


@pytest.fixture
def chat(open_chat: OpenChat) -> ChatPage:
    """The app on a desktop screen, in the light theme."""
    return open_chat()
