"""Everybody can use it: axe-core over all pages, small screens, languages, what can be hit."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import ConsoleMessage, Error, Page, expect

from tests.app_server import AppServer
from tests.browser.accessibility.axe import SIDEBAR, Finding, findings
from tests.browser.accessibility.targets import small_targets
from tests.browser.accessibility.test_pseudo import ADMIN, MEMBER, check, choose_row, furnish, unfold
from tests.browser.chat_page import FITS, ChatPage
from tests.browser.conftest import API_KEY, ChromiumIn, prepare
from tests.scripted_gateway import Gate, ScriptedGateway, error, stream
from tests.scripted_gateway.models import able
from tests.server.accounts import PASSWORD, add_account

pytestmark = pytest.mark.browser

RICH = """## A heading

Text with `inline code`, [a link](https://example.com) and $a^2$.

> quoted

| a column | another |
|---|---|
| first | second |

```python
# a comment
@decorator
class Thing(Base):
    def f(self, x: int) -> str:
        return f"{x}" + 'text' if x > 3.5 else None  # a line that goes on and on to the right
```

```html
<!-- a comment --><a href="x" hidden>y</a>
```

```json
{"key": [1, true, null, "text"]}
```
"""
DIALOG = "[role=dialog]"
ICON = '[aria-label$=" icon"]:not([aria-hidden=true])'
"""What a screen reader calls "check_circle icon"."""
WRITTEN = """() => [document.documentElement.lang, /(?<![*])[*]{2}(?![*])/.test(document.body.innerText)]"""
"""JavaScript: the language of the page, and whether the stars of bold text are seen on it."""
QUESTION, FAILING, HELD = "Show me everything", "Please fail", "Answer slowly"


@pytest.fixture(scope="module")
def held() -> Gate:
    return Gate()


@pytest.fixture(scope="module")
def gateway(held: Gate) -> Iterator[ScriptedGateway]:
    with ScriptedGateway(("model-a", "model-b")) as running:
        running.answer_chats(able(refuses=("stop",)))
        running.when(QUESTION, stream(*re.findall(r"\s*\S+", RICH), reasoning=("I think ", "about it.")))
        running.when(FAILING, error(503, {"error": {"message": "No available channel"}}))
        running.when(HELD, stream("One ", "two ", "three.", hold=held, hold_after=2))
        yield running


@pytest.fixture(scope="module")
def server(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """An app with something on every page."""
    data_dir = tmp_path_factory.mktemp("accessible") / "data"
    for email, role in ((ADMIN, "admin"), (MEMBER, "member")):
        add_account(data_dir, email, role)
    furnish(data_dir)
    variables = {"CHAT_SIGN_IN": "password", "CHAT_SHARING": "on", "CHAT_ADMIN_MAY_READ": "on"}
    with AppServer(data_dir, gateway.base_url, KKIAI_API_KEY=API_KEY, **variables) as running:
        yield running


class Walk:
    """Goes through the app and notes what axe and the console say. Buttons are found by their keys."""

    def __init__(self, page: Page, url: str, held: Gate, *, is_whole: bool) -> None:
        self.page, self.url, self.chat, self.is_whole = page, url, ChatPage(page), is_whole
        self.held = held
        self.findings: list[Finding] = []
        self.missed: dict[str, list[str]] = {}
        self.too_wide: list[str] = []
        self.asterisks: list[str] = []
        self.languages: set[str] = set()
        self.headings: dict[str, int] = {}

    def look(self, where: str, within: str = "html", without: str = "") -> None:
        """Note what is wrong with what is seen now, or with a part of it, and what a mouse may miss."""
        self.findings += findings(self.page, where, within=within, without=without, is_whole=self.is_whole)
        if self.is_whole and (small := small_targets(self.page)):
            self.missed[where] = small
        language, has_asterisks = self.page.evaluate(WRITTEN)
        self.languages.add(language)
        self.asterisks += [where] * has_asterisks

    def look_at_page(self, where: str) -> None:
        """Note that, how many headings of the first level there are, and whether it fits a small screen."""
        self.chat.wait_until_still()
        expect(self.page.locator(ICON)).to_have_count(0)
        self.look(where, without="" if where == "welcome" else SIDEBAR)
        self.headings[where] = self.page.locator("h1:visible").count()
        size = self.page.viewport_size
        assert size
        self.page.set_viewport_size({"width": 320, "height": 640})
        try:
            self.page.wait_for_function(FITS, timeout=3_000)  # a table takes its new size some frames later
        except Error:
            self.too_wide.append(where)
        self.chat.resize(size)

    def open(self, path: str, key: str) -> None:
        """Go to a page by its link in the sidebar; it is there when the element with this key is."""
        self.page.locator(f'.st-key-pages a[href="{path}"]').click()
        expect(self.chat.keyed(key).first).to_be_visible()

    def click(self, key: str, entry: int | None = None) -> None:
        self.chat.keyed(key).last.get_by_role("button").first.click()
        if entry is not None:
            self.page.get_by_role("menuitem").nth(entry).click()

    def look_at_dialog(self, where: str) -> None:
        expect(self.chat.dialog).to_be_visible()
        self.chat.wait_until_still()
        self.look(where, within=DIALOG)
        self.chat.leave_dialog()


def sign_in(page: Page) -> None:
    page.locator("input[type=email], input[name=email]").fill(ADMIN)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


def walk_chat(walk: Walk) -> None:
    page, chat = walk.page, walk.chat
    walk.look_at_page("welcome")
    chat.ask_and_wait(QUESTION)
    page.locator(".token").first.wait_for()
    walk.look_at_page("an answer")
    chat.picker().click()
    walk.look("models", without=SIDEBAR)
    page.keyboard.press("Escape")
    walk.click("parameters")
    walk.chat.wait_until_still()
    walk.look("parameters", without=SIDEBAR)
    page.keyboard.press("Escape")
    walk.click("edit-")
    expect(chat.keyed("editing-")).to_be_visible()
    walk.look("editing", without=SIDEBAR)
    page.keyboard.press("Escape")
    walk.click("conversation_menu")
    walk.look("a menu", within="[role=menu]")
    page.get_by_role("menuitem").first.click()
    walk.look_at_dialog("rename")
    walk.click("conversation_menu", 3)
    walk.look_at_dialog("inspector")
    walk.click("open_usage")
    walk.look_at_dialog("usage")
    walk.click("ios_share")
    walk.look_at_dialog("share")
    walk.click("open_settings")
    for number in range(4):
        chat.keyed("settings_section").get_by_role("radio").nth(number).click()
        chat.wait_until_still()
        walk.look(f"settings {number}", within=DIALOG)
    chat.leave_dialog()
    page.keyboard.press("Control+/")
    walk.look("shortcuts", within="dialog")
    page.keyboard.press("Escape")
    chat.ask_and_wait(FAILING)
    walk.look("an error", without=SIDEBAR)
    chat.ask(HELD)
    expect(chat.answer).to_contain_text("two")
    walk.look("an answer streams", without=SIDEBAR)
    walk.held.open()
    chat.wait_until_still()
    page.locator(".row-search").fill("inline")
    page.locator(".row-title mark").first.wait_for()
    walk.look("search", within=SIDEBAR)
    page.locator(".row-search").press("Escape")
    walk.open("compare", "cell-")
    walk.look_at_page("compare")
    chat.box.fill(QUESTION)
    chat.box.press("Enter")
    expect(chat.keyed("results").get_by_role("table")).to_be_visible()
    walk.look_at_page("compared")
    for path in ("present", "about", "password", "sign-out"):
        page.goto(f"{walk.url}/{path}")
        walk.look(path)


def walk_pages(walk: Walk) -> None:
    page, chat = walk.page, walk.chat
    walk.open("decks", "new_deck_here")
    walk.look_at_page("prompt sets")
    page.locator(".row-title").first.click()
    unfold(page)
    expect(chat.keyed("notes-").first).to_be_visible()
    walk.look_at_page("a prompt set")
    walk.open("recordings", "recording-")
    walk.look_at_page("recordings")
    walk.click("recording-")
    expect(chat.keyed("replay_title")).to_be_visible()
    walk.look_at_page("a recording")
    walk.open("models", "models-")
    choose_row(page)
    expect(chat.keyed("model_details")).to_be_visible()
    walk.look_at_page("models")
    walk.open("doctor", "examine")
    check(page)
    expect(chat.keyed("checks").get_by_role("img", name="Passed").first).to_be_visible()
    walk.look_at_page("connection check")
    walk.open("shared", "received-")
    walk.look_at_page("shared")


def walk_admin(walk: Walk) -> None:
    walk.open("admin", "people-")
    for section in walk.chat.keyed("admin_section").get_by_role("radio").all():
        section.click()
        walk.chat.wait_until_still()
        walk.look_at_page(f"admin: {section.inner_text()}")


Scheme = Literal["light", "dark"]
WALKS: list[tuple[Callable[[Walk], None], str, Scheme]] = [
    (walk_chat, "en", "light"),
    (walk_pages, "en", "light"),
    (walk_admin, "en", "light"),
    (walk_chat, "zh-Hans", "dark"),
]
"""`test_pseudo` looks at the other pages in another language and in the dark."""


@pytest.mark.parametrize(("part", "language", "scheme"), WALKS)
def test_axe_finds_nothing_of_ours_on_any_page_and_the_console_is_empty(
    part: Callable[[Walk], None],
    language: str,
    scheme: Scheme,
    chromium_in: ChromiumIn,
    server: AppServer,
    held: Gate,
) -> None:
    context = chromium_in(language).new_context(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": 1280, "height": 800}
    )
    prepare(context)
    page, complaints = context.new_page(), list[str]()

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{page.url}: {message.text}")

    context.on("console", note)
    context.on("weberror", lambda each: complaints.append(str(each.error)))
    page.goto(server.url)
    walk = Walk(page, server.url, held, is_whole=scheme == "light")
    walk.look("sign in")
    sign_in(page)
    walk.chat.wait_until_ready()
    part(walk)
    context.close()
    assert walk.findings == []
    assert walk.missed == {}
    assert walk.too_wide == []
    assert walk.asterisks == []
    assert walk.languages == {language}
    assert {where: count for where, count in walk.headings.items() if count != 1} == {}
    assert complaints == []


def test_an_admin_can_hit_everything_with_a_finger(phone: Page, server: AppServer) -> None:
    phone.goto(server.url)
    sign_in(phone)
    chat = ChatPage(phone)
    chat.wait_until_ready()
    phone.goto(f"{server.url}/admin?section=people")
    sections = chat.keyed("admin_section").get_by_role("radio")
    expect(sections.nth(5)).to_be_visible()
    missed = {}
    for section in sections.all():
        section.click()
        chat.wait_until_still()
        missed[section.inner_text()] = small_targets(phone)
    assert not any(missed.values()), missed
