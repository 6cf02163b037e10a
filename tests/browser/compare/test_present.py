"""Replay and presentation in a real browser: followed, stepped through by keys, fitting any screen."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.chat_page import FITS, ChatPage
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, stream

pytestmark = pytest.mark.browser

PROJECTOR: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 390, "height": 844}
CUT = """() => [...document.querySelectorAll("[class*=st-key-cellhead-] p")]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map((name) => name.textContent)"""
"""JavaScript: the names of cells that are not told whole."""


def compare(chat: ChatPage, prompt: str) -> None:
    """Ask two models on the compare page."""
    chat.compare()
    chat.box.fill(prompt)
    chat.box.press("Enter")


def watch_builtin(chat: ChatPage) -> None:
    """Open the recorded comparison of the first start from the compare page."""
    chat.compare()
    chat.page.get_by_role("link", name="Watch a recorded comparison").click()
    expect(chat.page.get_by_text("Recorded on")).to_be_visible()


def test_a_running_comparison_is_presented_live_and_left_by_escape(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gates = Gate(), Gate()
    first = stream("First", " half", " and whole", hold=gates[0], hold_after=2)
    second = stream("Second", " half", " and whole", hold=gates[1], hold_after=2)
    gateway.when("Present live", by_model(model_a=first, model_b=second))
    compare(chat, "Present live")
    expect(chat.keyed("cell-").nth(1)).to_contain_text("Second half")
    chat.keyed("bar").get_by_role("link", name="Present").click()
    expect(chat.keyed("stage_prompt")).to_contain_text("Present live")
    expect(chat.keyed("cell-")).to_have_count(2)
    expect(chat.keyed("cell-").nth(0)).to_contain_text("First half")
    expect(chat.page.get_by_test_id("stSidebar")).not_to_be_visible()
    assert chat.page.get_by_test_id("stChatInput").count() == 0
    expect(chat.page.get_by_role("button", name="New chat")).to_have_count(0)  # the page before has one
    gates[0].open()
    expect(chat.keyed("cell-").nth(0)).to_contain_text("First half and whole")
    gates[1].open()
    expect(chat.keyed("cell-").nth(1)).to_contain_text(re.compile(r" · 3\stokens"))
    chat.wait_until_still()

    chat.page.keyboard.press("ArrowRight")
    expect(chat.keyed("results").get_by_role("table")).to_be_visible()
    chat.wait_until_still()
    chat.page.keyboard.press("Escape")
    expect(chat.page).to_have_url(re.compile(r"/compare\?comparison=\w+"))
    expect(chat.keyed("cell-").nth(0)).to_contain_text("First half and whole")


def test_a_recording_is_revealed_step_by_step_by_keys_and_fits_a_projector_and_a_phone(
    chat: ChatPage,
) -> None:
    watch_builtin(chat)
    chat.page.get_by_role("link", name="Present").click()
    expect(chat.keyed("stage_opening")).to_be_visible()
    expect(chat.page.get_by_text("Recorded on")).to_be_visible()
    expect(chat.keyed("cell-")).to_have_count(0)
    chat.wait_until_still()
    chat.page.keyboard.press("ArrowRight")
    cells = chat.keyed("cell-")
    expect(cells).to_have_count(3)
    expect(cells.nth(0).locator(chat.answers)).to_have_text(re.compile(r"\w{2,}"))
    expect(cells.nth(1).locator(chat.answers)).to_have_count(0)
    heads = [head.bounding_box() for head in chat.keyed("cellhead-").all()]
    assert len({head["y"] for head in heads if head}) == 1  # a name does not move when its answer comes
    assert not chat.page.evaluate(CUT)
    chat.page.keyboard.press(" ")
    expect(chat.keyed("play_arrow")).to_be_visible()
    chat.page.get_by_role("button", name="Reveal all").click()
    expect(cells.nth(2).locator(chat.answers)).to_be_visible()
    expect(cells.nth(0)).to_contain_text(re.compile(r"tokens/s · \d+\stokens"))
    chat.wait_until_still()
    for size in (PROJECTOR, PHONE):
        chat.page.set_viewport_size(size)
        chat.page.wait_for_function(FITS)
        assert chat.page.locator(".stMain").evaluate("main => main.scrollWidth - main.clientWidth") == 0
    expect(chat.page.get_by_test_id("stSidebar")).not_to_be_visible()
    words = chat.answers.first.locator("p").first.evaluate("element => getComputedStyle(element).fontSize")
    assert float(words.removesuffix("px")) >= 18
    chat.resize(PROJECTOR)
    chat.page.keyboard.press("ArrowLeft")
    expect(cells.nth(2).locator(chat.answers)).to_have_count(0)
    expect(chat.page).to_have_url(re.compile(r"step=0\.2"))
    chat.wait_until_still()
    chat.page.get_by_text("One at a time").click()
    expect(cells).to_have_count(1)
    chat.wait_until_still()
    before = chat.page.url
    chat.page.keyboard.press("ArrowLeft")
    expect(chat.page).not_to_have_url(before)  # there is one cell before and after
    expect(cells).to_have_count(1)
    chat.wait_until_still()
    chat.page.keyboard.press("ArrowLeft")
    expect(chat.keyed("stage_opening")).to_be_visible()


def test_a_replay_goes_where_its_line_is_dragged_to(chat: ChatPage) -> None:
    watch_builtin(chat)
    chat.keyed("pause").get_by_role("button").click()
    expect(chat.keyed("play")).to_be_visible()
    chat.wait_until_still()
    line = chat.page.get_by_label("Position in the recording")
    line.fill("0.3")
    expect(chat.keyed("cell-").nth(1)).not_to_contain_text("The")
    line.fill(str(line.get_attribute("max")))
    expect(chat.keyed("cell-").nth(1)).to_contain_text(re.compile(r"tokens/s · \d+\stokens"))
    expect(chat.keyed("results").get_by_role("table")).to_be_visible()
    chat.wait_until_still()
    line.fill("1.5")
    expect(chat.keyed("cell-").nth(1)).to_contain_text(re.compile(r"≈\s\d+\stokens"))
    expect(chat.keyed("cell-").nth(1)).to_contain_text("The")


def test_a_recording_that_was_downloaded_can_be_taken_in_again(chat: ChatPage, tmp_path: Path) -> None:
    chat.page.get_by_role("link", name="Recordings").click()
    expect(chat.keyed("open-")).to_have_count(2)
    with chat.page.expect_download() as download:
        chat.keyed("download-").first.get_by_role("button").click()
    file = tmp_path / "taken.json"
    download.value.save_as(file)
    chat.page.get_by_role("button", name="Import").click()
    chat.dialog.locator("input[type=file]").set_input_files(file)
    expect(chat.dialog).to_contain_text("already exists")
