"""The report in a real browser: opened from disk it asks nobody for anything, and the link shows the same."""

import json
import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chat_page import ChatPage
from tests.browser.conftest import API_KEY
from tests.scripted_gateway import ScriptedGateway, by_model, stream

pytestmark = pytest.mark.browser

Format = Literal["HTML", "Markdown", "CSV", "JSON"]


def compare(chat: ChatPage, prompt: str) -> None:
    """Ask the two models of the compare page; returns when both have answered."""
    chat.compare()
    chat.box.fill(prompt)
    chat.box.press("Enter")
    expect(chat.keyed("report").get_by_role("button")).to_be_visible()
    chat.wait_until_still()


def open_report(chat: ChatPage) -> None:
    chat.keyed("report").get_by_role("button").click()
    expect(chat.dialog.get_by_role("button", name="HTML")).to_be_visible()
    chat.wait_until_still()


def download(chat: ChatPage, name: Format) -> Path:
    """The report as a file."""
    with chat.page.expect_download() as download:
        chat.dialog.get_by_role("button", name=name, exact=True).click()
    return Path(download.value.path())


def link(chat: ChatPage) -> str:
    """Share the report; returns the link, which is on the clipboard too."""
    chat.dialog.get_by_role("button", name="Create a link").click()
    expect(chat.dialog.get_by_role("link")).to_have_count(1)
    chat.wait_until_still()
    address = chat.dialog.get_by_role("link").get_attribute("href") or ""
    chat.keyed("content_copy-").last.get_by_role("button").click()
    chat.page.wait_for_function(
        "async (address) => (await navigator.clipboard.readText()) === address", arg=address
    )
    return address


class Visit:
    """A page in a browser of its own, all its requests and complaints noted."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        context = browser.new_context()
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("console", lambda message: self.complaints.append(message.text))
        self.page: Page = context.new_page()
        self.page.goto(url, wait_until="networkidle")

    def close(self) -> None:
        self.page.context.close()


def test_a_hostile_answer_is_inert_on_the_page_in_the_report_and_under_its_link(
    chat: ChatPage, gateway: ScriptedGateway, chromium: Browser, tmp_path: Path
) -> None:
    elsewhere = f"http://127.0.0.1:{gateway.port}"
    hostile = (
        f'<script src="{elsewhere}/a.js"></script>\n\n<script>document.title = "taken"</script>\n\n'
        f'<img src="{elsewhere}/a.png" onerror="document.title = 1">\n\n![b]({elsewhere}/b.png)\n\n'
        "[click](javascript:document.title='taken')\n\n"
        "```html\n</script><script>document.title = 'taken'</script>\n```\n\n"
        "$$\\href{javascript:alert(1)}{x} \\text{<script>alert(1)</script>}$$\n\nThe end."
    )
    before = len(gateway.requests)
    gateway.when("Be hostile", by_model(model_a=stream(hostile), model_b=stream("I am kind.")))
    compare(chat, "Be hostile")
    open_report(chat)
    chat.dialog.get_by_text("Preview").click()
    expect(chat.dialog.get_by_test_id("stCode")).to_contain_text("[internal host 1]")
    chat.dialog.get_by_role("button", name=re.compile("127.0.0.1")).click()  # masked, it could not be fetched
    expect(chat.dialog.get_by_test_id("stCode")).to_contain_text(elsewhere)
    chat.wait_until_still()
    saved = tmp_path / "report.html"
    saved.write_bytes(download(chat, "HTML").read_bytes())
    address = link(chat)

    expect(chat.answers.first).to_contain_text("The end.")
    for url in (saved.as_uri(), address):
        visit = Visit(chromium, url)
        body = visit.page.locator("body")
        for words in (
            "The end.",
            "I am kind.",
            '<script>document.title = "taken"</script>',
            "</script><script>",
        ):
            expect(body).to_contain_text(words)
        assert visit.page.title() == "Be hostile"
        for element in ("script", "iframe", "img", 'a[href^="javascript"]', "[onerror]"):
            expect(visit.page.locator(element)).to_have_count(0)
        expect(visit.page.locator("math")).to_have_count(1)
        assert [one for one in visit.requests if one != url and not one.startswith("data:")] == []
        assert visit.complaints == []
        visit.close()
    assert "taken" not in chat.page.title()
    assert not [
        received.path
        for received in gateway.requests[before:]
        if not received.path.startswith(("/v1/", "/api/"))
    ]


def test_what_is_found_is_masked_unless_it_is_let_through(
    chat: ChatPage, gateway: ScriptedGateway, chromium: Browser
) -> None:
    prompt = f"Ask bob@example.com about http://wiki.corp/x with {API_KEY}"
    gateway.when(
        prompt, by_model(model_a=stream("No, ask a", "nn@exam", "ple.com."), model_b=stream("I do not know."))
    )
    compare(chat, prompt)
    open_report(chat)
    expect(chat.dialog).to_contain_text("This report contains 1 prompt, 2 answers")
    expect(chat.dialog.get_by_text("E-mail addresses (")).to_be_visible()
    for name in ("HTML", "Markdown", "CSV", "JSON"):
        text = download(chat, name).read_text("utf-8-sig")
        assert not re.search(rf"bob@|nn@exam|ple\.com|wiki\.corp|{API_KEY[3:]}", text), name
        assert "e-mail address 1]" in text

    # Its own key is not even offered.
    expect(chat.dialog).not_to_contain_text("Keys (")
    chat.dialog.get_by_text("Preview").click()
    expect(chat.dialog.get_by_test_id("stCode")).to_contain_text(
        "Ask [e-mail address 1] about http://[internal host"
    )
    chat.dialog.get_by_role("button", name=re.compile("ann@example.com")).click()
    expect(chat.dialog.get_by_test_id("stCode")).to_contain_text("No, ask ann@example.com.")
    chat.wait_until_still()
    document = json.loads(download(chat, "JSON").read_text("utf-8"))
    assert document["format"] == "synstar-recording"
    said = [m["content"] for one in document["conversations"] for m in one["messages"]]
    assert "No, ask ann@example.com." in said
    assert "bob@" not in json.dumps(document)

    address = link(chat)
    expect(chat.dialog).to_contain_text("0 views · Until")
    visit = Visit(chromium, address)
    expect(visit.page.locator("article")).to_have_count(2)
    expect(visit.page.locator("body")).to_contain_text(
        "Ask [e-mail address 1] about http://[internal host 1]/x"
    )
    expect(visit.page.locator("body")).to_contain_text("No, ask ann@example.com.")
    chat.keyed("link_off-").last.get_by_role("button").click()
    expect(chat.dialog.get_by_role("link")).to_have_count(0)
    visit.page.reload()
    expect(visit.page.get_by_role("heading")).to_have_text("This report is not here")
    visit.close()
