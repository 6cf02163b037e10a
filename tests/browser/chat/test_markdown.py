"""What Chromium shows: block by block the same as in one piece, and as the model wrote it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from lib.domain.text.blocks import split
from tests.browser import own_page

pytestmark = pytest.mark.browser

PAGE = """
import json
from pathlib import Path

import streamlit as st

from lib.domain.text.blocks import split
from lib.domain.text.sanitize_markdown import sanitized

for at, text in enumerate(json.loads(Path("cases.json").read_text(encoding="utf-8"))):
    with st.container(key=f"whole_{at}"):
        st.markdown(sanitized(text))
    with st.container(key=f"split_{at}"):
        for block in split(text):
            st.markdown(sanitized(block))
st.text("All drawn")
"""
READ = """(key) => {
    const shown = document.querySelector(`.st-key-${key}`);
    const blocks = [...shown.querySelectorAll("[data-testid=stMarkdownContainer]")];
    return {text: shown.innerText, html: blocks.map((block) => block.innerHTML).join("")};
}"""

TEXT = ("Some words to make the paragraph long enough. " * 5).strip()
FORMULA = r"\frac{1}{2}"

ALIKE = {
    "paragraphs": f"{TEXT}\n\n{TEXT}\n\n{TEXT}",
    "blanks before": f"{TEXT}\n\n {TEXT}\n\n   {TEXT}\n\n- {TEXT}\n\n  {TEXT}\n\n {TEXT}",
    "headings": f"# One\n\n{TEXT}\n\n## Two\n\n{TEXT}\n\nThree\n===\n\n{TEXT}\n\n---\n\n{TEXT}",
    "nested list": f"{TEXT}\n\n- a\n  - b\n    1. c\n    2. d\n- e {TEXT}\n\n{TEXT}",
    "loose list": f"{TEXT}\n\n1. a\n\n   more\n\n2. b\n\n   ```\n   x\n\n   y\n   ```\n\n3. c\n\n{TEXT}",
    "long fences": f"````md\n```\n{TEXT}\n\ny\n```\n\nz\n````\n\n{TEXT}\n\n```\nopen\n\nend",
    "tilde fences": f"~~~py\n```\n{TEXT}\n\n~~~~\n\n{TEXT}\n\n~~~\n{TEXT}\n~~~\n\n{TEXT}",
    "indented code": f"    code\n\n    {TEXT}\n\n{TEXT}\n\n    more\n\n{TEXT}",
    "tables": f"| a | b |\n|:--|--:|\n| -> | `x` {TEXT}|\n\n{TEXT}\n\n| c |\n|---|\n| d |\n\n{TEXT}",
    "quotes": f"> {TEXT}\n>\n> - a\n>\n> b\nlazy\n\n{TEXT}\n\n> c {TEXT}\n\n> d\n\n{TEXT}",
    "links": f"{TEXT}\n\nSee [it][x] and [y][]. {TEXT}\n\n{TEXT}\n\n[x]: http://a.invalid\n[y]: http://b.invalid",
    "footnotes": f"{TEXT}\n\nNoted[^1]. {TEXT}\n\n{TEXT}\n\n[^1]: First {TEXT}\n\n    Second",
    "formulas": f"{TEXT}\n\n$$\n{FORMULA}\n\n= x\n$$\n\n{TEXT}\n\n\\[\n{FORMULA}\n\n- y\n\\]\n\n\\(x\\) $y$",
    "html": f"<div>{TEXT}\n\n**x**\n</div>\n\n<pre>\n{TEXT}\n\nx\n</pre>\n\n<!-- {TEXT}\n\nx -->\n\n{TEXT}",
    "chinese": f"{'你好，世界。' * 40}\n\n　　{'全角缩进。' * 40}\n\n**重点**：{'内容' * 100}\n\n结束",
    "emphasis": f"他说**“好”**吗。{'内容' * 80}\n\n**提示：**{'内容' * 80}\n\n~~旧。~~新\n\n**안내(a)**입",
    "tags": f"a<br>b {TEXT}\n\n<details>\n<summary>A</summary>\n\n<b>b</b> {TEXT}\n\n</details>\n\n<hr>\nx",
    "environments": f"{TEXT}\n\n\\begin{{align}}\na &= b\n\nc\n\\end{{align}}\n\n\\ce{{O2}} {TEXT}\n\nx",
    "right to left": f"{'نص عادي ' * 30}\n\n- أول\n- ثان\n\n{TEXT}\n\n> {'اقتباس ' * 30}\n\n{TEXT}\n\nend",
    "long": "word " * 14_000,
}

WRITTEN = {
    "A :red[b] :blue-background[c] :red-badge[d] :small[e] :shimmer[f] :help[g] see:red std::vector": None,
    "::video[Title]": None,
    ":::note": None,
    "John 3:16[2], 10:45{x}, 见:文档[1]，ระบบ:ดี[3]{a=b}": None,
    "::注[a]\n\n:::注\n\nb": "::注[a]\n\n:::注\n\nb",
    "I :smile: :+1: 10:100:20 :material/home: :material_home: :streamlit: :orange:": None,
    "`x:smile:y` :smile:": "x:smile:y :smile:",
    r"\:smile:": ":smile:",
    "a -> b <- c <-> d -- e >= f <= g ~= h **i** -> j": "a -> b <- c <-> d -- e >= f <= g ~= h i -> j",
    "--": None,
    "<a>x</a> a<img>b <i": None,
    "use <b> and </i> here": None,
    "<div>x</div>": None,
    "<!-- note -->": None,
    "$5 and $10, 5~10 and 20~30, ~5 to ~9": None,
    "${HOME}/bin:${PATH} or $5-$10, US$5/A$6, $(id) and $(pwd), $1 $2": None,
    "![alt](http://img.invalid/1.png) ![](//img.invalid/2.png)": "alt image",
    "![alt][r] !![b](http://img.invalid/3.png)\n\n[r]: http://img.invalid/4.png": "alt !b",
    "[![badge](http://img.invalid/5.png)](http://a.invalid)": "badge",
    "![alt](http://img.invalid/6.png": "![alt](http://img.invalid/6.png",
    "- ```\n![alt](http://img.invalid/7.png)": "alt",
    '```mermaid\nflowchart TD\n  a@{ img: "http://img.invalid/9.png" }\n```': (
        'flowchart TD\n  a@{ img: "http://img.invalid/9.png" }'
    ),
    "| ` | ![alt](http://img.invalid/8.png) ` |\n|---|---|": "`\talt `",
}

DRAWN = {
    "他说**“好”**吗，**提示：**先读 **(注)**文": "<strong>“好”</strong>",
    "太郎は**「はい」**と言い、~~旧い。~~新しい": "<strong>「はい」</strong>",
    "**안내(notice)**입니다 *“b”*가": "<strong>안내(notice)</strong>",
    "**完成😀**之后 😀**「这」**是": "<strong>「这」</strong>",
    "***“都”***是 **[链](https://a.invalid)**与": '<a href="https://a.invalid"',
    "看https://a.invalid/b，后文": 'href="https://a.invalid/b"',
    "（www.a.invalid）之后": 'href="http://www.a.invalid"',
    "H<sub>2</sub>O, x<sup>n</sup>": "H₂O, xⁿ",
    "<kbd>Ctrl</kbd>+<kbd>C</kbd>": "<code",
    "<b>a</b><b>(b)</b>c <s>d</s>": "<strong>(b)</strong>",
    "**Done!**🎉 for ~~you.~~👍 and 👉**(me)**": "<strong>(me)</strong>",
    "<kbd>A</kbd><kbd>B</kbd>`c`": "</code>",
    "<details><summary><b>a</b></summary>b</details>": "<strong>a</strong>",
    "<summary>a **b**</summary><b>**c**</b>": "<strong>b</strong>",
    "So:<br>a:<mark>b</mark>:<small>c</small>": "stMarkdownColoredBackground",
    "<mark>a</mark> <small>b</small>": "stMarkdownColoredBackground",
    "| a |\n|--|\n| b<br>c |": "</span>c</td>",
    "a\n<hr>\nb": "<hr",
}
"""What is drawn of a text, with a part of the HTML; no sign of the markdown is left."""
FORMULAS = [
    r"$3 \times \$4 = \$12$, $x = \$$ and 3$\times$3",
    "\\begin{align}\na &= b \\\\\nc &= d \\tag{1}\n\\end{align}",
    r"so \begin{pmatrix} 1 & 2 \end{pmatrix} and \[x = 1 \tag{2}\] are",
    "- a\n\n  \\begin{equation*}\n  x\n  \\end{equation*}",
    "> \\begin{multline}\n> a \\\\ b\n> \\end{multline}",
    r"\begin{alignat}{2} a &= b \end{alignat}",
    r"$\ce{2H2 + O2 ->[\Delta] 2H2O}$, \ce{SO4^2-}, \(\ce{N2 + 3H2 <=> 2NH3}\) and \pu{9.8 m s-2}",
]
DRAWN |= dict.fromkeys(FORMULAS, 'class="katex"')

Shown = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    cases = json.dumps([*ALIKE.values(), *WRITTEN, *DRAWN])
    with own_page.served(tmp_path_factory.mktemp("page"), PAGE, {"cases.json": cases}) as url:
        yield url


@pytest.fixture(scope="module")
def drawn(chromium: Browser, address: str) -> tuple[Shown, list[str]]:
    """What each container of the page shows, and the addresses the browser asked for."""
    asked: list[str] = []
    page = chromium.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.get_by_text("All drawn", exact=True).wait_for(timeout=60_000)
    page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")
    cases = len(ALIKE) + len(WRITTEN) + len(DRAWN)
    keys = [f"{way}_{at}" for at in range(cases) for way in ("whole", "split")]
    shown: dict[str, Any] = {key: page.evaluate(READ, key) for key in keys}
    page.close()
    return shown, asked


def structure(html: str) -> str:
    """Elements and text, without attributes (they hold generated names) and without spaces between."""
    return re.sub(r"\s+", " ", re.sub(r"(<[\w-]+)[^>]*>", r"\1>", html)).replace("> <", "><").strip()


@pytest.mark.parametrize("name", ALIKE)
def test_block_by_block_is_like_in_one_piece(name: str, drawn: tuple[Shown, list[str]]) -> None:
    at = list(ALIKE).index(name)
    whole, blocks = drawn[0][f"whole_{at}"], drawn[0][f"split_{at}"]
    assert structure(blocks["html"]) == structure(whole["html"])
    assert blocks["text"].split() == whole["text"].split()


@pytest.mark.parametrize("name", [name for name in ALIKE if name not in ("long", "footnotes")])
def test_the_cases_are_cut(name: str) -> None:
    assert len(split(ALIKE[name])) > 1


@pytest.mark.parametrize("text", WRITTEN)
def test_text_appears_as_it_was_written(text: str, drawn: tuple[Shown, list[str]]) -> None:
    shown = drawn[0][f"whole_{len(ALIKE) + list(WRITTEN).index(text)}"]
    assert shown["text"].strip() == (WRITTEN[text] or text)
    assert "<img" not in shown["html"]


@pytest.mark.parametrize("text", DRAWN)
def test_what_is_meant_is_drawn_and_no_sign_is_left(text: str, drawn: tuple[Shown, list[str]]) -> None:
    shown = drawn[0][f"whole_{len(ALIKE) + len(WRITTEN) + list(DRAWN).index(text)}"]
    assert DRAWN[text] in shown["html"]
    assert not re.search(r"[*~]|small\[|&lt;|&#|\u200b", shown["text"]) or text in FORMULAS
    assert "katex-error" not in shown["html"]
    assert "#cc0000" not in shown["html"]


def test_formulas_are_drawn(drawn: tuple[Shown, list[str]]) -> None:
    html = drawn[0][f"split_{list(ALIKE).index('formulas')}"]["html"]
    assert html.count('<span class="katex">') == 4
    assert html.count('<span class="katex-display">') == 2
    assert "katex-error" not in html


def test_nothing_is_fetched_from_elsewhere(address: str, drawn: tuple[Shown, list[str]]) -> None:
    assert drawn[1]
    assert [url for url in drawn[1] if not url.startswith((address, "ws:", "data:", "blob:"))] == []
