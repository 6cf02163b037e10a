"""Signing in, as a person does it in a browser: forms, cookies, and being led out again."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.app_server import AppServer
from tests.browser.chat_page import ChatPage
from tests.browser.profiles import Profiles, profiles, sign_in
from tests.command_line import process
from tests.scripted_gateway import ScriptedGateway, stream
from tests.server.accounts import EMAIL, OTHER, PASSWORD, add_account

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def closed(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app with accounts, and nobody in it yet."""
    data_dir = tmp_path_factory.mktemp("closed") / "data"
    with AppServer(data_dir, gateway.base_url, CHAT_SIGN_IN="password") as running:
        yield running


@pytest.fixture
def people(chromium: Browser, closed: AppServer) -> Iterator[Profiles]:
    with profiles(chromium, closed.url) as opened:
        yield opened


def test_the_first_admin_comes_in_by_the_link_and_is_led_out_everywhere(
    closed: AppServer, gateway: ScriptedGateway, people: Profiles
) -> None:
    gateway.when("Who am I?", stream("The first one here."))
    found = re.search(r"/invite/[\w-]+", closed.log)
    assert found
    here, there = people.open(found[0]), people.open()
    expect(here.get_by_label("E-mail")).to_be_focused()
    here.get_by_label("E-mail").fill(EMAIL)
    here.get_by_label("Password", exact=True).fill(PASSWORD)
    here.get_by_label("Password, once more").fill(PASSWORD)
    here.get_by_role("button", name="Save and sign in").click()
    chat = ChatPage(here)
    chat.wait_until_ready()
    chat.ask("Who am I?")
    expect(chat.answer).to_contain_text("The first one here.")
    expect(here).to_have_url(re.compile(r"\?c=\w+"))
    address = here.url

    # Elsewhere: a deep link leads to the form, a wrong password to a sentence, the right one to the link.
    there.goto(address)
    there.get_by_label("E-mail").fill(EMAIL)
    there.get_by_label("Password").fill("violet harbour sixteen")
    there.get_by_role("button", name="Sign in").click()
    expect(there.get_by_role("alert")).to_have_text("This e-mail and password do not match an account here.")
    expect(there.get_by_label("Password")).to_be_focused()
    there.get_by_label("Password").fill(PASSWORD)
    there.keyboard.press("Enter")
    other = ChatPage(there)
    other.wait_until_ready()
    expect(other.answer).to_contain_text("The first one here.")
    assert there.url == address

    # Signed out elsewhere and then here, both are led to the form, which leads back.
    chat.open_settings("Account")
    chat.dialog.get_by_role("button", name="Sign out everywhere else").click()
    expect(there).to_have_url(re.compile(r"/sign-in\?ended=1&next="))
    expect(chat.dialog.get_by_text("Chrome on Linux")).to_have_count(1)
    chat.dialog.get_by_role("button", name="Sign out", exact=True).click()
    expect(here).to_have_url(re.compile(r"/sign-in\?ended=1&next="))
    for page in (here, there):
        expect(page.get_by_label("E-mail")).to_be_visible()


def test_a_page_whose_sign_in_ended_while_the_server_was_away_is_led_out(
    gateway: ScriptedGateway, chromium: Browser, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    add_account(data_dir, EMAIL)
    with AppServer(data_dir, gateway.base_url, CHAT_SIGN_IN="password") as server:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(server.url)
        sign_in(page, EMAIL)
        ChatPage(page).wait_until_ready()
        server.stop()
        assert process(data_dir, "user", "sign-out", EMAIL).returncode == 0
        server.start()
        expect(page).to_have_url(re.compile("/sign-in"))
        expect(page.get_by_text("You were signed out here.")).to_be_visible()
        context.close()


def test_the_form_works_without_javascript(chromium: Browser, closed: AppServer) -> None:
    add_account(closed.data_dir, OTHER)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(closed.url + "/compare")
    with page.expect_navigation():
        sign_in(page, OTHER)
    assert page.url == closed.url + "/compare"
    context.close()
