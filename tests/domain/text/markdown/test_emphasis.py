"""Emphasis is what a writer of Chinese, Japanese or Korean means, and CommonMark's for all others."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lib.domain.text.markdown.characters import is_cjk
from lib.domain.text.sanitize_markdown import sanitized
from lib.report import markup

PLAIN = MarkdownIt("commonmark").enable("strikethrough")
"""Emphasis as CommonMark has it."""
NOTHING = ":small[]"

LATIN = ["*", "**", "***", "~~", "_", "__", "a", "b1", " ", "(", ")", ".", "é", "«"]
CHINESE = ["中", "文", "か", "한", "“", "”", "（", "）", "，", "。", "「", "」", "％", "﹁", "①", "`x`"]
SIGNS = [
    "“",
    "”",
    "（",
    "）",
    "，",
    "。",
    "：",
    "「",
    "」",
    "《",
    "》",
    "、",
    "？",
    "(",
    ")",
    "%",
    '"',
    ".",
    "",
]

latin = st.lists(st.sampled_from(LATIN))
mixed = st.lists(st.sampled_from([*LATIN, *CHINESE]))
word = st.text("中文字かな한글", min_size=1, max_size=3)
sign = st.sampled_from(SIGNS)


def page(text: str) -> str:
    """What CommonMark makes of the text that the page gets."""
    return str(PLAIN.render(sanitized(text))).replace(NOTHING, "")


def report(text: str) -> str:
    return re.sub(' dir="[a-z]*"', "", markup.html(text))


@given(mixed.map("".join))
def test_the_page_and_a_report_emphasise_the_same(text: str) -> None:
    text = "x " + re.sub("~{3,}", "~~", text)  # three are a fence, or no sign at all
    assert page(text).strip() == report(text).strip()


@given(latin.map("".join))
def test_other_texts_are_what_commonmark_makes_of_them(text: str) -> None:
    text = "x " + re.sub("~{3,}", "~~", text)
    assert sanitized(text) == text
    assert report(text).strip() == PLAIN.render(text).strip()


@given(st.sampled_from(["*", "**", "***", "~~"]), word, sign, word, sign, word)
def test_emphasis_among_chinese_leaves_no_sign(
    run: str, before: str, opening: str, inside: str, closing: str, after: str
) -> None:
    text = f"{before}{run}{opening}{inside}{closing}{run}{after}"
    for shown in (page(text), report(text)):
        assert run[0] not in shown
        words = re.sub("<[^<>]*>", "", shown).strip().replace("&quot;", '"')
        assert words == f"{before}{opening}{inside}{closing}{after}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("他说**“好”**吗", "他说:small[]**“好”**:small[]吗"),
        ("**提示：**先读", "**提示：**:small[]先读"),
        ("**重点**，以及", "**重点**，以及"),
        ("用**`代码`**写", "用:small[]**`代码`**:small[]写"),
        ("**[链接](https://a.example)**和", "**[链接](https://a.example)**:small[]和"),
        ("~~旧的。~~新的", "~~旧的。~~:small[]新的"),
        ("**안내(notice)**입니다", "**안내(notice)**:small[]입니다"),
        ("| **注：**值 |\n|--|\n| b |", "| **注：**:small[]值 |\n|--|\n| b |"),
        ("`**“好”**吗` 和 $a^{**}$吗", "`**“好”**吗` 和 $a^{**}$吗"),
        (r"\*\*“好”\*\*吗", r"\*\*“好”\*\*吗"),
        ("**Done!**🎉 and 👉**(here)**", "**Done!**:small[]🎉 and 👉:small[]**(here)**"),
        ("**a**🎉 **b!** 🎉 **✅**", "**a**🎉 **b!** 🎉 **✅**"),
    ],
)
def test_signs_are_parted_only_where_they_would_stay(text: str, expected: str) -> None:
    assert sanitized(text) == expected


@pytest.mark.parametrize("character", [*"中か한ﾜ。（％〰㊗🈂々𠀀", "\u1161"])
def test_what_belongs_to_these_scripts(character: str) -> None:
    assert is_cjk(character)


@pytest.mark.parametrize("character", [*"a1é“—①✅😀 ★م"])
def test_what_does_not(character: str) -> None:
    assert not is_cjk(character)
