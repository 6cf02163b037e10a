"""A model's markdown as HTML that does nothing: for reports, and for phones that have no Streamlit.

What a model writes is untrusted. There is no HTML of its own in the result, no image that a browser would
fetch, and no link but to `http`, `https` and `mailto`.
"""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

_SAFE = ("http://", "https://", "mailto:")


def html(text: str) -> str:
    """The text as an HTML fragment."""
    rendered: str = _MARKDOWN.render(text)
    return rendered


def _link(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    tokens[index].attrSet("target", "_blank")
    return self.renderToken(tokens, index, options, env)


def _image(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Nothing is fetched: what would be shown is a link."""
    token = tokens[index]
    words = self.renderInlineAsText(token.children, options, env) if token.children else ""
    link = Token("link_open", "a", 1, attrs={"href": token.attrGet("src") or ""})
    return _link(self, [link], 0, options, env) + (_escaped(words) or "image") + "</a>"


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _is_safe(url: str) -> bool:
    return url.strip().lower().startswith(_SAFE)


def _parser() -> Any:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    parser.validateLink = _is_safe  # type: ignore[method-assign]
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("image", _image)
    return parser


_MARKDOWN = _parser()
