"""What a message looks like: who says it, code, tables, formulas, and what can be done with it."""

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.chat_page import FITS, ChatPage
from tests.browser.conftest import OpenChat
from tests.files.samples import image
from tests.patience import eventually
from tests.scripted_gateway import Gate, ScriptedGateway, error, stream

pytestmark = pytest.mark.browser

LONG_LINE = "total = " + " + ".join(f"value_{number}" for number in range(60))
WIDE = "\n".join(
    (
        "```python",
        LONG_LINE,
        "```",
        "",
        "| " + " | ".join(f"a column {number}" for number in range(12)) + " |",
        "|---" * 12 + "|",
        "| " + " | ".join("value" for _ in range(12)) + " |",
        "",
        "$$ " + " + ".join(f"a_{{{number}}}" for number in range(60)) + " $$",
    )
)
PIPES = """(answer) => {
    window.pipes = 0;
    const look = () => { if (answer.innerText.includes("|")) window.pipes += 1; };
    new MutationObserver(look).observe(answer, { subtree: true, childList: true, characterData: true });
}"""


def scrolls_in_itself(element: Locator) -> bool:
    return bool(element.evaluate("(part) => part.scrollWidth > part.clientWidth"))


def edge(chat: ChatPage, element: Locator, above: int = 6) -> int:
    """How much darker than its paper an element is at its right edge, `above` its end; 0 to 255."""
    box = element.bounding_box()
    assert box
    bottom, right = box["y"] + box["height"] - above, box["x"] + box["width"]
    clip: Any = {"x": right - 60, "y": bottom, "width": 58, "height": 2}
    strip = Image.open(BytesIO(chat.page.screenshot(clip=clip))).convert("L")
    return int(strip.getpixel((0, 0))) - int(strip.getpixel((strip.width - 1, 0)))  # type: ignore[arg-type]


def before(element: Locator, pseudo: str = "::before") -> Any:
    """The style of what stands before or after the content of an element."""
    return element.evaluate(
        """(element, pseudo) => {
            const { content, visibility, textIndent, position } = getComputedStyle(element, pseudo);
            return { content, visibility, textIndent, position };
        }""",
        pseudo,
    )


def test_code_has_a_bar_with_its_language_and_a_button_that_copies_it(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gateway.when("Write code", stream(f"```python\n{LONG_LINE}\n```\n\n```\nno language\n```"))
    chat.ask_and_wait("Write code")
    code = chat.answer.locator("pre code")
    expect(code.first).to_have_class(re.compile("^language-python$"))
    assert before(code.first)["content"].startswith('"language-python"')
    copy = chat.answer.get_by_role("button", name=re.compile("^Copy"), exact=False)
    button = chat.answer.get_by_test_id("stCode").first.get_by_role("button")
    expect(button).to_be_in_viewport(ratio=1)
    expect(button.locator("xpath=ancestor::*[contains(@class, 'stCode')]/div").first).to_have_css(
        "opacity", "1"
    )
    assert before(button, "::after")["content"].startswith('"Copy"')
    assert copy.count() >= 2
    button.click()
    chat.expect_copied(LONG_LINE)


def test_a_long_line_fades_where_it_goes_on(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("Write wide code", stream(f"```python\n{LONG_LINE}\n```"))
    chat.ask_and_wait("Write wide code")
    pre = chat.answer.locator("pre")
    assert scrolls_in_itself(pre)
    expect(pre).to_have_css("background-attachment", "local, scroll")
    assert edge(chat, pre) > 10
    height = pre.evaluate("(pre) => pre.offsetHeight")
    assert edge(chat, pre, height - 3) < 3, "above the bar's button"
    pre.evaluate("(pre) => { pre.scrollLeft = pre.scrollWidth; }")
    assert eventually(lambda: edge(chat, pre) < 3)


def test_a_table_is_a_table_from_its_first_row(chat: ChatPage, gateway: ScriptedGateway) -> None:
    table = "| place | high water |\n|---|---|\n| Saint-Malo | 12.2 m |\n| Fundy | 16.3 m |\n"
    start, hold = Gate(), Gate()
    text = ["Tides:\n\n", *table, "\nThat is all."]
    gateway.when("Draw a table", stream(*text, delay=0.03, hold=start, hold_after=1))
    chat.ask("Draw a table")
    expect(chat.answer).to_contain_text("Tides:")
    chat.answer.evaluate(PIPES)
    start.open()
    hold.open()
    expect(chat.answer.get_by_role("cell", name="16.3 m")).to_be_visible()
    expect(chat.footer).to_contain_text("tokens")
    assert chat.page.evaluate("window.pipes") == 0


def test_what_is_wide_scrolls_in_itself_and_never_the_page(
    open_chat: OpenChat, gateway: ScriptedGateway
) -> None:
    chat = open_chat(width=390, height=844)
    gateway.when("Write wide", stream(WIDE))
    chat.ask_and_wait("Write wide")
    expect(chat.answer.locator(".katex-html")).to_be_visible()
    expect(chat.answer.locator("pre code .token").first).to_be_visible()
    assert chat.page.evaluate(FITS)
    for part in ("pre", "table", ".katex-display"):
        assert scrolls_in_itself(chat.answer.locator(part)), part


def test_a_screen_reader_is_told_who_speaks_under_one_title(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("Give me headings", stream("# Large\n\nText\n\n## Smaller"))
    chat.ask_and_wait("Give me headings")
    main = chat.page.get_by_role("main")
    levels = main.get_by_role("heading").evaluate_all(
        "(all) => all.map((heading) => [heading.tagName, heading.innerText.trim()])"
    )
    assert levels == [
        ["H1", "Give me headings"],
        ["H2", "model-a answered"],
        ["H3", "Large"],
        ["H4", "Smaller"],
    ]
    assert before(chat.questions.first)["content"] == '"You said"'
    place = chat.page.locator(".st-key-column > .stElementContainer:has(> .stHeading)")
    expect(place).to_have_css("clip-path", "inset(50%)")
    expect(place).to_have_css("position", "absolute")
    expect(chat.page).to_have_title("Give me headings")


def test_icons_have_names_and_do_what_they_say(chat: ChatPage) -> None:
    chat.ask_and_wait("tokens=3 named")
    for name in ("Copy", "Regenerate", "More"):
        expect(chat.answer.get_by_role("button", name=name, exact=True)).to_be_visible()
    expect(chat.keyed("question-").get_by_role("button", name="Edit", exact=True)).to_be_visible()
    header = chat.keyed("header")
    for name in ("Share", "More"):
        expect(header.get_by_role("button", name=name, exact=True)).to_be_visible()
    expect(header.get_by_role("button", name=re.compile(r"^\d+ tokens$"))).to_be_visible()
    chat.answer.get_by_role("button", name="More", exact=True).click()
    chat.page.get_by_role("menuitem", name="Inspect").click()
    expect(chat.dialog).to_contain_text("Request")


def test_the_title_stays_on_top_with_a_border_once_scrolled(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("Write a lot", stream("A paragraph.\n\n" * 60))
    chat.ask_and_wait("Write a lot")
    bar, page = chat.keyed("header"), chat.page.locator(".stMain")
    expect(bar).to_be_in_viewport(ratio=1)
    expect(page).to_have_attribute("data-scrolled", "")
    page.evaluate("(page) => { page.scrollTop = 0; }")
    expect(page).not_to_have_attribute("data-scrolled", "")
    expect(bar).to_be_in_viewport(ratio=1)


def test_a_text_that_could_not_be_sent_stays_with_its_conversation(chat: ChatPage) -> None:
    chat.ask_and_wait("tokens=3 kept apart")
    chat.answer_by_schema("{not json")
    chat.page.keyboard.press("Escape")
    chat.wait_until_still()
    chat.box.fill("Cannot be sent")
    chat.box.press("Enter")
    expect(chat.page.get_by_text("Not sent.")).to_be_visible()
    expect(chat.box).to_have_value("Cannot be sent")
    chat.wait_until_still()
    chat.new_chat()
    expect(chat.box).to_have_value("")
    expect(chat.page.get_by_text("Not sent.")).to_have_count(0)
    chat.wait_until_still()
    chat.open_conversation("tokens=3 kept apart")
    expect(chat.box).to_have_value("Cannot be sent")
    expect(chat.page.get_by_text("Not sent.")).to_be_visible()


def test_what_is_typed_stays_with_its_chat(chat: ChatPage, gateway: ScriptedGateway) -> None:
    hold = Gate()
    gateway.when("A question", stream("Yes", hold=hold))
    chat.ask_and_wait("tokens=3 has a draft")
    chat.box.fill("For this chat")
    chat.new_chat()
    expect(chat.box).to_have_value("")
    chat.box.fill("A question")
    chat.open_conversation("tokens=3 has a draft")
    expect(chat.box).to_have_value("For this chat")
    chat.compare()
    expect(chat.box).to_have_value("")
    chat.box.fill("For two")
    chat.new_chat()
    expect(chat.box).to_have_value("A question")
    chat.wait_until_still()
    chat.box.press("Enter")
    chat.box.fill("And then")
    expect(chat.questions).to_have_text(["A question"])
    expect(chat.stop_button).to_be_visible()
    expect(chat.box).to_have_value("And then")
    hold.open()
    chat.open_conversation("tokens=3 has a draft")
    expect(chat.box).to_have_value("For this chat")
    chat.wait_until_still()
    chat.box.press("Enter")
    expect(chat.footers).to_have_count(2)
    chat.wait_until_still()
    chat.new_chat()
    expect(chat.box).to_have_value("")
    chat.open_conversation("tokens=3 has a draft")
    expect(chat.box).to_have_value("")
    chat.open_conversation("A question")
    expect(chat.box).to_have_value("And then")
    chat.compare()
    expect(chat.box).to_have_value("For two")


def test_a_refused_image_can_be_left_out(chat: ChatPage, gateway: ScriptedGateway) -> None:
    words = {"error": {"message": "This model does not support image input", "code": "no_images"}}
    gateway.when("What is in it?", error(400, words))
    chat.attach({"name": "red.png", "mimeType": "image/png", "buffer": image()})
    chat.box.fill("What is in it?")
    chat.box.press("Enter")
    alert = chat.answer.get_by_test_id("stAlert")
    expect(alert).to_contain_text("The image was not accepted. This model takes no images.")
    expect(chat.questions).to_have_count(1)
    chat.answer.get_by_text("Details").click()
    expect(chat.answer.locator("pre")).to_have_text("This model does not support image input")
    chat.wait_until_still()
    gateway.when("What is in it?", stream("I cannot see it"))
    chat.answer.get_by_role("button", name="Send without the image").click()
    expect(chat.answer).to_contain_text("I cannot see it")
    last = [received for received in gateway.requests if received.prompt == "What is in it?"][-1]
    assert last.images == []
    assert eventually(lambda: chat.keyed("question-").locator("img").count() == 0)
