"""An installation with an admin, a presenter, a member and a room, each with a browser of their own."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_server import AppServer
from tests.browser.chat_page import FITS, ChatPage
from tests.browser.compare.test_audience import open_room
from tests.browser.profiles import PHONE, Profiles, profiles, sign_in
from tests.scripted_gateway import ScriptedGateway, stream
from tests.server.accounts import PASSWORD, add_account
from tests.server.people.test_admin import KEY, only, sent_key

pytestmark = pytest.mark.browser

ADMIN, PRESENTER, MEMBER = "admin@example.com", "presenter@example.com", "member@example.com"
NEW_KEY = "sk-new-gateway-0123456789"


@pytest.fixture(scope="module")
def gateway() -> Iterator[ScriptedGateway]:
    with ScriptedGateway(("model-a", "model-b")) as running:
        running.answer_chats(stream("Well", " answered."))
        yield running


@pytest.fixture(scope="module")
def server(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    data_dir = tmp_path_factory.mktemp("people") / "data"
    for email, role in ((ADMIN, "admin"), (PRESENTER, "presenter"), (MEMBER, "member")):
        add_account(data_dir, email, role)
    variables = {"CHAT_SIGN_IN": "password", "CHAT_SHARING": "on", "KKIAI_API_KEY": KEY}
    with AppServer(data_dir, gateway.base_url, **variables) as running:
        yield running


@pytest.fixture
def people(chromium: Browser, server: AppServer) -> Iterator[Profiles]:
    with profiles(chromium, server.url) as opened:
        yield opened


def admin_page(people: Profiles, section: str = "") -> Page:
    """An admin's page, dark, with this section open."""
    page = people.open("/admin", scheme="dark")
    sign_in(page, ADMIN)
    expect(page.get_by_role("heading", name="Admin").first).to_be_visible()
    if section:
        page.get_by_role("radiogroup", name="Section").get_by_text(section, exact=True).click()
    ChatPage(page).wait_until_still()
    return page


def compare_page(people: Profiles, email: str) -> ChatPage:
    """Somebody's compare page."""
    page = people.open("/compare")
    sign_in(page, email)
    opened = ChatPage(page)
    expect(opened.keyed("cell-")).to_have_count(2)
    opened.wait_until_still()
    return opened


def test_whoever_is_invited_has_their_first_chat_on_a_phone(people: Profiles) -> None:
    admin = admin_page(people)
    admin.get_by_role("button", name="Invite").click()
    admin.get_by_label("E-mail address").fill("new@example.com")
    admin.get_by_role("button", name="Make a link").click()
    link = ChatPage(admin).keyed("invitation").locator("code")
    expect(link).to_have_text(re.compile(r"/invite/[\w-]+$"))
    address = link.inner_text()

    phone = people.open(width=PHONE, height=844)
    phone.goto(address)
    expect(phone.get_by_text("new@example.com")).to_be_visible()
    expect(phone.get_by_label("Password", exact=True)).to_be_focused()
    phone.wait_for_function(FITS)
    phone.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.get_by_label("Password, once more").fill(PASSWORD)
    phone.get_by_role("button", name="Save and sign in").click()
    chat = ChatPage(phone)
    chat.wait_until_ready()
    expect(chat.welcome).to_be_visible()
    chat.ask_and_wait("What can you do for me?")
    expect(chat.answer).to_contain_text("Well answered.")
    phone.wait_for_function(FITS)
    chat.open_usage()  # with a finger: nothing lies over the buttons on top
    chat.leave_dialog()

    phone.goto(address)
    expect(phone.get_by_text("This link does not work any more")).to_be_visible()
    admin.get_by_label("Search people").fill("new@")
    admin.get_by_label("Search people").press("Enter")
    expect(admin.get_by_text("1 person")).to_be_visible()


def test_a_presenters_room_is_open_to_phones_without_an_account(people: Profiles) -> None:
    presenter = compare_page(people, PRESENTER)
    phone = people.open(width=PHONE, height=844)
    phone.goto(open_room(presenter))
    expect(phone.get_by_text("The presenter will ask in a moment")).to_be_visible()
    expect(presenter.keyed("room")).to_contain_text("1 following")
    presenter.box.fill("Which of you is quicker?")
    presenter.box.press("Enter")
    expect(phone.get_by_role("article")).to_have_count(2)
    expect(phone.get_by_role("article").nth(1)).to_contain_text("Well answered.")
    phone.wait_for_function(FITS)
    expect(presenter.keyed("cell-").nth(1)).to_contain_text("Well answered.")


def test_a_member_has_neither_rooms_nor_the_admin_page(people: Profiles) -> None:
    page = compare_page(people, MEMBER).page
    expect(page.get_by_role("button", name="Open to the room")).to_have_count(0)
    expect(page.get_by_test_id("stPageLink").filter(has_text="Admin")).to_have_count(0)


def test_a_new_key_is_tried_taken_and_used_by_open_pages(people: Profiles, gateway: ScriptedGateway) -> None:
    page = people.open("/")
    sign_in(page, MEMBER)
    member = ChatPage(page)
    member.wait_until_ready()
    member.ask_and_wait("By the old key")
    assert sent_key(gateway.chats[-1]) == KEY

    gateway.answer_models(only(NEW_KEY))
    admin = admin_page(people, "Connection")
    admin.get_by_label("API key").fill("sk-mistyped-0123456789")
    admin.get_by_role("button", name="Test and use").click()
    expect(admin.get_by_text("The connection was not changed.")).to_be_visible()
    ChatPage(admin).wait_until_still()
    admin.get_by_label("API key").fill(NEW_KEY)
    admin.get_by_role("button", name="Test and use").click()
    expect(admin.get_by_text("set here")).to_be_visible()
    expect(admin.get_by_label("API key")).to_have_value("")
    assert NEW_KEY not in admin.content()

    page.bring_to_front()
    member.ask_and_wait("By the new key")
    assert sent_key(gateway.chats[-1]) == NEW_KEY


def test_the_audit_page_is_filtered_and_verified(people: Profiles) -> None:
    page = admin_page(people, "Audit log")
    table = page.get_by_test_id("stDataFrame")
    expect(table.locator("tbody tr").first).to_contain_text("Signed in")
    page.get_by_role("combobox", name="Person").click()
    page.get_by_role("option", name=MEMBER).click()
    page.get_by_role("combobox", name="Action").click()
    page.get_by_role("option", name="Signed in").click()
    rows = table.locator("tbody tr")
    expect(rows.first).to_contain_text(MEMBER)
    ChatPage(page).wait_until_still()
    for told in rows.all_inner_texts():
        assert MEMBER in told
        assert "Signed in" in told
    page.get_by_role("button", name="Check the log").click()
    expect(page.get_by_text("The log is whole")).to_be_visible()
