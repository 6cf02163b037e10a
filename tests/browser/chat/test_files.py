"""Images and documents in a real browser: chosen, pasted, dropped, refused, drawn, saved."""

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.chat_page import ChatPage
from tests.browser.conftest import OpenChat
from tests.files.samples import image, screenshot
from tests.scripted_gateway import ScriptedGateway, drawing, stream

pytestmark = pytest.mark.browser

CARRY = """([name, encoded]) => {
    const bytes = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, { type: "image/png" }));
    return data;
}"""
PASTE = """(box, data) => box.dispatchEvent(
    new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data })
)"""


def photo(name: str, **options: Any) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": image(600, 400, **options)}


def expect_drawn(images: Locator, count: int) -> None:
    """They are not only there: the browser was allowed to load them."""
    expect(images).to_have_count(count)
    for shown in images.all():
        shown.scroll_into_view_if_needed()
        # Not by its element: a run that ends meanwhile may put another one there.
        expect(shown).not_to_have_js_property("naturalWidth", 0)


def test_chosen_files_go_along_and_are_there_after_a_reload(
    gateway: ScriptedGateway, open_chat: OpenChat
) -> None:
    chat = open_chat(width=390, height=844)
    gateway.when("What are these?", stream("Two squares and some notes."))
    notes: FilePayload = {"name": "notes.md", "mimeType": "text/markdown", "buffer": b"# Tea"}
    log: FilePayload = {"name": "app.log", "mimeType": "", "buffer": b"\x1b[32mok\x1b[0m\n" * 3}
    chat.attach(photo("red.png"), photo("blue.png", colour=(0, 0, 200)), notes, log)
    chat.box.fill("What are these?")
    chat.box.press("Enter")
    expect(chat.answer).to_contain_text("Two squares and some notes.")
    chat.wait_until_still()
    shown(chat)
    chat.reload()
    shown(chat)


def shown(chat: ChatPage) -> None:
    """The images are drawn, the files are named with what they lost, and nothing is wider than a phone."""
    expect_drawn(chat.questions.last.locator("img"), 2)
    expect(chat.questions.last).to_contain_text("notes.md · ≈ 2 tokens")
    expect(chat.questions.last).to_contain_text("6 colour codes of a terminal were left out.")
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_image_can_be_pasted_and_dropped(gateway: ScriptedGateway, chat: ChatPage) -> None:
    gateway.when("Can I?", stream("You can."))
    pasted, dropped = (
        chat.page.evaluate_handle(CARRY, [name, base64.b64encode(image(width)).decode()])
        for name, width in (("pasted.png", 60), ("dropped.png", 70))
    )
    chat.box.evaluate(PASTE, pasted)
    expect(chat.page.get_by_text("pasted.png")).to_be_visible()
    for step in ("dragenter", "dragover"):
        chat.box.dispatch_event(step, {"dataTransfer": dropped})
    expect(chat.page.get_by_text("Drag and drop files here")).to_be_visible()
    zone = chat.page.get_by_role("button", name="file upload").first
    zone.dispatch_event("drop", {"dataTransfer": dropped})
    expect(chat.page.get_by_text("dropped.png")).to_be_visible()
    chat.box.fill("Can I?")
    # Until both have arrived, Enter sends nothing.
    expect(chat.page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()
    chat.box.press("Enter")
    expect(chat.answer).to_contain_text("You can.")
    expect_drawn(chat.questions.last.locator("img"), 2)


def test_a_refused_file_leaves_the_message_where_it_was_and_an_image_goes_at_a_click(chat: ChatPage) -> None:
    shot: FilePayload = {"name": "shot.png", "mimeType": "image/png", "buffer": screenshot(3)}
    chat.attach({"name": "report.docx", "mimeType": "", "buffer": b"PK\x03\x04" + b"\0" * 50}, shot)
    chat.box.fill("What does it say?")
    chat.box.press("Enter")
    expect(chat.keyed("tray")).to_contain_text("“report.docx” is a ZIP archive or an Office file")
    expect(chat.box).to_have_value("What does it say?")
    expect(chat.keyed("chip-")).to_have_count(1)
    expect(chat.keyed("chip-")).to_contain_text("3 pieces")
    expect_drawn(chat.keyed("tray").locator("img"), 1)
    chat.wait_until_still()
    chat.keyed("detach-").get_by_role("button").click()
    expect(chat.keyed("chip-")).to_have_count(0)


def test_an_image_model_draws_and_what_it_drew_can_be_saved(
    gateway: ScriptedGateway, open_chat: OpenChat
) -> None:
    chat = open_chat(scheme="dark")
    drawn = image(256, 256, colour=(10, 120, 60))
    gateway.when("A green square", drawing(drawn, prompt="A plain green square"))
    chat.use_another_model("easel-image")
    expect(chat.box).to_have_attribute("placeholder", "Describe an image")
    chat.ask("A green square")
    expect_drawn(chat.answer.locator("img"), 1)
    expect(chat.answer).to_contain_text("256 × 256 · A plain green square")
    expect(chat.footer).to_contain_text("easel-image · 1 image in")
    with chat.page.expect_download() as download:
        chat.page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "image-1.png"
    assert Path(download.value.path()).read_bytes() == drawn
