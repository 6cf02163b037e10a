"""Where things stand: nothing jumps, a phone shows it all, and both themes can be read."""

import re
from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import FITS, ChatPage
from tests.browser.conftest import OpenChat
from tests.scripted_gateway import Gate, ScriptedGateway, stream

pytestmark = pytest.mark.browser

LONG = """## Tides

The moon pulls the sea toward it, and the sea on the far side stays behind a little.

- **Spring tides** come at new moon and full moon.
- **Neap tides** come between.

```python
def height(hour: float) -> float:
    return 1.8 * math.cos(2 * math.pi * hour / 12.42)  # metres, as a function of the hour of the day
```

| place | low water | high water | difference | remark |
|---|---|---|---|---|
| Saint-Malo | 0.8 m | 12.2 m | 11.4 m | among the largest there are |

The height is $h = a \\cos(\\omega t)$ in short.
"""
PIECES = re.findall(r"\s*\S+\s*?", LONG)
PAPER: dict[Literal["dark", "light"], str] = {"dark": "rgb(21, 24, 29)", "light": "rgb(255, 255, 255)"}
BLOCKS = """async (answer) => {
    await document.fonts.ready;
    return [...answer.querySelectorAll("[data-testid=stMarkdown]")].map((block) => {
        const { x, y, width, height } = block.getBoundingClientRect();
        return [block.innerText, x, y, width, height];
    });
}"""
WATCH = """(selectors) => {
    window.heights = {};
    const look = () => {
        for (const [name, selector] of Object.entries(selectors)) {
            const found = document.querySelector(selector);
            if (found) (window.heights[name] ??= new Set()).add(Math.round(found.getBoundingClientRect().y));
        }
        requestAnimationFrame(look);
    };
    look();
}"""
WATCHED = "Object.fromEntries(Object.entries(window.heights).map(([name, heights]) => [name, [...heights]]))"
CONTRAST = """(element) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const brush = canvas.getContext("2d", { willReadFrequently: true });
    const paint = (colour, alpha) => {
        brush.globalAlpha = alpha;
        brush.fillStyle = colour;
        brush.fillRect(0, 0, 1, 1);
        return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const ancestors = [];
    for (let at = element; at; at = at.parentElement) ancestors.unshift(at);
    let alpha = 1, ground = paint("white", 1);
    for (const ancestor of ancestors) {
        alpha *= Number(getComputedStyle(ancestor).opacity);
        ground = paint(getComputedStyle(ancestor).backgroundColor, alpha);
    }
    const text = paint(getComputedStyle(element).color, alpha);
    const light = (colour) => colour
        .map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
        .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
    const [low, high] = [light(text), light(ground)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
}"""


def blocks(chat: ChatPage) -> Any:
    """Text and place of each block of the last answer."""
    return chat.answer.evaluate(BLOCKS)


def test_nothing_but_the_text_moves_while_a_reply_streams_and_when_it_has_ended(
    open_chat: OpenChat, gateway: ScriptedGateway
) -> None:
    chat = open_chat(height=1400)
    hold = Gate()
    gateway.when("Stream long", stream(*PIECES, delay=0.01, hold=hold, hold_after=len(PIECES)))
    parts = {
        "question": '[class*="st-key-bubble-"]',
        "answer": '[class*="st-key-answer-"] h4',
        "composer": ".st-key-prompt",
        "model": ".st-key-model",
    }
    chat.ask("Stream long")
    chat.page.evaluate(WATCH, parts)
    expect(chat.answer.get_by_role("heading", name="Tides")).to_be_visible()
    expect(chat.answer.locator("pre code")).to_contain_text("def height(hour: float)")
    expect(chat.answer.locator("pre code .token").first).to_be_visible()
    expect(chat.answer.get_by_role("cell", name="Saint-Malo")).to_be_visible()
    expect(chat.answer.locator(".katex-html")).to_be_visible()
    expect(chat.answer).to_contain_text("in short.")
    streaming = blocks(chat)
    hold.open()
    expect(chat.footer).to_contain_text("tokens")
    chat.wait_until_still()
    assert blocks(chat)[: len(streaming)] == streaming
    heights = chat.page.evaluate(WATCHED)
    assert {name: len(seen) for name, seen in heights.items()} == dict.fromkeys(parts, 1)
    chat.set_parameter("Seed", "7")
    chat.wait_until_still()
    assert blocks(chat)[: len(streaming)] == streaming


def test_a_phone_shows_all_and_nothing_sticks_out(open_chat: OpenChat, gateway: ScriptedGateway) -> None:
    chat = open_chat(width=390, height=844)
    assert chat.page.evaluate(FITS)
    hold = Gate()
    gateway.when("On a phone", stream(*PIECES, hold=hold, hold_after=3))
    chat.ask("On a phone")
    expect(chat.stop_button).to_be_in_viewport(ratio=1)
    assert chat.page.evaluate(FITS)
    hold.open()
    expect(chat.footer).to_contain_text("tokens")
    chat.wait_until_still()
    assert chat.page.evaluate(FITS)
    for part in (chat.box, chat.picker(), chat.keyed("parameters")):
        expect(part).to_be_in_viewport(ratio=0.95)  # a pixel may be lost to rounding
    usage = chat.keyed("open_usage")
    usage.scroll_into_view_if_needed()  # the page has followed the answer down
    expect(usage).to_be_in_viewport(ratio=0.95)
    chat.page.get_by_test_id("stExpandSidebarButton").click()
    expect(chat.conversations.filter(has_text="On a phone")).to_be_in_viewport()
    expect(chat.keyed("new_chat")).to_be_in_viewport(ratio=1)
    assert chat.page.evaluate(FITS)


def test_text_can_be_read_on_its_background_in_both_themes(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("Read me", stream(*PIECES))
    chat.ask_and_wait("Read me")
    chat.attach({"name": "report.docx", "mimeType": "", "buffer": b"PK\x03\x04" + b"\0" * 50})
    chat.box.fill("What does it say?")
    chat.box.press("Enter")
    texts = {
        "refused": chat.keyed("tray").get_by_text("Not sent."),
        "answer": chat.answer.locator("p").first,
        "table": chat.answer.get_by_role("cell", name="Saint-Malo"),
        "code": chat.answer.locator("pre code"),
        "question": chat.questions.locator("p"),
        "figures": chat.footer.locator("p"),
        "title": chat.title,
        "conversation": chat.conversations.locator("span").first,
    }
    for scheme, paper in PAPER.items():
        chat.page.emulate_media(color_scheme=scheme)
        expect(chat.page.get_by_test_id("stApp")).to_have_css("background-color", paper)
        contrast = {name: round(text.evaluate(CONTRAST), 2) for name, text in texts.items()}
        assert {name: ratio for name, ratio in contrast.items() if ratio < 4.5} == {}, scheme
