"""Two models asked at once, in a real browser: side by side, nothing but text moves, then the figures."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import ChatPage
from tests.files.samples import image
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, stream

pytestmark = pytest.mark.browser

WORDS = [f" word{number}" for number in range(60)]


def test_two_cells_stream_side_by_side_and_end_with_their_figures(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gates = Gate(), Gate()
    first = stream("First", *WORDS, hold=gates[0], hold_after=10)
    second = stream("Second", *WORDS, hold=gates[1], hold_after=10)
    gateway.when("Side by side", by_model(model_a=first, model_b=second))
    chat.compare()
    chat.box.fill("Side by side")
    chat.box.press("Enter")
    cells = chat.keyed("cell-")
    for at, start in enumerate(("First", "Second")):
        expect(cells.nth(at)).to_contain_text(
            f"{start} word0 word1 word2 word3 word4 word5 word6 word7 word8"
        )
        expect(cells.nth(at)).to_contain_text(re.compile(r"elapsed\s[\d.]+\ss\s*≈\s\d+\stokens"))
    places = [chat.answers.nth(at).bounding_box() for at in (0, 1)]
    assert places[0] and places[1]
    assert places[0]["y"] == places[1]["y"]
    assert places[0]["x"] < places[1]["x"]

    gates[1].open()
    expect(cells.nth(1)).to_contain_text(re.compile(r"first\stoken.*total.*61\stokens", re.DOTALL))
    expect(cells.nth(0).get_by_role("button", name="Stop")).to_be_visible()
    now = [chat.answers.nth(at).bounding_box() for at in (0, 1)]
    assert [place["y"] for place in now if place] == [place["y"] for place in places if place]

    gates[0].open()
    expect(cells.nth(0)).to_contain_text("word59")
    expect(chat.keyed("results").get_by_test_id("stDataFrame")).to_be_visible()
    expect(chat.keyed("results").get_by_test_id("stVegaLiteChart").first).to_be_visible()
    chat.wait_until_still()
    expect(chat.page).to_have_url(re.compile(r"/compare\?comparison=\w+"))


def test_a_file_goes_to_every_cell_and_a_long_name_is_told_whole(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    name = "a-vendor/a-model-with-a-name-that-no-cell-is-wide-enough-for"
    gateway.when("What is it?", stream("Blue."))
    chat.compare()
    chat.keyed("settings-").first.get_by_role("button").click()
    field = chat.page.get_by_label("Another model")
    field.fill(name)
    field.press("Enter")
    expect(chat.keyed("cell-").first.get_by_role("combobox", name="Model")).to_have_value(name)
    chat.page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    chat.wait_until_still()
    chat.attach({"name": "sky.png", "mimeType": "image/png", "buffer": image()})
    chat.box.fill("What is it?")
    chat.box.press("Enter")
    expect(chat.keyed("results").get_by_test_id("stDataFrame")).to_be_visible()
    chat.wait_until_still()
    expect(chat.keyed("bubble-prompt").get_by_role("img")).to_be_visible()
    assert [len(one.images) for one in gateway.requests if one.prompt == "What is it?"][-2:] == [1, 1]
    head = chat.keyed("cellhead-").first.locator("p")
    expect(head).to_have_css("white-space", "nowrap")
    head.hover(force=True)  # what answers is the tooltip's unseen icon over it
    expect(chat.page.get_by_role("tooltip")).to_have_text(name)
