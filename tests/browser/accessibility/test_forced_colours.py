"""Where the system's colours replace all others: what is only a ground must still be seen."""

from collections.abc import Iterator
from io import BytesIO
from typing import Literal

import pytest
from PIL import Image
from playwright.sync_api import FloatRect, Locator, expect

from tests.browser.chat_page import ChatPage
from tests.browser.conftest import OpenChat
from tests.scripted_gateway import ScriptedGateway, stream

pytestmark = pytest.mark.browser


@pytest.fixture(params=["light", "dark"])
def forced(request: pytest.FixtureRequest, open_chat: OpenChat) -> Iterator[ChatPage]:
    scheme: Literal["light", "dark"] = request.param
    chat = open_chat(scheme=scheme)
    chat.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    yield chat
    chat.page.emulate_media(forced_colors="none", reduced_motion="no-preference")


def pixels(element: Locator) -> Image.Image:
    return Image.open(BytesIO(element.screenshot())).convert("RGB")


def test_a_switch_is_seen_and_so_is_whether_it_is_on(forced: ChatPage) -> None:
    track = forced.keyed("temporary").locator("label > span + div")
    off = pixels(track)
    assert len(off.getcolors() or ()) > 1
    track.click()
    forced.wait_until_still()
    forced.page.mouse.move(0, 0)
    width, height = off.size
    ground = width // 2, height // 2  # of the track, on which the knob does not lie in either state
    assert pixels(track).getpixel(ground) != off.getpixel(ground)


def test_the_bars_and_the_colours_of_the_models_are_seen(forced: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("Bars", stream("One ", "two ", "three."))
    forced.compare()
    forced.box.fill("Bars")
    forced.box.press("Enter")
    expect(forced.keyed("keep").get_by_role("button")).to_be_enabled()
    cell = forced.page.locator(".figures td:has(.bar)").first
    with_bar = pixels(cell)
    cell.locator(".bar").evaluate("bar => bar.style.visibility = 'hidden'")
    assert pixels(cell).tobytes() != with_bar.tobytes()
    colours = {middle(dot) for dot in forced.page.locator(".figures .dot").all()}
    assert len(colours) == 2
    heads = forced.page.locator("[class*=st-key-colour-]:visible").all()
    assert {left_of(head) for head in heads} == colours


def middle(element: Locator) -> object:
    """The colour in the middle of an element, as it is on the screen."""
    drawn = pixels(element)
    return drawn.getpixel((drawn.width // 2, drawn.height // 2))


def left_of(head: Locator) -> object:
    """The colour of the dot that is drawn before a cell's name."""
    place = head.locator("> :first-child").bounding_box()
    assert place
    root = float(head.evaluate("() => parseFloat(getComputedStyle(document.documentElement).fontSize)"))
    dot: FloatRect = {
        "x": place["x"] - 0.82 * root,
        "y": place["y"] + place["height"] / 2,
        "width": 1,
        "height": 1,
    }
    return Image.open(BytesIO(head.page.screenshot(clip=dot))).convert("RGB").getpixel((0, 0))
