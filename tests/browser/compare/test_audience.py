"""A blind comparison before a room, in a real browser: the presenter's screen, and a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import ChatPage
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, stream

pytestmark = pytest.mark.browser

SUM = r"\sum_{k=0}^{n} x^k = " + " + ".join(f"a_{{{at}}}" for at in range(40))
TEXT = [
    "# Tea",
    "\n\n",
    f"$${SUM}$$\n\nand ${SUM}$\n\n",
    *(f"word{n} " for n in range(40)),
    "\n\n```\n<b>code</b>\n```\n\n",
    "The end",
]


def open_room(presenter: ChatPage) -> str:
    """Open the comparison to the room; the link that stands beside its QR code."""
    presenter.page.get_by_role("button", name="Open to the room").click()
    dialog = presenter.page.get_by_role("dialog")
    expect(dialog.get_by_test_id("stImage")).to_be_visible()
    link = dialog.locator("code")
    expect(link).to_have_text(re.compile(r"^http://127\.0\.0\.1:\d+/room/[\w-]{22}$"))
    text = link.inner_text()
    presenter.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    return text


def reveal_by_keys(presenter: ChatPage) -> None:
    """Present the comparison, and go on with the right arrow until it is known who won."""
    page = presenter.page
    presenter.keyed("bar").get_by_role("link", name="Present").click()
    expect(presenter.keyed("stage_door").get_by_test_id("stImage")).to_be_visible()
    expect(presenter.keyed("stage_door")).to_contain_text("1 following, 1 voted")
    presenter.wait_until_still()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys of the presentation")
    expect(keys).to_contain_text("One step back")
    page.keyboard.press("ArrowRight")  # it is for the dialog
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    for count in (1, 2):
        page.keyboard.press("ArrowRight")
        expect(presenter.answers).to_have_count(count)
        presenter.wait_until_still()
    page.keyboard.press("ArrowRight")
    expect(presenter.keyed("vote-").get_by_role("radio", name="Answer B")).to_be_visible()
    expect(presenter.keyed("stage_room")).to_contain_text("1 following, 1 voted")
    expect(presenter.keyed("stage_room")).to_contain_text("Vote on your phone")
    presenter.wait_until_still()
    page.keyboard.press("ArrowRight")
    expect(presenter.keyed("winner-")).to_have_count(1)
    expect(presenter.keyed("stage_vote")).to_contain_text(re.compile(r"B: model-[ab] won, 1 of 1 vote"))
    expect(presenter.keyed("stage_room")).to_contain_text("Follow on your phone")
    wide = page.viewport_size
    assert wide
    page.set_viewport_size({"width": 390, "height": 844})
    expect(presenter.keyed("stage_room").get_by_text("1 following, 1 voted")).to_be_in_viewport(ratio=1)
    presenter.resize(wide)


def test_the_room_follows_votes_sees_the_reveal_and_is_thanked(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    presenter = chat
    presenter.compare()
    gates = Gate(), Gate()
    scripts = [stream(*TEXT, hold=gate, hold_after=21) for gate in gates]
    gateway.when("Before the room", by_model(model_a=scripts[0], model_b=scripts[1]))
    phone = presenter.page.context.new_page()
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.goto(open_room(presenter))
    presenter.page.bring_to_front()  # a tab behind another one draws once a second, and clicks wait for that
    expect(phone.get_by_text("The presenter will ask in a moment")).to_be_visible()
    expect(presenter.keyed("room")).to_contain_text("1 following")
    presenter.page.get_by_text("Blind", exact=True).click()
    presenter.wait_until_still()
    presenter.box.fill("Before the room")
    presenter.box.press("Enter")

    expect(phone.get_by_role("article")).to_have_count(2)
    expect(phone.get_by_role("article").nth(1)).to_contain_text("word17")
    expect(phone.get_by_role("article").nth(1)).not_to_contain_text("word18")
    expect(presenter.keyed("cell-").nth(1)).to_contain_text("word17")
    expect(presenter.page.locator("html")).not_to_contain_text(re.compile("model-[ab]"))
    assert not re.search("model-[ab]", presenter.page.content() + phone.content())
    phone.bring_to_front()
    phone.get_by_role("button", name="Answer B", exact=True).click()
    phone.get_by_role("button", name="Good").first.click()
    expect(phone.get_by_text("Votes so far: 1")).to_be_visible()
    expect(presenter.keyed("room")).to_contain_text("1 voted")
    for gate in gates:
        gate.open()
    expect(phone.get_by_text("The end")).to_have_count(2)
    expect(phone.locator("pre").first).to_have_text("<b>code</b>\n")
    expect(phone.get_by_role("math")).to_have_count(4)
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width == 390

    presenter.page.bring_to_front()
    presenter.keyed("thumb-").first.get_by_role("radio", name="Thumbs up").click()
    presenter.wait_until_still()
    phone.reload()
    expect(phone.get_by_role("button", name="Answer B", exact=True)).to_have_attribute("aria-pressed", "true")
    reveal_by_keys(presenter)
    expect(phone.get_by_role("heading", name=re.compile(r"^B: model-[ab] won, 1 of 1 vote$"))).to_be_visible()
    expect(phone.locator("#told")).to_have_text(re.compile(r"^B: model-[ab] won"))
    expect(phone.get_by_role("button")).to_have_count(0)
    expect(phone.get_by_role("article").nth(1)).to_contain_text("Winner")
    expect(phone.get_by_role("article").nth(1)).to_have_css("border-color", "rgb(15, 118, 110)")
    expect(phone.get_by_role("article").nth(1)).to_contain_text(re.compile(r"first.token.*total.*tokens"))
    expect(phone.get_by_role("table")).to_contain_text("Total time")
    presenter.page.keyboard.press("Escape")
    expect(presenter.keyed("ballot")).to_contain_text(re.compile(r"B: model-[ab] won, 1 of 1 vote"))
    expect(presenter.keyed("ballot")).to_contain_text(re.compile(r"A: model-[ab]: 0 thumb_up 2 thumb_down 0"))
    expect(presenter.keyed("results").get_by_role("table")).to_be_visible()

    presenter.wait_until_still()
    presenter.page.get_by_role("button", name="Room", exact=True).click()
    presenter.page.get_by_role("button", name="Close the room").click()
    expect(phone.get_by_text("The presenter has closed this room")).to_be_visible()
    expect(presenter.page.get_by_role("button", name="Open to the room")).to_be_visible()
