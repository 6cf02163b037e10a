"""Chromium, the app and a tab for it. A console error or a request to elsewhere fails the test.

Tests share the tab, and each loads the app into it. From the second time on the tab has the app's code
compiled, which saves three quarters of the work; the session on the server is a new one each time.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from tests.browser.chat_page import RUNS, ChatPage
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
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first draws pages and no window around them, which saves a process for each."""
ENGLISH = "en"
API_KEY = "sk-planted-0123456789abcdef"
"""The key that the app of all tests here is started with."""
ChromiumIn = Callable[[str], Browser]
OpenChat = Callable[..., ChatPage]
"""Opens the app as on another screen: `open_chat(width=390, height=844, scheme="dark")`."""

expect.set_options(timeout=SECONDS * 1000)


class Watch:
    """Notes what must not happen in a browser: errors in the console, requests that leave the app."""

    def __init__(self, context: BrowserContext) -> None:
        self.complaints: list[str] = []
        self._own: tuple[str, ...] = ()
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on("request", self._on_request)
        context.on("page", self._on_page)

    def begin(self, url: str) -> None:
        """Forget what was noted; from here on the app is at `url`."""
        self.complaints.clear()
        self._own = (url, url.replace("http", "ws", 1), "data:", "blob:")

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


def prepare(context: BrowserContext) -> None:
    """Have a context wait as long as all tests here do, and its pages tell which runs they wait for."""
    context.set_default_timeout(SECONDS * 1000)
    context.add_init_script(path=RUNS)


def launch(playwright: Playwright, language: str = ENGLISH) -> Browser:
    """Start the machine's own Chromium, else Playwright's, for somebody who reads this language.

    The `locale` of a context would not do: Chromium does not ask for it in the handshake of a websocket.
    """
    found = (shutil.which(name) for name in BROWSERS)
    return playwright.chromium.launch(
        executable_path=next(filter(None, found), None), args=(*QUIET, f"--accept-lang={language}")
    )


@pytest.fixture(scope="package")
def chromium_in() -> Iterator[ChromiumIn]:
    """Gives a running Chromium by its language, one for all tests here.

    No longer than that: Playwright holds the thread's event loop, and other tests need theirs.
    """
    with sync_playwright() as playwright:
        running: dict[str, Browser] = {}

        def found(language: str) -> Browser:
            if language not in running:
                running[language] = launch(playwright, language)
            return running[language]

        yield found
        for browser in running.values():
            browser.close()


@pytest.fixture(scope="package")
def chromium(chromium_in: ChromiumIn) -> Browser:
    """The one in English."""
    return chromium_in(ENGLISH)


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


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of a browser profile, and who watches both."""

    page: Page
    watch: Watch


@pytest.fixture(scope="package")
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    """The browser profile of all tests here: what it has loaded it need not load again."""
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    prepare(context)
    yield context
    context.close()


@pytest.fixture(scope="package")
def watch(profile: BrowserContext) -> Watch:
    """Who watches it."""
    return Watch(profile)


@pytest.fixture
def tab(profile: BrowserContext, watch: Watch) -> Iterator[Tab]:
    """A tab of its own for each test: a tab keeps what is typed in it."""
    yield Tab(profile.new_page(), watch)
    for page in profile.pages:
        page.close()


@pytest.fixture
def open_chat(tab: Tab, server: AppServer) -> Iterator[OpenChat]:
    """Loads the app into the tab, and looks at the end at what the browser had to complain."""
    page, watch = tab.page, tab.watch

    def open_(
        *, width: int = 1280, height: int = 800, scheme: Literal["light", "dark"] = "light"
    ) -> ChatPage:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        return ChatPage.load(page, server.url)

    watch.begin(server.url)
    yield open_
    for other in page.context.pages:
        if other is not page:
            other.close()
    page.goto("about:blank")
    assert watch.complaints == []


@pytest.fixture
def chat(open_chat: OpenChat) -> ChatPage:
    """The app on a desktop screen, in the light theme."""
    return open_chat()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A page of a new profile, on a screen that is touched."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    prepare(context)
    yield context.new_page()
    context.close()
