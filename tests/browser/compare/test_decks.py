"""A deck in a real browser: brought along as a file, completed, run, looked at while it runs, taken home."""

import re
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.chat_page import ChatPage
from tests.files.samples import image
from tests.scripted_gateway import Gate, ScriptedGateway, error, stream

pytestmark = pytest.mark.browser

WORDS = [f" word{number}" for number in range(60)]
DECK = b"""title: Tides
prompts:
- prompt: Why are there tides?
  notes: Wait for the moon.
- prompt: What is on this picture?
"""


def bring(chat: ChatPage, name: str, data: bytes) -> None:
    """Import a deck from a file."""
    chat.page.get_by_role("link", name="Prompt sets").click()
    chat.keyed("import_deck").get_by_role("button").first.click()
    payload = FilePayload(name=name, mimeType="text/plain", buffer=data)
    chat.page.locator('[class*="st-key-deck_file-"] input[type=file]').set_input_files(payload)


def field(chat: ChatPage, row: int, column: int) -> Locator:
    return chat.page.locator("tbody tr").nth(row).locator("td").nth(column)


def test_a_deck_is_brought_along_completed_and_run_and_nothing_jumps(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    answer = stream("<b>The moon</b>", *WORDS, hold=gate, hold_after=10)
    gateway.when(
        "Why are there tides?", lambda r: (answer if r.body["model"] == "model-a" else stream("The sun"))(r)
    )
    refused = error(400, {"error": {"message": "No pictures today"}})
    gateway.when("What is on this picture?", lambda r: (refused if not r.images else stream("A square"))(r))
    bring(chat, "tides.yaml", DECK)
    page, title = chat.page, chat.page.get_by_label("Title")
    expect(title).to_have_value("Tides")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)  # it would lie over "Run"
    expect(page).to_have_url(re.compile(r"/decks\?deck=\w+"))
    prompts = chat.keyed("deckprompt-")
    expect(prompts).to_have_count(2)
    prompts.nth(1).get_by_text("Notes, files, system prompt").click()
    prompts.nth(1).locator("input[type=file]").set_input_files(
        FilePayload(name="square.png", mimeType="image/png", buffer=image())
    )
    expect(prompts.nth(1).get_by_text("1 file", exact=True)).to_be_visible()
    expect(prompts.nth(1).get_by_test_id("stImage")).to_be_visible()

    chat.keyed("export_deck").get_by_role("button").first.click()
    with page.expect_download() as download:
        page.get_by_text("YAML, with everything").click()
    exported = yaml.safe_load(Path(download.value.path()).read_text("utf-8"))
    assert download.value.suggested_filename == "Tides.yaml"
    assert exported["prompts"][0] == {"prompt": "Why are there tides?", "notes": "Wait for the moon."}
    assert exported["prompts"][1]["attachments"][0]["image"].startswith("data:image/")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Run", exact=True).click()
    expect(field(chat, 0, 0)).to_contain_text("<b>The moon</b> word0 word1")
    expect(field(chat, 0, 0)).to_contain_text("Running")
    expect(field(chat, 0, 1)).to_contain_text("The sun")
    expect(field(chat, 1, 0)).to_contain_text("Waiting")
    notes = page.get_by_text("Wait for the moon.")
    expect(notes).to_be_hidden()
    page.locator("summary").click()
    expect(notes).to_be_visible()
    before = [field(chat, row, 1).bounding_box() for row in (0, 1)]

    gate.open()
    expect(field(chat, 0, 0)).to_contain_text("61 tok")
    expect(field(chat, 1, 1)).to_contain_text("A square")
    expect(page.locator("tfoot")).to_contain_text("2 of 2")
    expect(page.get_by_text("4 of 4 answers")).to_be_visible()
    expect(page.get_by_text("All answers are here")).to_be_visible()
    chat.wait_until_still()
    expect(notes).to_be_visible()
    assert field(chat, 0, 1).inner_text().startswith("The sun\n")  # the answer first, then its figures
    after = [field(chat, row, 1).bounding_box() for row in (0, 1)]
    assert [(box["x"], box["width"], box["height"]) for box in after if box] == [
        (box["x"], box["width"], box["height"]) for box in before if box
    ]

    run = page.url
    field(chat, 0, 0).get_by_role("button").click()
    expect(page).to_have_url(re.compile(r"/compare\?comparison=\w+"))
    expect(chat.answers.first).to_contain_text("word59")
    page.go_back()
    expect(page).to_have_url(run)
    expect(field(chat, 1, 1)).to_contain_text("A square")
    field(chat, 1, 1).get_by_role("button").click()
    expect(chat.answers.nth(1)).to_contain_text("A square")
    page.get_by_role("link", name="Back to the run").click()
    expect(page).to_have_url(run)
    expect(field(chat, 0, 1)).to_contain_text("The sun")

    # On a phone the grid stays in the window and scrolls in itself.
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("() => document.documentElement.scrollWidth <= window.innerWidth")
    title = chat.keyed("run_head").locator("p").first
    assert title.evaluate("each => each.getClientRects().length === 1 && each.offsetHeight < 40"), "one line"
    box = page.locator("table").locator("..").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
