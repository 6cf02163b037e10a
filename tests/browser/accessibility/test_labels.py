"""Titles and names are shown as they were typed, in each kind of element that takes a label."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import own_page

pytestmark = pytest.mark.browser

NAME = (
    r":material/home: :material_home: :smile: :streamlit: a -> b -- c <= d :red[x] $x^2$ ~~no~~ "
    r"[l](http://a.invalid) https://a.invalid www.a.invalid me@a.invalid "
    r"`c` **b** _i_ <b>&amp; # 1. \* | 12:30 cc:@me 3:16[1] 见:文{a}"
)
PAGE = """
import streamlit as st

from lib.domain.text.markdown.literal import literal, md, plain
from lib.ui.kit.labels import show_badge

name = NAME
st.set_page_config(page_title=name)
with st.container(key="button"):
    st.button(plain(name))
with st.container(key="popover"):
    st.popover(plain(name))
with st.container(key="menu_button"):
    st.menu_button(plain(name), ["a"])
with st.container(key="radio"):
    st.radio("r", [plain(name)], captions=["c"])
with st.container(key="radio_caption"):
    st.radio("r", ["a"], captions=[plain(name)])
with st.container(key="segmented_control"):
    st.segmented_control("s", [plain(name)])
with st.container(key="pills"):
    st.pills("p", [plain(name)])
with st.container(key="badge"):
    show_badge(plain(name))
with st.container(key="caption"):
    st.caption(plain(name))
with st.container(key="sentence"):
    st.caption(literal(name))
with st.container(key="bold"):
    st.markdown(md("**{}**", name))
with st.container(key="heading"):
    st.markdown(md("### {}", name))
with st.container(key="colour"):
    st.markdown(md(":red-background[{}]", name))
with st.container(key="expander"):
    st.expander(plain(name))
with st.container(key="status"):
    st.status(plain(name))
with st.container(key="tabs"):
    st.tabs([plain(name)])
with st.container(key="metric"):
    st.metric(plain(name), "1")
with st.container(key="error"):
    st.error(plain(name))
with st.container(key="progress"):
    st.progress(0.5, plain(name))
with st.container(key="download_button"):
    st.download_button(plain(name), "x")
with st.container(key="text_input"):
    st.text_input(plain(name))
with st.container(key="toggle"):
    st.toggle(plain(name))
with st.container(key="table"):
    st.table({"a": plain(name)})
with st.container(key="selectbox"):
    st.selectbox("s", [name])
with st.container(key="help"):
    st.button("Point here", help=plain(name))
st.toast(plain(name), duration="infinite")
st.text("All drawn")
""".replace("NAME", repr(NAME))
LABELLED = (
    *("button", "popover", "menu_button", "radio", "radio_caption", "segmented_control", "pills", "badge"),
    *(
        "caption",
        "sentence",
        "bold",
        "heading",
        "colour",
        "expander",
        "status",
        "tabs",
        "metric",
        "error",
    ),
    *("progress", "download_button", "text_input", "toggle", "table"),
)

HAVE_TEXT = "(keys) => keys.every((key) => document.querySelector(`.st-key-${key}`).innerText.trim())"


@pytest.fixture(scope="module")
def page(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with own_page.served(tmp_path_factory.mktemp("page"), PAGE) as url:
        opened = chromium.new_page()
        opened.goto(url)
        opened.get_by_text("All drawn", exact=True).wait_for(timeout=60_000)
        opened.wait_for_function(HAVE_TEXT, arg=LABELLED)  # the code of some elements comes later
        yield opened
        opened.close()


@pytest.mark.parametrize("element", LABELLED)
def test_a_label_is_shown_as_it_was_typed(element: str, page: Page) -> None:
    shown = page.locator(f".st-key-{element}")
    assert NAME in [line.strip() for line in shown.inner_text().split("\n")]
    assert shown.locator("a:not([aria-label]), .katex, del, em, img").count() == 0


def test_a_tooltip_and_a_toast_too(page: Page) -> None:
    page.get_by_role("button", name="Point here").hover()
    tip = page.get_by_test_id("stTooltipContent")
    tip.wait_for()
    assert tip.inner_text().strip() == NAME
    assert page.get_by_test_id("stToast").inner_text().partition("\n")[0].strip() == NAME


def test_what_is_plain_text_needs_no_escapes(page: Page) -> None:
    assert page.title() == NAME
    assert page.locator(".st-key-selectbox input").input_value() == NAME
