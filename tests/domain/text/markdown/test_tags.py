"""The few tags that are drawn as what they mean; all others, and what has no partner, stay text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.text.markdown import tags
from lib.domain.text.markdown.readers import ANY
from lib.domain.text.sanitize_markdown import sanitized

BREAK = ":small[&#10;]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one<br>two<BR/>three<br />four</br>", f"one{BREAK}two{BREAK}three{BREAK}four{BREAK}"),
        ("# A<br>B", f"### A{BREAK}B"),
        ("| a |\n|--|\n| b<br>c |", f"| a |\n|--|\n| b{BREAK}c |"),
        ("CO<sub>2</sub> and 10<sup>-3</sup> m", "CO₂ and 10⁻³ m"),
        ("x<sub>max</sub>, the 5<sup>th</sup>", "xₘₐₓ, the 5ᵗʰ"),
        ("v<sub>eff</sub> and <sup>[1](https://a.example)</sup>", "v:small[eff] and [1](https://a.example)"),
        ("<kbd>Ctrl</kbd>+<kbd>&lt;</kbd>", "`Ctrl`+`<`"),
        ("<kbd><kbd>A</kbd>+<kbd>B</kbd></kbd>", "`A`+`B`"),
        ("<kbd>A</kbd><kbd>B</kbd> `a`<kbd>b</kbd>`c`", "``A``:small[]``B`` `a`:small[]``b``:small[]`c`"),
        ("<code>a `b` *c*</code>", "``a `b` *c*``"),
        ("<b>a</b> <strong>b</strong>", "**a** **b**"),
        ("<i>a</i> <em>b</em> <u>c</u>", "*a* *b* *c*"),
        ("<s>a</s> <del>b</del> <strike>c</strike>", "~~a~~ ~~b~~ ~~c~~"),
        ("<mark>a</mark> <small>b</small>", ":yellow-background[a] :small[b]"),
        ('<b class="x" onclick="y()">a</b>', "**a**"),
        ("a<b>(b)</b>c", "a:small[]**(b)**:small[]c"),
        ("<b> a </b>b", " **a** b"),
        ("<b>a</b><b>b</b> <b><i>c</i></b>", "**a**:small[]**b** **:small[]*c*:small[]**"),
        ("<b></b>a<i> </i>b", "a b"),
        ("<p>a</p><p>b</p>", f"a{BREAK}b{BREAK}"),
        ("<center>a</center>", ":small[]a:small[]"),
        ("a\n<hr>\nb", "a\n***\nb"),
        ("<details>\n<summary>A</summary>\nb", f":small[]\n**A**{BREAK}\nb"),
        ("a\n\n</details>\n\nb", "a\n\n\n\nb"),
        ("- <details><summary>A</summary>b", f"- :small[]**A**{BREAK}b"),
    ],
)
def test_a_tag_is_drawn_as_what_it_means(text: str, expected: str) -> None:
    assert sanitized(text) == expected


@pytest.mark.parametrize(
    "text",
    ["use <b> for it", "</i> alone", "a <hr> b", "<p> opens", "see <details> there", "<div>a</div>", "<bx>"],
)
def test_a_tag_without_a_partner_is_text(text: str) -> None:
    assert sanitized(text) == text.replace("<", "&lt;")


@pytest.mark.parametrize(
    "text", ["`<br>`", "    <b>a</b>", "```\n<sub>2</sub>\n```", r"\<b>a\</b>", "<https://b>"]
)
def test_code_escapes_and_addresses_stay(text: str) -> None:
    assert sanitized(text).endswith(text)


@pytest.mark.parametrize(
    "end", ["<", "</", "<b", "<BR", "<br/", "<br /", "<sup", "</su", '<p class="a', "<details o"]
)
def test_half_a_tag_is_not_shown_yet(end: str) -> None:
    assert sanitized(f"some words {end}", is_open=True) == "some words "
    assert sanitized(f"```\n{end}", is_open=True) == f"```\n{end}"
    assert sanitized(f"some words {end}") == f"some words {end}".replace("<", "&lt;" if len(end) > 1 else "<")


@pytest.mark.parametrize("end", ["<5", "a <b>", "<div", "<bx", "x<y", "< "])
def test_what_will_be_no_tag_is_shown(end: str) -> None:
    assert tags.half_tag(f"some words {end}") == len(f"some words {end}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a <b>c", "a **c**"),
        ("a <b>c <i>d", "a **c *d*:small[]**"),
        ("H<sub>2", "H₂"),
        ("<kbd>Ct", "`Ct`"),
        ("a <b>c\n\nd <b>e", "a &lt;b>c\n\nd **e**"),
        ("| a |\n|--|\n| <b>c", "| a |\n|--|\n| **c**"),
    ],
)
def test_what_is_being_written_between_tags_is_drawn_so_already(text: str, shown: str) -> None:
    assert sanitized(text, is_open=True) == shown


def test_another_reader_gets_the_tags_that_pair() -> None:
    text = '<b x="y">a</b> CO<sub>2</sub><br>b <i>c <script>d</script>'
    assert sanitized(text, ANY) == "<b>a</b> CO<sub>2</sub><br>b &lt;i>c &lt;script>d&lt;/script>"
    assert sanitized("<details>\n<summary>A</summary>\n\nb", ANY) == "\n**A**<br>\n\nb"


signs = st.sampled_from(
    [
        *(f"<{name}>" for name in tags.NAMES),
        *(f"</{name}>" for name in tags.NAMES),
        *("中", " ", "*", "`", "\n", "[", "](b)", "<a>", "$", ":"),
    ]
)


@given(st.lists(signs).map("".join), st.booleans())
def test_no_word_is_lost_and_nothing_else_is_a_tag(text: str, is_open: bool) -> None:
    shown = sanitized(text, is_open=is_open)
    assert shown.count("中") == text.count("中")
    assert "<a>" not in re.sub("(`+)[^`]+\\1(?!`)", "", sanitized(text, ANY))
