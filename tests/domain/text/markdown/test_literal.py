"""Markdown of ours with text in it that is not: the text stays text."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lib.domain.text.markdown.literal import Markdown, code, link, literal, md, plain

READER = MarkdownIt("commonmark")
texts = st.text("字か。）“”《a1.()! \n", max_size=4).filter(lambda text: not text[:1].isspace())
HOSTILE = "![x](http://a.invalid/i.png) [y](http://a.invalid) **z** :red[w] `c` $d$ <b>e</b>"


def test_text_in_a_template_is_escaped() -> None:
    assert md("**{}**", "a*b") == r"**a\*b**"
    assert md("{name}", name="[a]") == r"\[a\]"
    assert "![" not in md("Answered by {}", HOSTILE)
    assert md("{0} {0}", "_") == r"\_ \_"


def test_what_text_is_formatted_to_is_escaped_too() -> None:
    assert md("{:*^5}", "a") == r"\*\*a\*\*"
    assert md("{!r}", "*") == r"'\*'"


def test_numbers_and_markdown_stay() -> None:
    assert md("{:,} of {:.1f}", 1200, 2.55) == "1,200 of 2.5"
    assert md("{} of {}", md("**{}**", "*"), plain("_")) == r"**\*** of \_"


@pytest.mark.parametrize("escape", [plain, literal])
def test_text_is_escaped_once(escape: object) -> None:
    assert callable(escape)
    once = escape("*a*")
    assert isinstance(once, Markdown)
    assert escape(once) is once


@given(texts, texts, texts.filter(str.strip))
def test_what_a_template_has_in_bold_is_bold_whatever_is_in_it_and_beside_it(
    before: str, after: str, text: str
) -> None:
    html = READER.render(md("x{}**{}**{}", before, text, after))
    assert html.count("<strong>") == 1
    assert "*" not in html


def test_bold_without_text_is_nothing() -> None:
    assert md("**{}**a", "") == "a"


def test_no_text_can_open_or_close_bold() -> None:
    assert "<strong>" not in READER.render(md("{} {}", "\0a\0", "**b**"))


def test_what_is_cut_out_of_markdown_is_text_again() -> None:
    assert plain(md("**a**")[1:3]) == r"\*a"


def test_a_join_escapes_what_is_no_markdown() -> None:
    assert md(" · ").join(["*", md("**b**")]) == r"\* · **b**"
    assert isinstance(md(", ").join([]), Markdown)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("http://a.b/c", "`http://a.b/c`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("a\n\nb", "`a b`"),
        ("", ""),
    ],
)
def test_code_keeps_its_signs(text: str, written: str) -> None:
    assert code(text) == written


def test_a_link_leads_to_http_only() -> None:
    assert link("a*b", "https://a.invalid/x") == r"[a\*b](<https://a.invalid/x>)"
    assert link("a", "https://a.invalid/<b> \\") == "[a](<https://a.invalid/%3Cb%3E%20%5C>)"
    for address in ("data:text/html,x", "file:///etc/passwd", "javascript:x", "//a.invalid", ""):
        assert link("a", address) == "a"


@pytest.mark.parametrize("escape", [plain, literal])
@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_what_begins_a_line_means_nothing_whatever_ends_the_one_before(
    escape: Callable[[str], Markdown], end: str
) -> None:
    assert escape(f"a{end}# b{end}- c") == escape("a\n# b\n- c")
    assert "\n# " not in escape(f"a{end}# b")
