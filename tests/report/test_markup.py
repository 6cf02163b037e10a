"""A model's markdown in a report: drawn as the page draws it, and inert whatever it says."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.report import markup
from tests.report.html_tree import Tree
from tests.report.samples import PIECES

TAGS = {
    *(
        "a",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
    ),
    *("span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    *(
        "math",
        "menclose",
        "mfrac",
        "mi",
        "mn",
        "mo",
        "mover",
        "mpadded",
        "mphantom",
        "mroot",
        "mrow",
        "mspace",
    ),
    *("msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover"),
}
ATTRIBUTES = {
    *("class", "start", "alt", "href", "rel", "target", "src"),
    *("accent", "columnalign", "columnlines", "columnspacing", "depth", "display", "displaystyle", "fence"),
    *("form", "height", "linebreak", "linethickness", "lspace", "mathsize", "mathvariant", "maxsize"),
    *("minsize", "movablelimits", "notation", "rowlines", "rowspacing", "rspace", "scriptlevel", "separator"),
    *("stretchy", "voffset", "width"),
}


def faults(html: str) -> list[str]:
    """What is not allowed to be in an inert fragment."""
    found = []
    for tag, attributes in Tree.of(html).elements:
        if tag not in TAGS:
            found.append(tag)
        for name, value in attributes.items():
            if name not in ATTRIBUTES:
                found.append(f"{tag} {name}={value}")
            if name == "href" and not re.match(r"(https?://|mailto:)", value, re.I):
                found.append(f"href {value}")
            if name == "src" and not re.fullmatch(
                r"data:image/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=]*", value
            ):
                found.append(f"src {value}")
    return found


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_forbidden_element_or_attribute_ever_appears(text: str) -> None:
    assert faults(markup.html(text)) == []


@given(st.lists(st.sampled_from([*PIECES, "a", "b_c", "{", "\\sqrt"]), max_size=10).map("".join))
def test_no_formula_holds_more_than_a_formula(tex: str) -> None:
    for text in (f"$${tex}$$", f"\\[{tex}\\]", f"$x{tex}$"):
        assert faults(markup.html(text)) == []


def test_the_check_would_find_what_is_forbidden() -> None:
    bad = (
        '<script></script><a href="javascript:1" onclick="x">a</a><img src="http://a.example/b.png"><!-- -->'
    )
    assert len(faults(bad)) == 6


@pytest.mark.parametrize(
    "target",
    [
        *("javascript:alert(1)", "JAVASCRIPT:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)"),
        *("&#106;avascript:alert(1)", "javascript&colon;alert(1)", "vbscript:x", "file:///etc/passwd"),
        *("data:text/html;base64,AAAA", "data:image/svg+xml;base64,AAAA", "//evil.example", "/chat", "#a"),
    ],
)
def test_a_link_to_anything_else_is_no_link(target: str) -> None:
    for text in (
        f"[a]({target})",
        f"[a](<{target}>)",
        f"<{target}>",
        f"[a][b]\n\n[b]: {target}",
        f"![a]({target})",
    ):
        assert "href" not in markup.html(text)
        assert "src" not in markup.html(text)


def test_an_image_from_elsewhere_is_a_link_to_it_and_a_carried_one_is_shown() -> None:
    drawn = Tree.of(markup.html("![cat](http://a.example/cat.png) ![](http://a.example/b.png)"))
    assert [(tag, a["href"]) for tag, a in drawn.elements if tag == "a"] == [
        ("a", "http://a.example/cat.png"),
        ("a", "http://a.example/b.png"),
    ]
    assert drawn.text.strip() == "cat image"
    badge = Tree.of(markup.html("[![badge](http://a.example/b.png)](http://a.example/page)"))
    assert [a["href"] for tag, a in badge.elements if tag == "a"] == ["http://a.example/page"]
    carried = Tree.of(markup.html("![dot](data:image/png;base64,AAAA)"))
    assert ("img", {"src": "data:image/png;base64,AAAA", "alt": "dot"}) in carried.elements


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://a.example/b?c=1&d=2.", "https://a.example/b?c=1&d=2"),
        ("(https://a.example/b)", "https://a.example/b"),
        ("**https://a.example**", "https://a.example"),
        ("http://a.example/一", "http://a.example/一"),
    ],
)
def test_an_address_in_the_text_is_a_link(text: str, address: str) -> None:
    drawn = Tree.of(markup.html(text))
    assert [a["href"] for tag, a in drawn.elements if tag == "a"] == [address]
    assert drawn.text.strip() == text.replace("**", "")


@pytest.mark.parametrize(
    "text", ["`https://a.example`", "https://", "xhttps://a.example", "https://[a.example"]
)
def test_what_only_looks_like_an_address_is_none(text: str) -> None:
    assert "a" not in Tree.of(markup.html(text)).tags


@pytest.mark.parametrize(
    "text",
    ["It costs $5 and $6.", "echo $HOME and $PATH", "between $10 and 20$ a day", "US$5 to US$7", r"\$x^2\$"],
)
def test_prices_and_variables_are_no_formulas(text: str) -> None:
    drawn = Tree.of(markup.html(text))
    assert "math" not in drawn.tags
    assert drawn.text.strip() == text.replace("\\", "")


@pytest.mark.parametrize(
    "text",
    [
        "$x^2$",
        r"\(a_b\)",
        "$$E = mc^2$$",
        "\\[\nE = mc^2\n\\]",
        "$$\na\n\nb\n$$",
        "> \\[ x = 1 \\]",
        "- $$\n  x\n  $$",
    ],
)
def test_formulas_are_drawn(text: str) -> None:
    assert "math" in Tree.of(markup.html(text)).tags


@pytest.mark.parametrize(
    "tex", [r"\frac", "x^", r"\left( x", "{" * 50 + "}" * 50, r"\def\a{\a\a}\a", r"\newcommand{\b}{\b\b}\b"]
)
def test_a_formula_that_cannot_be_read_stays_as_its_source(tex: str) -> None:
    drawn = Tree.of(markup.html(f"$${tex}$$"))
    assert ("code", {"class": "tex"}) in drawn.elements
    assert tex in drawn.text


def test_words_in_a_formula_are_words() -> None:
    drawn = Tree.of(markup.html(r"$$\text{</math><script>alert(1)</script>} + \text{a < b \& c}$$"))
    assert "script" not in drawn.tags
    assert "<script>alert(1)</script>" in drawn.text


def test_tables_lists_tasks_and_strikethrough_are_drawn_and_headings_are_small() -> None:
    drawn = Tree.of(markup.html("# A\n\n|a|b|\n|:-|-:|\n|1|2|\n\n- [ ] do\n- [x] ~~done~~\n\n## B\n\n#### C"))
    assert [tag for tag in drawn.tags if tag[0] == "h"] == ["h4", "h5", "h6"]
    assert ("td", {"class": "right"}) in drawn.elements
    assert "☐ do" in drawn.text
    assert "☑ " in drawn.text
    assert "s" in drawn.tags


def test_code_is_coloured_and_stays_what_it_was() -> None:
    code = 'def f():\n    return "</script><b>"  # x\n'
    for language in ("python", "", "unheard-of", "PYTHON"):
        drawn = Tree.of(markup.html(f"```{language}\n{code}```"))
        assert drawn.text.rstrip() == code.rstrip()
        assert ("span" in drawn.tags) == (language.lower() == "python")
    classes = {
        a["class"] for tag, a in Tree.of(markup.html(f"```python\n{code}```")).elements if tag == "span"
    }
    assert any(f".code .{name} " in markup.stylesheet() for name in classes)


@pytest.mark.parametrize("sign", ["> ", "- ", "1. ", "> - "])
@pytest.mark.parametrize("depth", [*range(6, 14), 18, 19, 20, 500])
def test_no_word_is_lost_in_what_is_deeply_nested(sign: str, depth: int) -> None:
    assert "the end" in markup.html(sign * depth + "the end")


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![",
        "*",
        "$",
        "`",
        "> ",
        "\\[\n",
        "$$\n",
        "\\(",
        "<",
        "[a](",
        "a*_",
        "|a",
        "[^",
        "&#1;",
        "(",
        "- ",
    ],
)
def test_hostile_text_takes_time_in_proportion(piece: str) -> None:
    markup.html(piece * 10)
    whole = 250_000 // len(piece)
    drawn, seconds = timed(piece * whole)
    assert seconds < 1
    assert Tree.of(drawn).text.count(piece.strip()[:1]) >= whole
    _, seconds = timed(piece * (10_000 // len(piece)))
    assert seconds < 2


def timed(text: str) -> tuple[str, float]:
    started = time.thread_time()
    drawn = markup.html(text)
    return drawn, time.thread_time() - started
