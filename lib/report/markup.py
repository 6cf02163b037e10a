"""A model's markdown as inert HTML: for reports, and for phones, which have no Streamlit.

Model text is untrusted. The result has none of its HTML, no image that a browser would fetch, and no link
except to `http`, `https`, `mailto` and `tel`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.tasklists import tasklists_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from lib.domain.conversation.media_types import PICTURE_IN_TEXT
from lib.domain.text.blocks import Block, split
from lib.domain.text.markdown.links import is_address, is_allowed, with_links
from lib.domain.text.markdown.tags import half_tag
from lib.domain.text.markdown.typed import Code, Words
from lib.domain.text.markdown.typed import typed as pieces_of
from lib.report.formulas import formulas
from lib.report.inline import OPEN_END, Inline, beyond_commonmark

LONGEST_CODE = 20_000
"""The longest code that is highlighted, in characters."""
DEEPEST = 20
"""The deepest nesting of quotes and lists that is rendered; a deeper text is shown as its source."""
LANGUAGES = frozenset(
    (
        *("bash", "c", "c#", "c++", "console", "cpp", "cs", "csharp", "css", "diff", "docker", "dockerfile"),
        *("go", "golang", "graphql", "html", "ini", "java", "javascript", "js", "json", "jsx", "kotlin"),
        *("latex", "lua", "make", "makefile", "markdown", "md", "nginx", "perl", "php", "powershell", "py"),
        *("python", "r", "rb", "ruby", "rs", "rust", "scala", "sh", "shell", "sql", "swift", "tex", "toml"),
        *("ts", "tsx", "typescript", "xml", "yaml", "yml", "zsh"),
    )
)
"""The languages that are highlighted."""

_PICTURE = re.compile(PICTURE_IN_TEXT)
_RULES = """\
.typed { white-space: pre-wrap; }
.typed, p, li, h4, h5, h6, th, td { unicode-bidi: plaintext; text-align: start; }
[dir="ltr"] { text-align: left; }
table:dir(rtl) { margin-left: auto; }
mtd[columnalign="left"] { text-align: left; padding-left: 0; }
mtd[columnalign="right"] { text-align: right; padding-right: 0; }
kbd { font-family: inherit; font-size: 0.85em; padding: 0 0.35em; border: 1px solid; border-radius: 0.3em; }
mark { background: #ffe58a; color: #10151c; }
p:empty { display: none; }
.right { text-align: right; }
.center { text-align: center; }
li.task-list-item { list-style: none; margin-inline-start: -1.2em; }
"""
_APART = {"rel": "noopener noreferrer nofollow", "target": "_blank"}
"""Attributes that isolate a link's target from this page."""


def html(text: str, *, is_open: bool = False) -> str:
    """Return the text as an HTML fragment; `is_open` while it streams."""
    blocks = [text] if isinstance(text, Block) else split(text)
    return "".join(_block(block, is_open=is_open and block is blocks[-1]) for block in blocks)


def _block(text: Block, *, is_open: bool) -> str:
    if not text.is_plain:
        text_ = text[: half_tag(text)] if is_open else text
        environment: dict[str, Any] = {OPEN_END: text_} if is_open else {}
        tokens = _MARKDOWN.parse(text_, environment)
        # The parser leaves out deeper levels.
        if all(token.level < DEEPEST - 1 for token in tokens):
            options = _UNCOLOURED if text.is_uncoloured else _MARKDOWN.options
            return str(_MARKDOWN.renderer.render(tokens, options, environment))
    return f'<pre dir="auto">{escape(text)}</pre>\n'


def typed(text: str) -> str:
    """Return typed text as an HTML fragment: unchanged, with links, and fenced code as code."""
    pieces = (
        _code(each.text, each.language) if isinstance(each, Code) else words(each) for each in pieces_of(text)
    )
    return "".join(pieces)


def words(text: Words) -> str:
    """Return text with its line breaks and spaces: the stylesheet keeps them in the class `typed`."""
    return f'<div class="typed">{"".join(_with_links(text.text))}</div>\n'


@cache
def stylesheet() -> str:
    """Return CSS for such fragments: direction, code colours, light and dark, tables, tasks."""
    light, dark = _colours("default"), _colours("github-dark")
    return f"{_RULES}{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _colours(style: str) -> str:
    formatter: Any = HtmlFormatter(style=style, classprefix="hl-")
    rules = str(formatter.get_style_defs(".code")).splitlines()
    return "\n".join(rule for rule in rules if rule.startswith(".code .hl-"))


def _code(content: str, language: str, _attributes: str = "") -> str:
    name = language.lower()
    coloured = ""
    if name in LANGUAGES and len(content) <= LONGEST_CODE:
        try:
            lexer = get_lexer_by_name(name, stripnl=False)
            coloured = highlight(content, lexer, HtmlFormatter(nowrap=True, classprefix="hl-"))
        except ClassNotFound:
            pass
    return f'<pre class="code" dir="ltr"><code>{coloured or escape(content)}</code></pre>\n'


def _link(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    tokens[index].attrs = {"href": tokens[index].attrs["href"], **_APART}
    return self.renderToken(tokens, index, options, env)


def _image(
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    """Render an image; only embedded ones are left."""
    token = tokens[index]
    source = str(token.attrGet("src") or "")
    return f'<img src="{escape(source)}" alt="{escape(token.content)}">' if _PICTURE.fullmatch(source) else ""


def _cell(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Render a table cell's alignment as a class: a strict policy on styles must not lose it."""
    token = tokens[index]
    side = re.fullmatch(r"text-align:(left|right|center)", str(token.attrGet("style") or ""))
    token.attrs = {"class": side[1]} if side else {}
    return self.renderToken(tokens, index, options, env)


def _links(state: StateCore) -> None:
    """Turn images from elsewhere into links, so that nothing is fetched, and drop forbidden links."""
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_allowed(_without_images(block.children)))


def _allowed(tokens: Iterable[Token]) -> Iterator[Token]:
    """Drop links that are not allowed; keep their text."""
    is_kept: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            is_kept.append(is_allowed(str(token.attrGet("href") or "")))
        if not token.type.startswith("link_") or is_kept[-1]:
            yield token
        if token.type == "link_close":
            is_kept.pop()


def _without_images(tokens: Sequence[Token]) -> Iterator[Token]:
    links = 0
    for token in tokens:
        links += (token.type == "link_open") - (token.type == "link_close")
        source = str(token.attrGet("src") or "") if token.type == "image" else ""
        if token.type == "image" and not _PICTURE.fullmatch(source):
            words = "".join(child.content for child in token.children or ()).strip() or "image"
            yield from [_text(words)] if links else _linked(source, words)
        else:
            yield token


def _linked(target: str, words: str) -> tuple[Token, Token, Token]:
    return Token("link_open", "a", 1, attrs={"href": target}), _text(words), Token("link_close", "a", -1)


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)


def _with_links(text: str) -> Iterator[str]:
    """Yield the text as HTML, with its addresses as links."""
    apart = " ".join(f'{name}="{value}"' for name, value in _APART.items())
    for piece in with_links(text):
        if isinstance(piece, str):
            yield escape(piece)
        else:
            yield f'<a href="{escape(piece.target)}" {apart}>{escape(piece.words)}</a>'


def _directions(state: StateCore) -> None:
    """Set the direction of a list's markers, a quote's bar and a table's columns by their first word.

    Only on the outermost element: a browser does not look into elements with their own direction.
    """
    for token in state.tokens:
        if token.nesting == 1 and token.level == 0:
            token.attrSet("dir", "auto")
        for child in token.children or ():
            if child.type == "code_inline":
                child.attrSet("dir", "ltr")


def _small_headings(state: StateCore) -> None:
    """Lower the level of headings: the page around an answer has its own."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 3, 6)}"


def _box(
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    """Render a task's box as a character: model text contains no form. Nothing else here makes HTML."""
    return "☑" if "checked" in tokens[index].content else "☐"


def _parser() -> Any:
    settings = {"html": False, "linkify": False, "maxNesting": DEEPEST, "highlight": _code}
    parser = MarkdownIt()
    parser.inline = Inline()
    parser.configure("commonmark", settings).enable(["table", "strikethrough"])
    parser.use(formulas).use(beyond_commonmark).use(tasklists_plugin)
    # The parser's own check leaves a refused link as source; `_links` drops it and keeps its text.
    parser.validateLink = _is_known  # type: ignore[method-assign]
    for change in (_links, _small_headings, _directions):
        parser.core.ruler.push(change.__name__, change)
    for name, draw in {"link_open": _link, "image": _image, "th_open": _cell, "td_open": _cell}.items():
        parser.add_render_rule(name, draw)
    parser.add_render_rule("code_block", _indented)
    parser.add_render_rule("html_inline", _box)
    return parser


def _indented(
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    return _code(tokens[index].content, "", "")


def _is_known(url: str) -> bool:
    return is_address(url)


def _uncoloured(content: str, _language: str, _attributes: str) -> str:
    return _code(content, "")


_MARKDOWN = _parser()
_UNCOLOURED = OptionsDict({**_MARKDOWN.options, "highlight": _uncoloured})  # type: ignore[typeddict-item]
