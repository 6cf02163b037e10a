"""What no page may be busy with for long, in Chromium: its time is counted in what the processor worked."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from lib.report import markup
from tests.browser import own_page

pytestmark = pytest.mark.browser

PAGE = r"""
import json
from pathlib import Path

import streamlit as st

from lib.domain.text.blocks import split
from lib.domain.text.sanitize_markdown import sanitized

st.markdown("$x$ **a**\n\n# b\n\n```python\nx = 1\n```")  # loads what the page draws these with
for name, text in json.loads(Path("texts.json").read_text(encoding="utf-8")).items():
    if st.button(name):
        for block in split(text):
            st.markdown(sanitized(block))
        st.text(f"All drawn: {name}")
st.button("Nothing")
"""
TEXTS = {
    "bullets": "- " * 20_000 + "x",
    "brackets": "[" * 30_000 + "](y)" * 30_000,
    "stars": "**" * 100_000,
    "quotes": ">" * 100_000,
    "table": "|" + "a|" * 200 + "\n|" + "-|" * 200 + "\n" + ("|" + "a|" * 200 + "\n") * 300,
}
IDLE = "new Promise((done) => requestIdleCallback(done, { timeout: 30_000 }))"
"""JavaScript: a page that draws no frames any more is never idle by itself."""
MOST_MS = 3000
"""Of work. A second is promised, this is for slow machines: without limits it is a minute."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with own_page.served(tmp_path_factory.mktemp("page"), PAGE, {"texts.json": json.dumps(TEXTS)}) as url:
        yield url


class Work:
    """What a page's main thread has worked since this was made, whatever else the machine had to do."""

    def __init__(self, page: Page) -> None:
        self._page, self._session = page, page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._before = self._so_far()

    def ms(self) -> float:
        """Until the page has nothing left to draw."""
        self._page.evaluate(IDLE)
        return self._so_far() - self._before

    def _so_far(self) -> float:
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


@pytest.fixture(scope="module")
def page(chromium: Browser, address: str) -> Iterator[Page]:
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.locator(".katex").first.wait_for()
    page.get_by_role("button", name="Nothing").wait_for()
    yield page
    page.close()


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_keeps_the_page_busy(name: str, page: Page) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    work = Work(page)
    page.get_by_role("button", name=name).click()
    page.get_by_text(f"All drawn: {name}", exact=True).wait_for()
    assert work.ms() < MOST_MS
    assert complaints == []
    assert page.get_by_test_id("stException").count() == 0
    assert "RangeError" not in page.locator("body").inner_text()
    page.get_by_role("button", name="Nothing").click()
    page.get_by_text("All drawn").wait_for(state="detached")


@pytest.mark.parametrize("name", ["brackets", "table"])
def test_no_text_keeps_a_reader_of_its_report_busy(name: str, chromium: Browser) -> None:
    page = chromium.new_page()
    drawn = markup.html(TEXTS[name])
    work = Work(page)
    page.set_content(drawn)
    assert work.ms() < MOST_MS
    page.close()
