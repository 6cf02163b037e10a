"""Where the system's colours replace all others: what is only a ground must still be seen."""

from collections.abc import Iterator
from io import BytesIO
from typing import Literal

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

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


def test_the_bars_of_the_figures_are_seen(forced: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("Bars", stream("One ", "two ", "three."))
    forced.compare()
    forced.box.fill("Bars")
    forced.box.press("Enter")
    expect(forced.keyed("keep").get_by_role("button")).to_be_enabled()
    cell = forced.page.locator(".figures td:has(.bar)").first
    with_bar = pixels(cell)
    cell.locator(".bar").evaluate("bar => bar.style.visibility = 'hidden'")
    assert pixels(cell).tobytes() != with_bar.tobytes()
