"""A model's markdown as HTML that does nothing: for reports, and for phones that have no Streamlit.

What a model writes is untrusted. There is no HTML of its own in the result, no image that a browser would
fetch, and no link but to `http`, `https` and `mailto`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from lib.report.formulas import formulas

LONGEST = 200_000
"""Characters of a text that is read as markdown; a longer one is shown as it is."""
LONGEST_CODE = 20_000
"""Characters of code that gets colours."""
DEEPEST = 20
"""How many quotes and lists within each other are drawn; what is nested more deeply is shown as it is."""
LANGUAGES = frozenset(
    (
        *("bash", "c", "c#", "c++", "console", "cpp", "cs", "csharp", "css", "diff", "docker", "dockerfile"),
        *("go", "golang", "graphql", "html", "ini", "java", "javascript", "js", "json", "jsx", "kotlin"),
        *("latex", "lua", "make", "makefile", "markdown", "md", "nginx", "perl", "php", "powershell", "py"),
        *("python", "r", "rb", "ruby", "rs", "rust", "scala", "sh", "shell", "sql", "swift", "tex", "toml"),
        *("ts", "tsx", "typescript", "xml", "yaml", "yml", "zsh"),
    )
)
"""What code may be written in to get colours."""

_LAST_BRACKET = -1
"""Where a block's last `]` is noted among the parser's notes on places: no place has this number."""

_SAFE = re.compile(r"https?://|mailto:", re.I)
_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=]*")
"""Small pictures that a text carries itself, as the page shows them."""
_ADDRESS = re.compile(r"(?<![\w/])https?://[^\s<>\[\]\"'`]*[^\s<>\[\]\"'`.,;:!?)*_~]")
"""A link that is only its address."""
_SIDES = """\
.right { text-align: right; }
.center { text-align: center; }
li.task { list-style: none; margin-left: -1.2em; }
"""
_TASK = re.compile(r"\[([ xX])\] ")


def html(text: str) -> str:
    """The text as an HTML fragment."""
    if len(text) <= LONGEST:
        environment: dict[str, Any] = {}
        tokens = _MARKDOWN.parse(text, environment)
        # What is nested more deeply is left out by the parser.
        if all(token.level < DEEPEST - 1 for token in tokens):
            return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, environment))
    return f"<pre>{escape(text)}</pre>\n"


@cache
def stylesheet() -> str:
    """CSS for what such a fragment holds: the colours of code, light and dark, the sides of cells, tasks."""
    light, dark = _colours("default"), _colours("github-dark")
    return f"{_SIDES}{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _colours(style: str) -> str:
    formatter: Any = HtmlFormatter(style=style, classprefix="hl-")
    rules = str(formatter.get_style_defs(".code")).splitlines()
    return "\n".join(rule for rule in rules if rule.startswith(".code .hl-"))


def _code(content: str, language: str, _attributes: str) -> str:
    name = language.lower()
    coloured = ""
    if name in LANGUAGES and len(content) <= LONGEST_CODE:
        try:
            lexer = get_lexer_by_name(name, stripnl=False)
            coloured = highlight(content, lexer, HtmlFormatter(nowrap=True, classprefix="hl-"))
        except ClassNotFound:
            pass
    return f'<pre class="code"><code>{coloured or escape(content)}</code></pre>\n'


def _link(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    if not _SAFE.match(str(token.attrGet("href") or "")):
        token.attrs = {}
    else:
        token.attrs = {
            "href": token.attrs["href"],
            "rel": "noopener noreferrer nofollow",
            "target": "_blank",
        }
    return self.renderToken(tokens, index, options, env)


def _image(
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    """Only pictures that the text carries are left."""
    token = tokens[index]
    source = str(token.attrGet("src") or "")
    return f'<img src="{escape(source)}" alt="{escape(token.content)}">' if _PICTURE.fullmatch(source) else ""


def _cell(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """A cell's alignment as a class: a strict policy on styles must not lose it."""
    token = tokens[index]
    side = re.fullmatch(r"text-align:(left|right|center)", str(token.attrGet("style") or ""))
    token.attrs = {"class": side[1]} if side else {}
    return self.renderToken(tokens, index, options, env)


def _links(state: StateCore) -> None:
    """Nothing is fetched: an image from elsewhere is a link to it. An address in the text is one too."""
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_with_links(block.children))


def _with_links(tokens: Sequence[Token]) -> Iterator[Token]:
    links = 0
    for token in tokens:
        links += (token.type == "link_open") - (token.type == "link_close")
        source = str(token.attrGet("src") or "") if token.type == "image" else ""
        if token.type == "image" and not _PICTURE.fullmatch(source):
            words = "".join(child.content for child in token.children or ()).strip() or "image"
            yield from [_text(words)] if links else _linked(source, words)
        elif token.type == "text" and not links:
            yield from _with_addresses(token.content)
        else:
            yield token


def _with_addresses(text: str) -> Iterator[Token]:
    at = 0
    for address in _ADDRESS.finditer(text):
        yield _text(text[at : address.start()])
        yield from _linked(address[0], address[0])
        at = address.end()
    yield _text(text[at:])


def _linked(target: str, words: str) -> tuple[Token, Token, Token]:
    return Token("link_open", "a", 1, attrs={"href": target}), _text(words), Token("link_close", "a", -1)


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)


def _small_headings(state: StateCore) -> None:
    """An answer stands inside a page that has headings of its own."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 3, 6)}"


def _tasks(state: StateCore) -> None:
    """`- [ ]` and `- [x]` are boxes."""
    for at, token in enumerate(state.tokens[2:], start=2):
        if token.type != "inline" or state.tokens[at - 2].type != "list_item_open" or not token.children:
            continue
        first = token.children[0]
        if first.type == "text" and (task := _TASK.match(first.content)):
            first.content = ("☐ " if task[1] == " " else "☑ ") + first.content[task.end() :]
            state.tokens[at - 2].attrSet("class", "task")


def _unclosed(state: StateInline, silent: bool) -> bool:
    """A `[` or `![` that no `]` follows opens no link: it is text, and its end need not be searched for."""
    here = state.src[state.pos]
    if here != "[" and not state.src.startswith("![", state.pos):
        return False
    if _LAST_BRACKET not in state.cache:
        state.cache[_LAST_BRACKET] = state.src.rfind("]")
    if state.cache[_LAST_BRACKET] > state.pos:
        return False
    if not silent:
        state.pending += here
    state.pos += 1
    return True


def _parser() -> Any:
    settings = {"html": False, "linkify": False, "maxNesting": DEEPEST, "highlight": _code}
    parser = MarkdownIt("commonmark", settings).enable(["table", "strikethrough"]).use(formulas)
    parser.validateLink = _is_known  # type: ignore[method-assign]
    parser.inline.ruler.before("link", "unclosed", _unclosed)
    for change in (_tasks, _links, _small_headings):
        parser.core.ruler.push(change.__name__, change)
    for name, draw in {"link_open": _link, "image": _image, "th_open": _cell, "td_open": _cell}.items():
        parser.add_render_rule(name, draw)
    parser.add_render_rule("code_block", _indented)
    return parser


def _indented(
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    return _code(tokens[index].content, "", "")


def _is_known(url: str) -> bool:
    return bool(_SAFE.match(url) or _PICTURE.fullmatch(url))


_MARKDOWN = _parser()
