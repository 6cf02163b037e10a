"""What somebody does without a mouse."""

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import ChatPage
from tests.scripted_gateway import ScriptedGateway, stream

pytestmark = pytest.mark.browser


def test_shortcuts_do_what_they_say_and_the_focus_is_never_lost(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    page = chat.page
    page.keyboard.press("Control+Shift+O")
    expect(chat.welcome).to_be_visible()
    expect(chat.box).to_be_focused()
    page.keyboard.press("?")
    expect(chat.box).to_have_value("?")
    chat.box.fill("")
    gateway.when("First", stream("The first answer."))
    chat.ask_and_wait("First")
    page.keyboard.press("Control+Shift+C")
    chat.expect_copied("The first answer.")
    for words in ("what I sought", "what I seek now"):
        page.keyboard.press("Control+k")
        expect(page.locator(".row-search")).to_be_focused()
        page.keyboard.type(words)
        expect(page.locator(".row-search")).to_have_value(words)
        page.keyboard.press("Shift+Escape")
        expect(chat.box).to_be_focused()
    gateway.when("First", stream("Another answer."))
    page.keyboard.press("Alt+r")
    expect(chat.answer).to_contain_text("Another answer.")
    chat.wait_until_still()
    page.keyboard.press("Alt+,")
    expect(chat.answer).to_contain_text("The first answer.")
    page.keyboard.press("Alt+.")
    expect(chat.answer).to_contain_text("Another answer.")
    chat.wait_until_still()
    chat.regenerate()  # its button goes while the answer is written
    expect(page.locator("body")).not_to_be_focused()
    chat.wait_until_still()
    expect(chat.box).to_be_focused()

    page.keyboard.press("Control+Shift+S")
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
    expect(chat.box).to_be_focused()
    page.keyboard.press("Control+Shift+S")
    expect(page.get_by_test_id("stExpandSidebarButton")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(listed.get_by_role("term")).to_have_count(10)
    listed.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(listed).to_have_count(0)
    page.keyboard.press("?")
    page.keyboard.press("Control+/")
    expect(listed).to_have_count(1)
    listed.get_by_role("button", name="Close").click()
    expect(listed).to_have_count(0)


WIDER = """() => {
  const font = performance.getEntriesByType("resource").find(({ name }) => name.includes(".woff2")).name;
  const style = document.createElement("style");
  style.textContent = `@font-face { font-family: wide; src: url("${font}"); size-adjust: 200%; }
    .stCode pre, .stCode pre * { font-family: wide, monospace !important; }`;
  document.head.append(style);
}"""
"""JavaScript: has code drawn with a font that is not there yet, and makes it twice as wide."""


def test_code_that_is_too_wide_once_its_font_has_come_can_be_scrolled_by_keys(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    chat.wait_until_ready()
    gateway.when("A line of code", stream(f"```python\nname = '{60 * 'x'}'\n```"))
    chat.ask_and_wait("A line of code")
    code = chat.answer.locator("pre")
    code.locator(".token").first.wait_for()
    chat.wait_until_still()
    for _ in range(2):  # the page looks at itself once more, 0.2 s after the last change
        chat.wait_for_rest()
    expect(code).not_to_have_attribute("tabindex", "0")
    chat.page.evaluate(WIDER)
    expect(code).to_have_attribute("tabindex", "0")
