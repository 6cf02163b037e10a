"""A dialog of a list in a real browser: Enter sends its form, Cancel leaves it, what deletes is red
and leaves the focus on the page."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chat_page import ChatPage

pytestmark = pytest.mark.browser


def choose(chat: ChatPage, entry: str) -> Locator:
    """Choose an entry of the first recording's menu; return the dialog."""
    chat.wait_until_still()
    chat.keyed("more-").first.get_by_role("button").click()
    chat.page.get_by_role("menuitem", name=entry).click()
    expect(chat.dialog).to_be_visible()
    chat.wait_until_still()
    return chat.dialog


def test_a_recording_is_renamed_with_enter_and_not_deleted_with_cancel(chat: ChatPage) -> None:
    chat.page.get_by_role("link", name="Recordings").click()
    first = chat.keyed("open-").first
    expect(first).to_be_visible()
    before = first.inner_text()

    field = choose(chat, "Rename").get_by_label("Title")
    field.fill("Never stored")
    chat.dialog.get_by_role("button", name="Cancel").click()
    expect(chat.dialog).to_have_count(0)
    chat.wait_until_still()
    assert first.inner_text() == before

    field = choose(chat, "Rename").get_by_label("Title")
    field.fill("Renamed by Enter")
    field.press("Enter")
    expect(chat.dialog).to_have_count(0)
    expect(first).to_contain_text("Renamed by Enter")

    dialog = choose(chat, "Delete")
    expect(dialog).to_contain_text("“Renamed by Enter” will be deleted.")
    delete = dialog.get_by_role("button", name=re.compile("^Delete$"))
    assert delete.evaluate("(button) => getComputedStyle(button).backgroundColor") == "rgb(198, 40, 40)"
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(chat.dialog).to_have_count(0)
    expect(first).to_contain_text("Renamed by Enter")

    choose(chat, "Delete").get_by_role("button", name=re.compile("^Delete$")).click()
    expect(chat.page.get_by_role("heading", name="Recordings", level=1)).to_be_focused()
    chat.keyed("undo").get_by_role("button", name="Undo").click()
    expect(first).to_contain_text("Renamed by Enter")
