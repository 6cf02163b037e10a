"""Two models asked at once, in a real browser: side by side, nothing but text moves, then the figures."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests import figures_table
from tests.browser.chat_page import FITS, ChatPage
from tests.browser.conftest import OpenChat
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
        expect(cells.nth(at)).to_contain_text(re.compile(r"first\stoken\s[\d.]+\ss · .*≈\s\d+\stokens"))
    places = [chat.answers.nth(at).bounding_box() for at in (0, 1)]
    assert places[0] and places[1]
    assert places[0]["y"] == places[1]["y"]
    assert places[0]["x"] < places[1]["x"]

    gates[1].open()
    expect(cells.nth(1)).to_contain_text(re.compile(r"first\stoken.* · 61\stokens", re.DOTALL))
    expect(cells.nth(0).get_by_role("button", name="Stop")).to_be_visible()
    now = [chat.answers.nth(at).bounding_box() for at in (0, 1)]
    assert [place["y"] for place in now if place] == [place["y"] for place in places if place]

    gates[0].open()
    expect(cells.nth(0)).to_contain_text("word59")
    expect(chat.keyed("results").get_by_role("table")).to_be_visible()
    expect(chat.page.get_by_role("heading", name="Figures", level=2)).to_be_visible()  # below the page's own
    chat.wait_until_still()
    expect(chat.page).to_have_url(re.compile(r"/compare\?comparison=\w+"))


def test_a_file_goes_to_every_cell_and_a_long_name_is_told_whole(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    name = "a-vendor/a-model-with-a-name-that-no-cell-is-wide-enough-for"
    gateway.when("What is it?", stream("Blue."))
    chat.compare()
    chat.keyed("cellhead-").first.get_by_role("button", name="Model: ").click()
    chat.page.get_by_role("combobox", name="Search models").locator("visible=true").fill(name)
    chat.offered.last.click()
    expect(chat.keyed("cellhead-").first).to_contain_text(name)
    chat.wait_until_still()
    chat.attach({"name": "sky.png", "mimeType": "image/png", "buffer": image()})
    chat.box.fill("What is it?")
    chat.box.press("Enter")
    expect(chat.keyed("results").get_by_role("table")).to_be_visible()
    chat.wait_until_still()
    expect(chat.keyed("bubble-prompt").get_by_role("img")).to_be_visible()
    assert [len(one.images) for one in gateway.requests if one.prompt == "What is it?"][-2:] == [1, 1]
    head = chat.keyed("cellhead-").first.locator("p").first
    expect(head).to_have_css("white-space", "nowrap")
    head.hover(force=True)  # what answers is the tooltip's unseen icon over it
    expect(chat.page.get_by_role("tooltip")).to_have_text(name)


def ask(chat: ChatPage, text: str) -> None:
    """Ask all cells and wait for the end of it."""
    chat.box.fill(text)
    chat.box.press("Enter")
    expect(chat.keyed("bubble-").last).to_contain_text(text)
    expect(chat.keyed("keep").get_by_role("button")).to_be_enabled()
    chat.wait_until_still()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844), (320, 640)])
def test_the_bar_stays_on_top_and_each_of_its_buttons_works_from_the_end_of_the_page(
    open_chat: OpenChat, gateway: ScriptedGateway, width: int, height: int
) -> None:
    chat = open_chat()
    gateway.when("A long page", stream(*(f"Line {number}\n\n" for number in range(60))))
    chat.compare()
    chat.resize({"width": width, "height": height})
    bar, hint = chat.keyed("bar"), chat.page.get_by_text("Choose two to eight models")
    places = bar.bounding_box(), hint.bounding_box()
    assert places[0] and places[1]
    assert places[0]["y"] + places[0]["height"] <= places[1]["y"]
    assert chat.page.evaluate(FITS)
    ask(chat, "A long page")
    chat.page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    for name in ("Report", "Keep", "Open to the room", "More"):
        button = bar.get_by_role("button", name=name, exact=True)
        expect(button).to_be_in_viewport(ratio=1)
        box = button.bounding_box()
        assert box
        assert 0 <= box["y"] < (60 if width > 640 else 110)  # on a phone they have a line of their own
        assert chat.page.get_by_test_id("stMain").evaluate("main => main.scrollTop") > height
        assert is_on_top(button)
    assert chat.page.evaluate(FITS)
    bar.get_by_role("button", name="Report", exact=True).click()
    expect(chat.dialog).to_contain_text("This report contains 1 prompt, 2 answers")


def test_every_button_of_four_drafted_cells_is_in_its_cell_however_long_the_names_are(
    chat: ChatPage,
) -> None:
    models = ",".join(f"a-vendor/a-model-with-a-long-name-{number}" for number in range(4))
    chat.page.goto(f"{chat.page.url.partition('?')[0].rstrip('/')}/compare?models={models}")
    expect(chat.keyed("cell-")).to_have_count(4)
    chat.wait_until_still()
    for cell in chat.keyed("cell-").all():
        frame, button = cell.bounding_box(), cell.get_by_role("button", name="Remove").bounding_box()
        assert frame
        assert button
        assert button["x"] + button["width"] < frame["x"] + frame["width"]


def is_on_top(element: Locator) -> bool:
    """Whether nothing lies over the middle of an element."""
    return bool(
        element.evaluate(
            """each => {
                const box = each.getBoundingClientRect();
                const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return each.contains(there);
            }"""
        )
    )


WATCH = """() => {
    window.ghosts = [];
    window.doubled = [];
    const look = () => {
        for (const cell of document.querySelectorAll("[class*=st-key-cell-]")) {
            const runs = cell.querySelector("[class*=st-key-stop-]");
            if (runs && cell.innerText.includes("bygones")) window.ghosts.push(cell.innerText);
            for (const icon of ["frame_inspect", "stop"]) {
                const there = [...cell.querySelectorAll(`[class*=st-key-${icon}-] button`)];
                if (there.filter((each) => each.checkVisibility()).length > 1) window.doubled.push(icon);
            }
        }
        const results = document.querySelector(".st-key-results");
        const isRunning = document.querySelector("[class*=st-key-stop-]");
        if (isRunning && results && results.innerText.trim()) window.ghosts.push(results.innerText);
    };
    const all = { childList: true, subtree: true, characterData: true };
    new MutationObserver(look).observe(document.body, all);
}"""
"""JavaScript: looks at each change of the page, and notes what stays of an answer while the next one runs."""


def test_no_word_of_the_last_answer_stays_while_the_next_one_streams(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gates = Gate(), Gate()
    old = stream("Firstly\n\n", "- bygones\n- bygones\n\n", "```\nbygones\n```\n\n", "bygones")
    gateway.when("Ask once", stream("To begin with"))
    gateway.when("Ask twice", old)
    new = [stream("Newly", " here", hold=gate, hold_after=1) for gate in gates]
    gateway.when("Ask again", by_model(model_a=new[0], model_b=new[1]))
    chat.compare()
    ask(chat, "Ask once")
    ask(chat, "Ask twice")  # from here on a cell has the same parts with each question
    cells = chat.keyed("cell-")
    expect(cells.nth(1)).to_contain_text("bygones")
    chat.page.evaluate(WATCH)
    chat.box.fill("Ask again")
    chat.box.press("Enter")
    for at in (0, 1):
        expect(cells.nth(at)).to_contain_text("Newly")
        expect(cells.nth(at).get_by_role("button", name="Stop")).to_have_count(1)
        expect(cells.nth(at).locator("[class*=st-key-refresh-]")).to_have_count(0)
    for gate in gates:
        gate.open()
    expect(chat.keyed("keep").get_by_role("button")).to_be_enabled()
    chat.wait_until_still()
    assert chat.page.evaluate("window.ghosts") == []


def test_while_answers_are_repeated_a_cell_has_each_button_once(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gates = [Gate() for _ in range(6)]
    left = [stream("One of three", hold=gate, hold_after=0) for gate in gates]
    gateway.when("Three of each", lambda received: left.pop(0)(received))
    chat.compare()
    field = chat.keyed("repeats").get_by_role("spinbutton")
    field.fill("3")
    field.press("Enter")
    chat.wait_until_still()
    chat.page.evaluate(WATCH)
    chat.box.fill("Three of each")
    chat.box.press("Enter")
    cell = chat.keyed("cell-").first
    for gate in gates:
        assert gate.reached.wait(20)
        gate.open()
    expect(chat.keyed("keep").get_by_role("button")).to_be_enabled()
    expect(cell).to_contain_text("3 / 3")
    chat.wait_until_still()
    assert chat.page.evaluate("window.doubled") == []
    for icon in ("frame_inspect-", "refresh-", "content_copy-"):
        expect(cell.locator(f"[class*=st-key-{icon}]:visible")).to_have_count(1)


def test_cells_table_and_report_have_one_order_one_colour_a_model_and_the_same_figures(
    chat: ChatPage, gateway: ScriptedGateway, tmp_path: Path
) -> None:
    gateway.when("Whose colour?", by_model(model_a=stream("By a"), model_b=stream("By", " b", " too")))
    chat.compare()
    chat.page.get_by_text("Blind", exact=True).click()
    chat.wait_until_still()
    chat.box.fill("Whose colour?")
    chat.box.press("Enter")
    chat.keyed("vote-").get_by_role("radio", name="Answer B").click()
    chat.wait_until_still()
    chat.page.get_by_role("button", name="Reveal").click()
    expect(chat.keyed("winner-")).to_have_count(1)
    chat.wait_until_still()

    heads = chat.keyed("cellhead-").all_inner_texts()
    names = [head.partition(": ")[2].split()[0] for head in heads]
    dots = [
        cell.evaluate("each => getComputedStyle(each.firstElementChild, '::before').backgroundColor")
        for cell in chat.keyed("colour-").all()
    ]
    assert len(set(dots)) == 2
    rows = chat.keyed("results").locator(".figures tbody tr")
    bars = [row.locator(".bar").first for row in rows.all()]
    assert [bar.evaluate("each => getComputedStyle(each).backgroundColor") for bar in bars] == dots
    drawn = figures_table.rows(chat.keyed("results").locator(".figures").evaluate("each => each.outerHTML"))
    assert [row.name.removesuffix(" Winner") for row in drawn] == names
    assert [row.is_winner for row in drawn] == [False, True]
    styles = [
        cell.evaluate("each => getComputedStyle(each).outlineStyle") for cell in chat.keyed("cell-").all()
    ]
    assert [style != "none" for style in styles] == [False, True]

    chat.keyed("report").get_by_role("button").click()
    with chat.page.expect_download() as download:
        chat.dialog.get_by_role("button", name="HTML", exact=True).click()
    download.value.save_as(tmp_path / "report.html")
    browser = chat.page.context.browser
    assert browser
    report = browser.new_page(color_scheme="light")
    report.goto((tmp_path / "report.html").as_uri())
    assert figures_table.rows(report.content()) == drawn
    assert [head.split()[0] for head in report.locator("article h3").all_inner_texts()] == names
    assert [
        dot.evaluate("each => getComputedStyle(each).backgroundColor")
        for dot in report.locator("article h3 .dot").all()
    ] == dots
    expect(report.locator("article.winner")).to_contain_text(names[1])
    expect(report.locator("footer")).to_contain_text("SynStar Chat 0.1.0")
    report.close()


def test_a_winner_keeps_no_frame_when_the_next_question_is_blind(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gates = Gate(), Gate()
    gateway.when("Who wins?", stream("Me"))
    next_one = [stream("Again", " and on", hold=gate, hold_after=1) for gate in gates]
    gateway.when("Who wins now?", by_model(model_a=next_one[0], model_b=next_one[1]))
    chat.compare()
    chat.page.get_by_text("Blind", exact=True).click()
    chat.wait_until_still()
    chat.box.fill("Who wins?")
    chat.box.press("Enter")
    chat.keyed("vote-").get_by_role("radio", name="Answer B").click()
    chat.wait_until_still()
    chat.page.get_by_role("button", name="Reveal").click()
    winner = chat.page.locator("[class*=st-key-cell-]").filter(has=chat.keyed("winner-"))
    expect(winner).to_have_css("outline-color", "rgb(15, 118, 110)")
    chat.wait_until_still()
    chat.box.fill("Who wins now?")
    chat.box.press("Enter")
    for at in (0, 1):
        expect(chat.keyed("cell-").nth(at)).to_contain_text("Again")
        # The winner's element stays in the page until the run ends: what it does not do is show.
        expect(chat.keyed("cell-").nth(at)).not_to_have_css("outline-color", "rgb(15, 118, 110)")
    for gate in gates:
        gate.open()
