"""What the model wrote is shown as it was written, and nothing is fetched."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.text.markdown import structure
from lib.domain.text.markdown.readers import ANY
from lib.domain.text.sanitize_markdown import sanitized

PIECES = [
    *("a", "中", " ", "\n", "\n\n", "\r", "    ", "- ", "> ", "| ", "\n|-|-|\n", "# ", "\\", "!", "*", "_"),
    *("[", "]", "(", ")", "![", "](", "](http://h/i.png)", "](//h/i.png)", "][r]", "\n[r]: http://h/i.png\n"),
    *("$", "$$", "\\(", "\\)", "\\[", "\\]", ":a", ":smile:", "->", "--", "<b", "<http://h/", "https://h/"),
    *("<b>", "</b>", "<br>", "<kbd>", "</kbd>", "<sub>", "</sub>", "<details>\n", "&nbsp;", "ع"),
    *("\\begin{align}", "\\end{align}", "\\ce{", "}"),
    *("![x](data:image/png;base64,AA==)", "![x](data:text/html,A)", '![a](http://h/i.png "t")'),
]
no_code = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
anything = st.lists(st.sampled_from([*PIECES, "`", "``", "\n```\n", "\n~~~\n"]), max_size=30).map("".join)

BARE_IMAGE = re.compile(r"(?<!\\)(?:\\\\)*!\[(?!x\]\(data:image/png;base64,AA==\))")


AUTOLINK = re.compile(r"<http://[^<>\s]*>")


@given(no_code)
def test_no_image_is_left_but_those_in_the_text_itself(text: str) -> None:
    lines = (line for line in sanitized(text).split("\n") if not re.match(r"[\s>-]*?    ", line))
    assert not any(BARE_IMAGE.search(AUTOLINK.sub("", line)) for line in lines)


@given(anything | st.text(), st.integers(0, 80))
def test_unfinished_text_is_no_trouble(text: str, length: int) -> None:
    assert isinstance(sanitized(text[:length]), str)


@given(st.text("ab:!$[]()<->~`\\ \n|"))
def test_fenced_code_stays(code: str) -> None:
    text = f"`````\n{code}\n`````"
    assert sanitized(text) == text


@given(st.text("ab:!$[]()<->~\\ ", min_size=1))
def test_code_spans_stay(code: str) -> None:
    assert f"`x{code}x`" in sanitized(f"see `x{code}x` here")


@given(st.text("ab:!$[]()<->~`\\ |"))
def test_indented_code_stays(code: str) -> None:
    assert sanitized(f"text\n\n    x{code}") == f"text\n\n    x{code}"


@pytest.mark.parametrize(
    "text",
    [
        'Plain *text*, **bold**, `code`, [a link](https://a.b/c_(d) "title") and 12:30:45.',
        "#hash\n\nTitle\n--\n\n- a\n  - b\n\n1. c\n\n> quote\n\n---",
        "| a | b |\n|:--|--:|\n| 1 | 2 |",
        "https://a.b/c:d?e=f#g and <https://a.b:80/c:d> and <me@a.b>",
        "[text][label] and [std::vector][] and [^1]\n\n[label]: http://a.b\n[^1]: note: this",
        "$x^2$, $n$-th, the $n$th and $$y$$",
        "![dot](data:image/png;base64,iVBORw0KGgo=)",
        "x--y a->b --flag <-- --> ---",
        "~~gone~~ and ~ 5",
    ],
)
def test_what_streamlit_leaves_alone_stays(text: str) -> None:
    assert sanitized(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![a](http://h/i.png)", "[a](http://h/i.png)"),
        ("![](//h/i.png 'title')", "image"),
        ("![a][r]", "[a][r]"),
        ("![a](<http://h/i j.png>)", "[a](<http://h/i j.png>)"),
        ("![a](data:image/svg+xml;base64,AA)", "a"),
        ("[![a](http://h/i.png)](http://b)", "[a](http://b)"),
        ("!![a](http://h/i.png)", r"\![a](http://h/i.png)"),
        ("Wow![1] ![a](http", r"Wow\![1] \![a\](http"),
        (
            "| `a | ![b](http://h) |\n|--|--|\n| ` | ![c](http://h) |",
            "| `a | [b](http://h) |\n|--|--|\n| ` | [c](http://h) |",
        ),
        ("- ```\n![a](http://h)\n  ```", "- ```\n[a](http://h)\n  ```"),
        (r"`\` ![a](http://h) \` ![b](http://h) `", r"`\` [a](http://h) \` [b](http://h) `"),
        ("!<b></b>![a](http://h)", "!:small[][a](http://h)"),
        ("!<i> </i>[a](http://h)", "! [a](http://h)"),
        ("!<center></center>[a](http://h)", "!:small[]:small[][a](http://h)"),
        (r"\![a](http://h)", r"\![a](http://h)"),
    ],
)
def test_images_become_links(text: str, expected: str) -> None:
    assert sanitized(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":red[a] see:blue", r"\:red[a] see\:blue"),
        (":::note\na\n:::", "::\\:note\na\n:::"),
        ("at 12:30[1], 见:文档[2]{a}", "at 12\\:30[1], 见\\:文档[2]\\{a}"),
        ("::注[a]\n\n:::注\na\n:::", ":\\:注[a]\n\n::\\:注\na\n:::"),
        ("So:<br>a:<mark>b</mark>", r"So\::small[&#10;]a\::yellow-background[b]"),
        ("a::<small>b</small> c\\:<br>d", r"a:\::small[b] c\::small[&#10;]d"),
        ("a:<center>b</center>", r"a\::small[]b:small[]"),
        ("I :smile: :+1:", "I &#58;:small[]smile: &#58;:small[]+1:"),
        (":material/home: :material_home:", "&#58;:small[]material/home: &#58;:small[]material_home:"),
        (r"\:smile:", "&#58;:small[]smile:"),
        ("a -> b <-> c", "a -:small[]> b <:small[]-:small[]> c"),
        ("**a** -- b\n\n--", "**a** -:small[]- b\n\n-:small[]-"),
        ("a >= b ~= c", "a >:small[]= b ~:small[]= c"),
        ("<div>x</div><img>", "&lt;div>x&lt;/div>&lt;img>"),
        ("5~10, 20~30, ~5 to ~9", r"5\~10, 20\~30, \~5 to \~9"),
        ("看https://a.example/b，后文", "看<https://a.example/b>，后文"),
        ("见www.a.example。", r"见[www\.a\.example](<http://www.a.example>)。"),
        ("https://a.example/b. (https://a.example/b)", "https://a.example/b. (https://a.example/b)"),
        ("[https://a.example，](https://b.example)", "[https://a.example，](https://b.example)"),
        ("a<br>-> b --<b>c</b>", "a:small[&#10;]-:small[]> b -:small[]-**c**"),
        ("a<br>{b} <mark>c</mark>{d}", r"a:small[&#10;]\{b} :yellow-background[c]\{d}"),
        ("见https://a.example/b~ ~x~", r"见<https://a.example/b>\~ \~x\~"),
        ("https://a.example<br>", "<https://a.example>:small[&#10;]"),
        ("http://例子 www.例子", "http&#58;:small[]//例子 www:small[].例子"),
    ],
)
def test_rewritings_are_stopped(text: str, expected: str) -> None:
    assert sanitized(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$5 and $10, US$3", r"\$5 and \$10, US\$3"),
        ("$5 a day or 10$ a week", r"\$5 a day or 10\$ a week"),
        ("$HOME/bin:$PATH", r"\$HOME/bin:\$PATH"),
        ("$5 for $x^2$", r"\$5 for $x^2$"),
        ("open $x", r"open \$x"),
        (r"\( x \), \(n\)2", "$x$, $$n$$2"),
        (r"\(see below\) and \[Note\] and f\(", r"\(see below\) and \[Note\] and f\("),
        (r"so \[x = 1\] holds", "so $$x = 1$$ holds"),
        ("\\[ x \\]", "$$\nx\n$$"),
        ("- a\n  \\[\n  x\n\n  y\n  \\]\n- b", "- a\n  $$\n  x\n  \n  y\n  $$\n- b"),
        ("> $$x$$", "> $$\n> x\n> $$"),
        ("$$\\begin{a}\nx\n\\end{a}$$\ntext", "$$\n\\begin{a}\nx\n\\end{a}\n$$\ntext"),
        ("$$\nx ![a](http://h)", "\\$\\$\nx [a](http://h)"),
        ("so: $$\nx = 1\n$$\nthen $$\ny^2\n$$", "so: $$x = 1$$\nthen $$y^2$$"),
        ("so: $$\nx = 1\n$$\n\n$$\ny\n$$", "so: $$x = 1$$\n\n$$\ny\n$$"),
        (
            "so \\[\n\\begin{aligned}\na\n\\end{aligned}\n\\]",
            r"so $$\begin{aligned} a \end{aligned}$$",
        ),
        ("so:\n$$\nx\n$$\nthen $$\ny^2\n$$ is", "so:\n$$\nx\n$$\nthen $$y^2$$ is"),
        ("$$\n![a](http://h)\n$$", "$$\n! [a](http://h)\n$$"),
        (r"$3 + \$4$ and $\$5$", r"$$3 + \$4$$ and $$\$5$$"),
        (r"$a = \$$", r"$$ a = \$ $$"),
        (r"${A}/b:${C} at $5-$10", r"\${A}/b:\${C} at \$5-\$10"),
        ("| $5 | $x$ |\n|--|--|\n| $6 | 7$ |", "| \\$5 | $x$ |\n|--|--|\n| \\$6 | 7\\$ |"),
        (r"\(a\)\(b\) CO$_2$", "$a$:small[]$b$ CO$_2$"),
        (
            "so\n\\begin{align*}\na &= b\n\\end{align*}.",
            "so\n$$\n\\begin{aligned}\na &= b\n\\end{aligned}\n$$\n.",
        ),
        (
            "> \\begin{gather}\n> a\n> \\end{gather}",
            "> $$\n> \\begin{gathered}\n> a\n> \\end{gathered}\n> $$",
        ),
        (r"a \begin{matrix} 1 \end{matrix} b", r"a $$\begin{matrix} 1 \end{matrix}$$ b"),
        ("\\[ x \\tag{1} \\]", "$$\nx \\tag{1}\n$$"),
        (r"so \[x = 1 \tag{1}\] is", r"so $$x = 1\qquad\text{(1)}$$ is"),
        (r"$\ce{O2}$ or \ce{O3}", r"${\text{O}_{2}}$ or ${\text{O}_{3}}$"),
        ("\\begin{align}\nnever closed", "\\begin{align}\nnever closed"),
    ],
)
def test_formulas_and_dollars(text: str, expected: str) -> None:
    assert sanitized(text) == expected


def test_what_is_nested_more_than_it_can_be_drawn_is_text() -> None:
    deepest = "> " * structure.DEEPEST
    assert sanitized(f"{deepest}a") == f"{deepest}a"
    assert sanitized(f"{deepest}> - a\n{deepest}> b") == f"{deepest}\\> - a\n{deepest}\\> b"
    assert sanitized("- " * 30 + "![a](http://h)").count("[a](http://h)") == 1
    assert "![" not in sanitized("- " * 30 + "![a](http://h)")


def test_another_reader_gets_no_signs_that_only_the_page_needs() -> None:
    text = ":smile: a -> b 12:30 **“中”**文 https://a.b，$\\ce{O2}$ ![a](http://h) - ع"
    assert (
        sanitized(text, ANY) == ":smile: a -> b 12:30 **“中”**文 <https://a.b>，$\\ce{O2}$ [a](http://h) - ع"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- عنوان\n- b", "- :gray[]عنوان\n- b"),
        ("1. [x] ع", "1. [x] :gray[]ع"),
        ("- {ع} b\n- {c}", "- :gray[]\\{ع} b\n- {c}"),
        ("> # ע", "> ### :gray[]ע"),
        ("| `a` ع | b |\n|--|--|", "|:gray[]`a` ع | b |\n|--|--|"),
        ("نص عادي\n\n- a ع", "نص عادي\n\n- a ع"),
    ],
)
def test_what_is_written_from_right_to_left_is_told_where_something_turns_with_it(
    text: str, expected: str
) -> None:
    assert sanitized(text) == expected


def test_formulas_are_found_beside_code() -> None:
    text = "- ```\n  ```\n$x$\n\n```"
    assert sanitized(text) == f'[//]: # "$x$"\n\n{text}'
    assert sanitized("`$a` is 5$\n\n```\n$x$\n```") == "`$a` is 5\\$\n\n```\n$x$\n```"


@pytest.mark.parametrize("text", ["    code\n    more", "  - a\n  - b\n\nend", "　　全角", "\n\n  a"])
def test_the_indentation_of_the_first_line_is_kept(text: str) -> None:
    assert sanitized(text) == f"[//]: #\n\n{text}"


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "word ",
            "![",
            "[",
            "](",
            "` `` ",
            "$a ",
            "\\( ",
            ":a",
            ":",
            "> ",
            "<a",
            '[a](x "',
            "|a\n|-\n",
            "[^",
        ),
        *(
            ">",
            "- ",
            "1. ",
            "**",
            "**“中”**文",
            "~~",
            "<b>",
            "</b>",
            "<br>",
            "<p>",
            "<kbd><b>",
            "<details>\n",
        ),
        *(
            "\\begin{align}",
            "\\begin{align}\n",
            "\\ce{",
            "\\pu{{",
            "$\\$",
            "https://",
            "https://a.b，",
            "www.",
        ),
        *("[a]: b\n", "```mermaid\nstyle \n```\n", "- ع\n", "a\n\n"),
    ],
)
def test_the_cost_is_linear(unit: str) -> None:
    text = (unit * 70_000)[:70_000] + "x"
    start = time.thread_time()
    sanitized(text)
    assert time.thread_time() - start < 2  # some 20 to 300 ms


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[a](http://b) [c](HTTPS://d 't') [e](<mailto:f@g>) [h](tel:1)", None),
        ("[**a**](data:text/html,x) b", "**a** b"),
        ("[a](file:///etc/passwd) [b](JavaScript:x) [c](vbscript:x) [d](blob:x)", "a b c d"),
        ("[a](#b) [c](//d.invalid)", "a c"),
        ("[a]( <data:x> 't' )", "a"),
        ("[a [b](data:x)](http://c)", "[a b](http://c)"),
        ("f[i](x) and [a](/b)", r"f[i\](x) and [a\](/b)"),
        ("[a](d&#97;ta:x)", r"[a\](d&#97;ta:x)"),
        ("[a](data:x(((y))))", r"[a\](data:x(((y))))"),
        ("<data:text/html,x> <http://a>", "&lt;data:text/html,x> <http://a>"),
        ("[a]: data:text/html,x\n\n[b][a]", "\\[a]: data:text/html,x\n\n[b][a]"),
        ("[a]:\ndata:text/html,x\n\n[a]", "\\[a]:\ndata:text/html,x\n\n[a]"),
        ("- [a]: <file:///b>", r"- \[a]: &lt;file:///b>"),
        ("[a]: http://b\n\n[c][a]", None),
        ("[^1]: note", None),
    ],
)
def test_a_link_leads_only_where_it_may(written: str, shown: str | None) -> None:
    assert sanitized(written, ANY) == (shown or written)


def test_headings_are_below_the_one_that_says_who_speaks() -> None:
    text = "# One\n\n## Two\n\n- ### Three\n\n> ###### Six\n\nFirst\n===\n\n```\n# code\n```\n#hash"
    shown = "### One\n\n#### Two\n\n- ##### Three\n\n> ###### Six\n\nFirst\n---\n\n```\n# code\n```\n#hash"
    assert sanitized(text) == shown
    assert sanitized(text, ANY) == text
