"""What is typed and not sent: it outlives the page, for whoever typed it."""

import contextlib
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_server import AppServer
from tests.browser.chat.test_files import expect_drawn, photo
from tests.browser.chat_page import ChatPage
from tests.browser.profiles import Profiles, profiles, sign_in
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.server.accounts import EMAIL, OTHER, add_account

pytestmark = pytest.mark.browser

PASTE = """(box, text) => {
  const setter = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
  setter.call(box, box.value + text);
  box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
}"""
"""JavaScript: as a person pastes a text; key by key it would take long."""
TYPED_AT_ONCE = """() => {
  const watch = new MutationObserver(() => {
    const box = document.querySelector("textarea[data-testid=stChatInputTextArea]");
    if (!box) return;
    watch.disconnect();
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, "and more");
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  watch.observe(document, { childList: true, subtree: true });
}"""
"""JavaScript: types as soon as there is a box."""
STORED = "() => Object.values(sessionStorage).join()"
"""JavaScript: all that this tab's pages keep for one another."""


def test_a_reload_loses_no_text_that_is_typed_and_puts_back_none_that_was_sent(chat: ChatPage) -> None:
    chat.ask_and_wait("tokens=3 for the first")
    chat.box.fill("To the first, one day")
    chat.new_chat()
    chat.box.fill("To a new one")
    chat.reload()
    expect(chat.box).to_have_value("To a new one")
    chat.box.press("Enter")
    expect(chat.footer).to_be_visible()
    chat.reload()
    expect(chat.box).to_have_value("")
    chat.open_conversation("tokens=3 for the first")
    expect(chat.box).to_have_value("To the first, one day")
    chat.box.fill("")
    chat.reload()
    expect(chat.box).to_have_value("")


def test_a_tab_keeps_what_is_typed_while_one_types_but_not_for_a_temporary_chat(chat: ChatPage) -> None:
    chat.box.fill("Not yet done")
    chat.page.wait_for_function(f"() => ({STORED})().includes('Not yet done')")
    chat.box.fill("")
    chat.page.wait_for_function(f"() => !({STORED})()")
    chat.box.fill("Between us")
    chat.keyed("temporary").locator("label").click()
    chat.wait_until_still()
    expect(chat.box).to_have_value("Between us")
    chat.new_chat()
    expect(chat.box).to_have_value("")
    expect(chat.keyed("temporary").get_by_role("switch")).not_to_be_checked()
    chat.keyed("temporary").locator("label").click()
    expect(chat.box).to_have_value("Between us")
    chat.reload()
    expect(chat.box).to_have_value("")
    assert "Between us" not in chat.page.evaluate(STORED)


@pytest.fixture(scope="module")
def closed(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app with two accounts."""
    data_dir: Path = tmp_path_factory.mktemp("drafts") / "data"
    add_account(data_dir, EMAIL, "admin")
    add_account(data_dir, OTHER)
    with AppServer(data_dir, gateway.base_url, CHAT_SIGN_IN="password") as running:
        yield running


@pytest.fixture
def people(chromium: Browser, closed: AppServer) -> Iterator[Profiles]:
    with profiles(chromium, closed.url) as opened:
        yield opened


def signed_in(page: Page, email: str) -> ChatPage:
    sign_in(page, email)
    chat = ChatPage(page)
    chat.wait_until_ready()
    return chat


def test_what_somebody_typed_is_there_after_they_have_signed_in_again_and_for_nobody_else(
    people: Profiles,
) -> None:
    here, there = people.open("/"), people.open("/")
    chat, other = signed_in(here, EMAIL), signed_in(there, EMAIL)
    chat.box.fill("Nearly done")
    other.open_settings("Account")
    other.dialog.get_by_role("button", name="Sign out everywhere else").click()
    expect(here).to_have_url(re.compile(r"/sign-in\?ended=1&next="))
    chat = signed_in(here, EMAIL)
    expect(chat.box).to_have_value("Nearly done")

    here.context.clear_cookies()
    here.reload()
    chat = signed_in(here, OTHER)
    chat.wait_until_still()
    expect(chat.box).to_have_value("")
    assert here.evaluate(STORED) == ""

    chat.box.fill("Mine alone")
    chat.open_settings("Account")
    here.locator(".st-key-sign_out button").click()
    expect(here).to_have_url(re.compile(r"/sign-in\?ended=1&next="))
    assert here.evaluate(STORED) == ""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A page, and the app it belongs to."""

    app: AppServer
    chat: ChatPage

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Have the server do nothing meanwhile; what it is told it hears afterwards."""
        os.kill(self.app.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.app.pid, signal.SIGCONT)


def test_what_was_sent_to_a_server_that_never_took_it_is_put_back(
    gateway: ScriptedGateway, chromium: Browser, tmp_path: Path
) -> None:
    with AppServer(tmp_path / "data", gateway.base_url) as app, profiles(chromium, app.url) as opened:
        page = opened.open("/")
        chat = ChatPage(page)
        chat.wait_until_ready()
        chat.wait_until_still()
        os.kill(app.pid, signal.SIGSTOP)
        chat.box.fill("Is anybody there?")
        chat.box.press("Enter")
        expect(chat.box).to_have_value("")
        page.goto("about:blank")
        app.kill()
        app.start()
        chat = ChatPage.load(page, app.url)
        expect(chat.box).to_have_value("Is anybody there?")


@pytest.fixture
def fresh(gateway: ScriptedGateway, chromium: Browser, tmp_path: Path) -> Iterator[Fresh]:
    """A page of an app of its own, which can be frozen."""
    with AppServer(tmp_path / "data", gateway.base_url) as app, profiles(chromium, app.url) as opened:
        chat = ChatPage(opened.open("/"))
        chat.wait_until_ready()
        chat.wait_until_still()
        yield Fresh(app, chat)


def test_what_a_busy_server_took_before_the_page_was_loaded_again_is_not_put_back(fresh: Fresh) -> None:
    chat = fresh.chat
    chat.box.fill("tokens=3 taken")
    with chat.page.expect_navigation(), fresh.frozen():
        chat.box.press("Enter")
        expect(chat.box).to_have_value("")
        chat.page.evaluate("() => void setTimeout(() => location.reload())")
    chat.wait_until_ready()
    expect(chat.conversations.filter(has_text="taken")).to_have_count(1)
    chat.page.wait_for_function(f"() => !({STORED})()")
    expect(chat.box).to_have_value("")


def test_a_second_message_waits_until_the_first_has_arrived(fresh: Fresh) -> None:
    chat = fresh.chat
    chat.box.fill("tokens=3 first")
    with fresh.frozen():
        chat.box.press("Enter")
        expect(chat.box).to_have_value("")
        chat.box.fill("tokens=3 second")
        chat.box.press("Enter")
    expect(chat.footer).to_be_visible()
    expect(chat.box).to_have_value("tokens=3 second")
    chat.box.press("Enter")
    expect(chat.questions).to_have_text(["tokens=3 first", "tokens=3 second"])


def test_a_message_waits_for_the_file_that_was_just_chosen_for_it(
    fresh: Fresh, gateway: ScriptedGateway
) -> None:
    chat = fresh.chat
    gateway.when("Which colour?", stream("Red."))
    chat.box.fill("Which colour?")
    with fresh.frozen():
        chat.choose(photo("red.png"))
        chat.box.press("Enter")
    expect(chat.file_chips).to_have_count(1)
    expect(chat.box).to_have_value("Which colour?")
    expect(chat.page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()
    chat.box.press("Enter")
    expect(chat.answer).to_contain_text("Red.")
    expect_drawn(chat.questions.last.locator("img"), 1)


def test_a_message_that_follows_a_button_at_once_is_not_taken_for_it(
    fresh: Fresh, gateway: ScriptedGateway
) -> None:
    chat, gate = fresh.chat, Gate()
    gateway.when("Twice", stream("One"))
    chat.ask_and_wait("Twice")
    gateway.when("Twice", stream("One ", "two", hold=gate, hold_after=1))
    chat.box.fill("And this")
    with fresh.frozen():
        chat.regenerate()
        chat.box.press("Enter")
        expect(chat.box).to_have_value("")
    expect(chat.box).to_have_value("And this")
    gate.open()


def test_what_is_sent_just_before_another_page_is_opened_is_not_put_back(fresh: Fresh) -> None:
    chat = fresh.chat
    chat.box.fill("tokens=3 and away")
    with fresh.frozen():
        chat.box.press("Enter")
        expect(chat.box).to_have_value("")
        chat.page.locator('.st-key-pages a[href="compare"]').click()
    chat.page.wait_for_url("**/compare**")
    chat.wait_until_still()
    chat.page.goto(fresh.app.url)
    expect(chat.conversations.filter(has_text="and away")).to_have_count(1)
    chat.wait_until_still()
    expect(chat.box).to_have_value("")


def test_a_text_that_is_too_long_is_not_taken_for_a_draft(chat: ChatPage) -> None:
    chat.box.fill("Before")
    chat.box.evaluate(PASTE, "x" * 200_001)
    expect(chat.page.get_by_test_id("stToastText")).to_contain_text("at most 200,000 characters")
    expect(chat.box).to_have_value("Before")
    chat.reload()
    expect(chat.box).to_have_value("Before")


def test_what_is_typed_while_the_page_loads_comes_after_what_is_kept(chat: ChatPage) -> None:
    chat.box.fill("Kept")
    chat.page.add_init_script(f"({TYPED_AT_ONCE})()")
    chat.reload()
    expect(chat.box).to_have_value("Kept\nand more")


def test_an_invitation_to_a_comparison_is_put_into_the_box_once(chat: ChatPage, server: AppServer) -> None:
    chat.page.goto(f"{server.url}/compare?models=model-a,model-b&prompt=Invited")
    expect(chat.box).to_have_value("Invited")
    for text in ("Invited", "Please: Invited", "Another", ""):
        chat.box.fill(text)
        chat.reload()
        chat.wait_until_still()
        expect(chat.box).to_have_value(text)
    chat.box.fill("Invited")
    chat.page.goto(f"{server.url}/compare?models=model-a,model-b&prompt=Welcome")
    expect(chat.box).to_have_value("Welcome")
