"""Draws HTML tags in a reader's own markup."""

import re
from collections.abc import Callable
from html import unescape

from lib.domain.text.markdown import tags
from lib.domain.text.markdown.code_spans import CodeSpans
from lib.domain.text.markdown.tags import Tag
from lib.domain.text.markdown.writer import MarkdownWriter

_LONGEST_LABEL = 400
"""Characters of a directive's label in the source: Streamlit accepts no more than 999 once it is drawn."""
_DIRECTIVES = {"small": ":small[", "mark": ":yellow-background[", "sub": ":small[", "sup": ":small["}
_SIGNS = {
    **dict.fromkeys((*tags.STRONG, "summary"), "**"),
    **dict.fromkeys(tags.EMPHASISED, "*"),
    **dict.fromkeys(tags.STRUCK, "~~"),
}
_TAG = re.compile(r"<[/A-Za-z]")


class TagWriter:
    """Draws the known tags of one text with its writer."""

    def __init__(self, text: str, writer: MarkdownWriter, spans: CodeSpans, *, is_open: bool) -> None:
        self._text, self._writer = text, writer
        self._ticks = "`" * (1 + spans.widest)
        """Longer than any run in the text, so that it pairs with none of them."""
        self._tags = tags.tags(text, is_open=is_open)
        self._waiting: dict[int, Callable[[str], None]] = {}
        """The endings of the open tags, by position."""

    def draw(self, at: int) -> int | None:
        """Draw the tag at `at`; return where the text continues, or `None` if it is only text."""
        tag = self._tags.get(at)
        if not tag or not tag.is_drawn:
            return None
        if tag.is_apart or tag.name in (*tags.BREAKS, *tags.HIDDEN):
            self._alone(tag)
            return tag.end
        if not self._writer.reader.is_streamlit and tag.name != "summary":
            self._writer.write(f"<{'/' * tag.is_closing}{tag.name}>")
            return tag.end
        if not tag.is_closing:
            return self._begin(tag)
        end = self._waiting.pop(tag.partner or 0, None)
        if end:
            end(self._text[tag.end : tag.end + 1])
        return tag.end if end else None

    def close(self) -> None:
        """End the tags that are still open, innermost first."""
        for end in reversed(self._waiting.values()):
            end("")

    def _alone(self, tag: Tag) -> None:
        if tag.name == "hr":
            self._writer.write("***")
        elif tag.name == "br":
            self._writer.write(self._writer.reader.line_break)
        elif tag.name == "p":
            self._writer.begin_line()
        else:
            self._writer.part()

    def _begin(self, tag: Tag) -> int:
        """Begin an element that ends at the tag's partner; return where the text continues."""
        end = tag.end if tag.partner is None else tag.partner
        content = self._text[tag.end : end]
        has_tags = bool(_TAG.search(content))
        if not content.strip():
            self._waiting[tag.start] = lambda _: None
            return tag.end
        if tag.name in tags.CODE and not has_tags:
            return self._draw_code(content, self._after(end))
        if tag.name in tags.RAISED and (raised := tags.raised(tag.name, content)) is not None:
            self._writer.write(raised)
            return self._after(end)
        return self._mark(tag, content)

    def _mark(self, tag: Tag, content: str) -> int:
        writer = self._writer
        if sign := _SIGNS.get(tag.name):
            word = content.lstrip()
            writer.write(content[: len(content) - len(word)])
            start = writer.open(sign, word[0])
            self._waiting[tag.start] = lambda after: self._close(tag, sign, after, start)
            return tag.end + len(content) - len(word)
        directive = _DIRECTIVES.get(tag.name)
        fits = len(content) < _LONGEST_LABEL and "[" not in content and "]" not in content
        if directive and fits:
            writer.write(directive)
        self._waiting[tag.start] = lambda _: writer.write("]" if directive and fits else "")
        return tag.end

    def _close(self, tag: Tag, sign: str, after: str, start: int) -> None:
        self._writer.close(sign, after, start)
        if tag.name == "summary":
            self._writer.begin_line()

    def _draw_code(self, content: str, end: int) -> int:
        """Draw a code span, separated from its neighbours; return `end`, where the text continues."""
        if self._writer.before == "`":
            self._writer.part()
        self._writer.write(self._code(content))
        if self._text.startswith("`", end):
            self._writer.part()
        return end

    def _code(self, content: str) -> str:
        """The content as a code span; HTML character references in it are resolved."""
        words = " ".join(unescape(content).split())
        if not words:
            return content
        widest = CodeSpans(words).widest
        ticks = self._ticks + "`" * max(0, widest + 1 - len(self._ticks))
        pad = " " * (words[0] == "`" or words[-1] == "`")
        return f"{ticks}{pad}{words}{pad}{ticks}"

    def _after(self, end: int) -> int:
        """Where the text continues after the tag that begins at `end`."""
        closing = self._tags.get(end)
        return closing.end if closing else end
