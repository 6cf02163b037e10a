"""A model's markdown in a report: drawn as the page draws it, and inert whatever it says."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.report import markup
from tests.report.html_tree import Tree
from tests.report.samples import PIECES

QUADRATIC_SECONDS = 10
"""Of the processor. What grows with the square of the length takes minutes."""
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
    *("del", "kbd", "mark", "small", "sub", "sup", "u"),
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
    *("class", "dir", "start", "alt", "href", "rel", "target", "src"),
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
            if name == "dir" and value not in ("auto", "ltr"):
                found.append(f"dir {value}")
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
        ("http://a.example/一", "http://a.example/"),
        ("见https://a.example/b，后文", "https://a.example/b"),
        ("（https://a.example/b_(c)）", "https://a.example/b_(c)"),
        ("https://a.example/_b_/c*d", "https://a.example/_b_/c"),
        ("https://a.example/b[1]", "https://a.example/b"),
    ],
)
def test_an_address_in_the_text_is_a_link(text: str, address: str) -> None:
    drawn = Tree.of(markup.html(text))
    assert [a["href"] for tag, a in drawn.elements if tag == "a"] == [address]
    assert drawn.text.strip() == text.replace("**", "")


def test_an_address_without_a_scheme_is_a_link_and_one_in_a_link_is_none() -> None:
    drawn = Tree.of(markup.html("见www.a.example即可 [https://a.example，](https://b.example)"))
    assert [a["href"] for tag, a in drawn.elements if tag == "a"] == [
        "http://www.a.example",
        "https://b.example",
    ]


@pytest.mark.parametrize(
    "text", ["`https://a.example`", "https://", "xhttps://a.example", "https://[a.example"]
)
def test_what_only_looks_like_an_address_is_none(text: str) -> None:
    assert "a" not in Tree.of(markup.html(text)).tags


@pytest.mark.parametrize(
    "text",
    [
        *(
            "It costs $5 and $6.",
            "echo $HOME and $PATH",
            "between $10 and 20$ a day",
            "US$5 to US$7",
            r"\$x^2\$",
        ),
        *("${A}/bin:${B}", "$5-$10", "$1,000/$2,000", "A$5", "$(id) and $(pwd)", "$1 $2"),
    ],
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
        "so: $$\n\\frac{a}{b}\n$$\nthen $$\ny^2\n$$",
        r"$3 + \$4 = \$7$",
        "\\begin{align}\na &= b\n\\end{align}",
        "> \\begin{cases} a \\\\ b \\end{cases}",
        "- a\n\n  \\begin{gather*}\n  a\n  \\end{gather*}",
        r"so \begin{pmatrix} 1 \end{pmatrix} is",
        r"$$\sum_{k=0}^{n} \binom{n}{k} = \prod_{k=1}^{n} 2$$",
        r"$$\int\limits_0^1 \overset{a}{b} \underset{a}{b} \lim_{x \to 0} \underbrace{a}_{b} \sqrt[3]{x}$$",
        r"$\ce{H2O}$",
        r"\ce{2H2 + O2 -> 2H2O} and \pu{5 m/s}",
    ],
)
def test_formulas_are_drawn(text: str) -> None:
    drawn = Tree.of(markup.html(text))
    assert "math" in drawn.tags
    assert "\\" not in drawn.text
    assert "&" not in drawn.text


@pytest.mark.parametrize(
    "tex", [r"\frac", "x^", r"\left( x", "{" * 50 + "}" * 50, r"\def\a{\a\a}\a", r"\newcommand{\b}{\b\b}\b"]
)
def test_a_formula_that_cannot_be_read_stays_as_its_source(tex: str) -> None:
    drawn = Tree.of(markup.html(f"$${tex}$$"))
    assert ("code", {"class": "tex", "dir": "ltr"}) in drawn.elements
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
    assert "☑ done" in drawn.text
    assert "input" not in drawn.tags
    assert "s" in drawn.tags


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a<br>b</br>c", "a<br />\nb<br />\nc"),
        ("CO<sub>2</sub> 10<sup>*n*</sup>", "CO<sub>2</sub> 10<sup><em>n</em></sup>"),
        ("<kbd>Ctrl</kbd> <code>a &lt;b&gt; *c*</code>", "<kbd>Ctrl</kbd> <code>a &lt;b&gt; *c*</code>"),
        ("<b>a</b> <i>b</i> <u>c</u> <del>d</del>", "<strong>a</strong> <em>b</em> <u>c</u> <s>d</s>"),
        ("<mark>a</mark> <small>b</small>", "<mark>a</mark> <small>b</small>"),
        ('<b onclick="x">a <i>b</i></b>', "<strong>a <em>b</em></strong>"),
        ("<p>a</p><p>b</p>", "a<br />\nb"),
        ("<details><summary>A</summary>b", "<strong>A</strong><br />\nb"),
        ("<b>a <script>b</script>", "&lt;b&gt;a &lt;script&gt;b&lt;/script&gt;"),
        ("**<b>a** b</b>", "**<strong>a** b</strong>"),
        ("这是**“好”**的", "这是<strong>“好”</strong>的"),
    ],
)
def test_tags_and_emphasis_are_drawn_as_the_page_draws_them(text: str, html: str) -> None:
    assert markup.html(text) == f'<p dir="auto">{html}</p>\n'


def test_a_rule_is_drawn_and_the_signs_of_a_fold_are_not() -> None:
    assert [tag for tag in Tree.of(markup.html("a\n<hr>\nb")).tags if tag != "p"] == ["hr"]
    drawn = Tree.of(markup.html("<details>\n<summary>A</summary>\n\nb\n\n</details>"))
    assert drawn.text.split() == ["A", "b"]


def test_what_is_being_written_is_drawn_as_it_will_be() -> None:
    assert markup.html("a <b>c", is_open=True) == '<p dir="auto">a <strong>c</strong></p>\n'
    assert markup.html("a <su", is_open=True) == '<p dir="auto">a</p>\n'
    assert markup.html("a <b>c\n\nd", is_open=True).startswith('<p dir="auto">a &lt;b&gt;c</p>')


def test_what_is_written_from_right_to_left_turns_and_code_does_not() -> None:
    drawn = Tree.of(markup.html("نص\n\n- أ\n  - ب\n\n> ج\n\n|د|\n|--|\n\n`code` $x$\n\n```\ncode\n```"))
    turning = [tag for tag, attributes in drawn.elements if attributes.get("dir") == "auto"]
    assert turning == ["p", "ul", "blockquote", "table", "p"]
    assert [tag for tag, a in drawn.elements if a.get("dir") == "ltr"] == ["code", "math", "pre"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\n  b\n\n__c__", '<div class="typed">a\n  b\n\n__c__</div>\n'),
        ('<b>&"x"', '<div class="typed">&lt;b&gt;&amp;&quot;x&quot;</div>\n'),
        ("```\n<b>\n```", '<pre class="code" dir="ltr"><code>&lt;b&gt;</code></pre>\n'),
        ("[a](javascript:x) ![b](http://a.example/c.png", None),
    ],
)
def test_what_a_person_typed_stays(text: str, html: str | None) -> None:
    drawn = markup.typed(text)
    assert html in (None, drawn)
    assert faults(drawn) == []
    assert Tree.of(drawn).text.strip("\n") == text.replace("```\n", "").replace("\n```", "")


def test_an_address_that_a_person_typed_is_a_link() -> None:
    drawn = Tree.of(markup.typed('看 https://a.example/b?c=1&d="，谢谢'))
    assert [a["href"] for tag, a in drawn.elements if tag == "a"] == ["https://a.example/b?c=1&d="]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_forbidden_element_appears_in_what_was_typed(text: str) -> None:
    assert faults(markup.typed(text)) == []


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
        "a* ",
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
        "- a\n",
    ],
)
def test_hostile_text_takes_time_in_proportion(piece: str) -> None:
    markup.html(piece * 10)
    whole = 250_000 // len(piece)
    drawn, seconds = timed(piece * whole)
    assert seconds < QUADRATIC_SECONDS
    assert Tree.of(drawn).text.count(piece.strip()[:1]) >= whole
    _, seconds = timed(piece * (10_000 // len(piece)))
    assert seconds < QUADRATIC_SECONDS


def timed(text: str) -> tuple[str, float]:
    started = time.thread_time()
    drawn = markup.html(text)
    return drawn, time.thread_time() - started
