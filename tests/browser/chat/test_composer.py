"""The composer: one box, what is set in it, and which keys send."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.app_server import AppServer
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import OpenChat
from tests.scripted_gateway import ScriptedGateway, stream

pytestmark = pytest.mark.browser

AT_ONCE = """(label) => {
  const watch = new MutationObserver(() => {
    const field = document.querySelector(`input[aria-label="${label}"]`);
    if (!field) return;
    watch.disconnect();
    field.focus();
  });
  watch.observe(document.body, { childList: true, subtree: true });
}"""
"""JavaScript: goes into a field as soon as it is there."""

PRESS_ENTER = """(box, [before, extra]) => {
    for (const name of before) box.dispatchEvent(new CompositionEvent(name, { bubbles: true, data: "你好" }));
    const enter = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...extra });
    box.dispatchEvent(enter);
}"""


def box_of(page: Page) -> Locator:
    """The frame around everything that is in the composer."""
    return page.locator("[data-testid=stBottomBlockContainer] > [data-testid=stVerticalBlock]")


def corners(part: Locator) -> tuple[float, float, float, float]:
    """Left, top, right and bottom, in pixels."""
    place = part.bounding_box()
    assert place, part
    return place["x"], place["y"], place["x"] + place["width"], place["y"] + place["height"]


def overlap(one: Locator, other: Locator) -> bool:
    left, top, right, bottom = corners(one)
    x, y, to_x, to_y = corners(other)
    return left < to_x and x < right and top < to_y and y < bottom


def send_button(chat: ChatPage) -> Locator:
    return chat.page.get_by_test_id("stChatInputSubmitButton")


def chips(chat: ChatPage) -> list[str]:
    """What the composer shows as set."""
    return [chip.get_by_role("button").first.inner_text() for chip in chat.keyed("set-").all()]


@pytest.mark.parametrize("width", [1280, 390])
def test_text_files_model_parameters_microphone_and_send_are_in_one_box(
    open_chat: OpenChat, width: int
) -> None:
    chat = open_chat(width=width)
    chat.set_parameter("Max tokens", "1200")
    chat.set_parameter("Temperature", "0.3")
    chat.set_parameter("System prompt", "Be brief.")
    expect(chat.keyed("set-")).to_have_count(3)
    parts = [
        chat.box,
        chat.page.get_by_role("button", name="Add files"),
        chat.picker(),
        chat.keyed("parameters").get_by_role("button"),
        chat.page.get_by_test_id("stChatInputMicButton"),
        send_button(chat),
    ]
    left, top, right, bottom = corners(box_of(chat.page))
    for part in parts:
        x, y, to_x, to_y = corners(part)
        assert left <= x
        assert top <= y
        assert to_x <= right
        assert to_y <= bottom
    assert not [
        (at, other) for at, one in enumerate(parts) for other in range(at) if overlap(one, parts[other])
    ]
    tops = {corners(chip)[1] for chip in chat.keyed("set-").all()}
    assert len(tops) == 1  # they stand in one line, which scrolls where it is too long
    chat.box.fill("One line\nand another\nand a third")
    assert not any(overlap(chat.box, part) for part in parts[1:])


def test_stop_is_in_sends_place_and_leaves_the_focus_in_the_box(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gateway.when("Stop me there", stream("One", then_silence=True))
    place = corners(send_button(chat))
    chat.ask("Stop me there")
    stop = chat.page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible()
    expect(chat.answer).to_contain_text("One")  # else there is nothing to continue
    assert corners(stop) == pytest.approx(place, abs=2)
    icon = corners(stop.get_by_test_id("stIconMaterial"))
    assert (icon[0] + icon[2]) / 2 == pytest.approx((place[0] + place[2]) / 2, abs=1)
    expect(send_button(chat)).to_be_hidden()
    stop.click()
    expect(chat.footer).to_contain_text("stopped")
    expect(stop).to_have_count(0)
    expect(chat.box).to_be_focused()
    expect(send_button(chat)).to_be_visible()
    assert corners(chat.footer)[0] - corners(chat.keyed("continue-"))[2] > 8  # two things, not one sentence


def test_a_chip_opens_the_parameters_and_its_cross_clears_what_it_shows(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gateway.when("Chips", stream("Yes"))
    chat.set_parameter("Temperature", "0.3")
    chat.set_parameter("Seed", "7")
    expect(chat.keyed("set-")).to_have_count(2)
    assert chips(chat) == ["Temperature 0.3", "Seed 7"]
    seed = chat.page.get_by_label("Seed", exact=True)
    chat.page.get_by_role("button", name="Seed 7", exact=True).click()
    expect(seed).to_have_value("7")
    expect(seed).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(seed).to_have_count(0)
    chat.wait_until_still()
    chat.page.get_by_role("button", name="Clear: Temperature 0.3").click()
    expect(chat.keyed("set-")).to_have_count(1)
    chat.ask_and_wait("Chips")
    body = gateway.asked("Chips")[0].body
    assert body["seed"] == 7
    assert "temperature" not in body


def test_the_panel_leaves_the_focus_to_a_field_that_was_chosen_at_once(chat: ChatPage) -> None:
    chat.page.evaluate(AT_ONCE, "Seed")
    chat.keyed("parameters").get_by_role("button").click()
    seed = chat.page.get_by_label("Seed", exact=True)
    expect(seed).to_be_visible()
    chat.wait_until_still()
    expect(seed).to_be_focused()


def test_the_panel_begins_at_its_first_field_and_a_chip_of_its_other_tab_there(chat: ChatPage) -> None:
    chat.keyed("parameters").get_by_role("button").click()
    expect(chat.page.get_by_label("System prompt", exact=True)).to_be_focused()
    chat.page.get_by_role("tab", name="JSON and tools").click()
    tools = chat.page.get_by_label("Tools", exact=True)
    tools.fill('[{"name": "add"}]')
    chat.page.keyboard.press("Escape")
    chat.page.get_by_role("button", name="1 tool", exact=True).click()
    expect(tools).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(tools).to_have_count(0)
    chat.wait_until_still()
    chat.keyed("parameters").get_by_role("button").click()
    expect(chat.page.get_by_label("System prompt", exact=True)).to_be_focused()


def test_a_number_that_a_parameter_does_not_take_is_told_which_it_takes(chat: ChatPage) -> None:
    chat.keyed("parameters").get_by_role("button").click()
    for label, number, told in (
        ("Temperature", "9", "From 0 to 2"),
        ("Max tokens", "0", "From 1 to 1,000,000"),
    ):
        field = chat.page.get_by_label(label, exact=True)
        field.fill(number)
        field.press("Tab")
        alert = chat.page.get_by_role("alert").filter(has_text=told)
        expect(alert).to_have_text(told)
        assert corners(alert)[1] >= corners(field)[3]  # it is seen, and below the field
        field.fill("1")
        field.press("Tab")
        expect(alert).to_have_count(0)


def test_what_is_typed_into_a_parameter_is_taken_however_one_leaves_it(chat: ChatPage) -> None:
    button, page = chat.keyed("parameters").get_by_role("button"), chat.page

    def tab_on() -> None:
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")

    ways: list[Callable[[], None]] = [
        lambda: page.keyboard.press("Escape"),
        lambda: page.mouse.click(640, 20),
        tab_on,
        button.click,
    ]
    for seed, leave in enumerate(ways, 7):
        button.click()
        field = page.get_by_label("Seed", exact=True)
        field.press("ControlOrMeta+a")
        field.press_sequentially(str(seed))
        leave()
        expect(field).to_have_count(0)
        expect(page.get_by_role("button", name=f"Seed {seed}", exact=True)).to_be_visible()
        chat.wait_until_still()


def test_an_option_of_a_list_in_the_panel_is_taken(chat: ChatPage) -> None:
    chat.keyed("parameters").get_by_role("button").click()
    chat.page.get_by_role("combobox", name="Reasoning effort").click()
    chat.page.get_by_role("option", name="Low").click()
    expect(chat.page.get_by_role("option")).to_have_count(0)  # before that, Escape would be the list's
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("button", name="Reasoning: Low", exact=True)).to_be_visible()


def test_a_pasted_list_of_tools_is_taken_by_what_closes_the_panel(chat: ChatPage) -> None:
    for pasted, chip in (
        ('[{"name": "look_up"}, {"name": "add"}]', "2 tools"),
        ('[{"name": "add"}]', "1 tool"),
    ):
        chat.keyed("parameters").get_by_role("button").click()
        chat.page.get_by_role("tab", name="JSON and tools").click()
        field = chat.page.get_by_label("Tools", exact=True)
        field.fill(pasted)
        if chip == "1 tool":
            chat.page.mouse.click(640, 20)
        else:
            chat.page.keyboard.press("Escape")
        expect(field).to_have_count(0)
        expect(chat.page.get_by_role("button", name=chip, exact=True)).to_be_visible()
        chat.wait_until_still()


def test_the_enter_that_ends_a_composition_does_not_send(chat: ChatPage, gateway: ScriptedGateway) -> None:
    composing, ended = ["compositionstart"], ["compositionstart", "compositionend"]
    enters: list[tuple[list[str], dict[str, object]]] = [
        (composing, {"isComposing": True}),
        (composing, {"keyCode": 229}),
        (ended, {}),
    ]
    for number, (before, extra) in enumerate(enters, 1):
        text = f"你好 {before} {extra}"
        gateway.when(text, stream(f"Hello {number}"))
        chat.box.fill(text)
        chat.box.evaluate(PRESS_ENTER, [before, extra])
        chat.page.wait_for_timeout(100)  # a person needs longer than this until the next key
        expect(chat.box).to_have_value(text)
        chat.box.press("Enter")
        expect(chat.answer).to_contain_text(f"Hello {number}")
        assert len(gateway.asked(text)) == 1
        chat.wait_until_still()


def test_a_word_being_composed_is_not_sent_but_the_text_with_it_is(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gateway.when("Say 你好", stream("Hello"))
    chat.box.fill("Say ")
    keys = chat.page.context.new_cdp_session(chat.page)
    keys.send("Input.imeSetComposition", {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6})
    expect(chat.box).to_have_value("Say ni hao")
    chat.box.evaluate(PRESS_ENTER, [[], {"keyCode": 229}])
    expect(chat.box).to_have_value("Say ni hao")
    keys.send("Input.insertText", {"text": "你好"})
    expect(chat.box).to_have_value("Say 你好")
    chat.page.wait_for_timeout(100)
    chat.box.press("Enter")
    expect(chat.answer).to_contain_text("Hello")
    assert [each.prompt for each in gateway.begun_with("Say 你好")] == ["Say 你好"]


def send_with(chat: ChatPage, key: str) -> None:
    """Choose in the settings what sends."""
    chat.open_settings()
    chat.dialog.get_by_role("radio", name=key, exact=True).click()
    expect(chat.box).to_have_attribute("aria-keyshortcuts", key.replace("Ctrl", "Control"))
    chat.leave_dialog()


def test_ctrl_enter_sends_where_enter_begins_a_line(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("First\nsecond", stream("It came"))
    send_with(chat, "Ctrl+Enter")
    chat.box.click()
    chat.page.keyboard.type("First")
    chat.page.keyboard.press("Enter")
    chat.page.keyboard.type("second")
    expect(chat.box).to_have_value("First\nsecond")
    chat.page.keyboard.press("Control+Enter")
    expect(chat.answer).to_contain_text("It came")
    expect(chat.box).to_have_value("")
    send_with(chat, "Enter")  # the other tests of this file, too, are of this person


def test_the_focus_is_in_the_box_when_a_page_opens_and_after_new_chat(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gateway.when("Without a click", stream("Asked"))
    expect(chat.box).to_be_focused()
    chat.page.keyboard.type("Without a click")
    chat.page.keyboard.press("Enter")
    expect(chat.answer).to_contain_text("Asked")
    expect(chat.footer).to_be_visible()
    chat.wait_until_still()
    chat.new_chat()
    expect(chat.box).to_be_focused()


def test_what_is_typed_before_the_new_chat_is_there_is_for_it(chat: ChatPage) -> None:
    chat.ask_and_wait("tokens=3 is left at once")
    chat.box.fill("For the old one")
    chat.page.evaluate(
        """() => {
            document.querySelector(".st-key-new_chat button").click();
            document.execCommand("insertText", false, "For the new one");
        }"""
    )
    expect(chat.welcome).to_be_visible()
    chat.wait_until_still()
    expect(chat.box).to_have_value("For the new one")
    chat.open_conversation("tokens=3 is left at once")
    expect(chat.box).to_have_value("For the old one")
    chat.box.fill("")


def test_the_focus_is_not_taken_from_a_field_that_one_writes_in(chat: ChatPage) -> None:
    chat.wait_until_still()
    search = chat.page.get_by_role("searchbox", name="Search all chats")
    search.press_sequentially("tides")
    search.press("Enter")
    chat.wait_until_still()
    expect(chat.box).not_to_be_focused()


def test_on_a_phone_the_keyboard_stays_closed_and_targets_are_large(phone: Page, server: AppServer) -> None:
    chat = ChatPage.load(phone, server.url)
    chat.wait_until_still()
    expect(chat.box).not_to_be_focused()
    expect(chat.box).to_have_css("font-size", "16px")
    for target in (send_button(chat), chat.picker(), chat.keyed("parameters").get_by_role("button")):
        left, top, right, bottom = corners(target)
        assert min(right - left, bottom - top) >= 43.5


LONG_NAME = "a-model-of-a-rather-long-name"


def test_the_parameters_have_room_on_a_phone_whatever_the_models_name(phone: Page, server: AppServer) -> None:
    chat = ChatPage.load(phone, server.url)
    chat.picker().click()  # which opens no keyboard on a phone
    phone.get_by_role("combobox", name="Search models").locator("visible=true").fill(LONG_NAME)
    chat.offered.last.click()
    expect(chat.picker()).to_have_text(LONG_NAME)
    chat.wait_until_still()
    chat.keyed("parameters").get_by_role("button").click()
    expect(phone.get_by_label("System prompt", exact=True)).to_be_in_viewport(ratio=1)


def test_characters_are_counted_only_when_there_are_nearly_too_many(chat: ChatPage) -> None:
    counter = chat.page.get_by_test_id("stChatInput").get_by_text("/200000")
    chat.box.fill("Short")
    expect(send_button(chat)).to_be_enabled()
    expect(counter).to_be_hidden()
    chat.box.fill("x" * 190_000)
    expect(counter).to_be_visible()
