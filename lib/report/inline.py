"""The page's extensions of CommonMark for the reports' parser: the same addresses, tags and emphasis."""

import re
from collections.abc import Mapping
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from lib.domain.text.markdown import emphasis, links, tags
from lib.domain.text.markdown.tags import Tag

_LAST_BRACKET = -1
"""The key of a block's last `]` in the parser's cache of positions: no position has this number."""
OPEN_END = "open_end"
"""The environment's key for a text that still streams: tags at its end may be open."""
_ELEMENTS = {**dict.fromkeys(tags.STRUCK, "s"), "b": "strong", "i": "em", "summary": "strong"}
"""The elements of tags that stand for a different one."""
_HR = re.compile(r"<hr(?:\s[^<>]{0,200}|\s*/)?>[ \t]*$", re.I)


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803  # the parser's names
        scanned = super().scanDelims(start, canSplitWord)
        if self.src[start] == "~" and scanned.length != 2:
            return Scanned(False, False, scanned.length)  # as on the page: one means about, three a fence
        end = start + scanned.length
        after = self.src[end : end + 1] if end < self.posMax else ""
        is_free = canSplitWord and emphasis.is_free(self.src[max(0, start - 2) : start], after)
        return Scanned(True, True, scanned.length) if is_free else scanned


class Inline(ParserInline):
    """Parses the content of a paragraph."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Parse as the base class does, with our state for emphasis."""
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def beyond_commonmark(parser: MarkdownIt) -> None:
    """A plugin for a parser whose `inline` is an `Inline`."""
    # The parser skips text up to one of these signs: the start of an address has to be among them.
    parser.inline.terminator_re = re.compile(f"{parser.inline.terminator_re.pattern}|{links.START}", re.I)
    parser.inline.ruler.after("text", "address", _address)
    parser.inline.ruler.before("autolink", "tag", _tag)
    parser.inline.ruler.before("link", "unclosed", _unclosed)
    parser.block.ruler.before(
        "hr", "hr_tag", _rule, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )


def _rule(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if state.is_code_block(start) or not _HR.match(line):
        return False
    if not silent:
        state.line = start + 1
        state.push("hr", "hr", 0).map = [start, start + 1]
    return True


def _address(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "hHwW":
        return False
    link = links.bare_link(state.src, state.pos, state.posMax)
    if not link or state.linkLevel:
        end = link.end if link else state.pos + 1
        if not silent:
            state.append_pending(state.src[state.pos : end])
        state.pos = end
        return True
    if not silent:
        state.push("link_open", "a", 1).attrs = {"href": link.target}
        state.push("text", "", 0).content = link.words
        state.push("link_close", "a", -1)
    state.pos = link.end
    return True


def _tag(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "<":
        return False
    tag = _tags(state).get(state.pos)
    if not tag or not tag.is_drawn:
        return False
    if tag.is_apart or tag.name in (*tags.BREAKS, *tags.HIDDEN):
        if not silent:
            _draw_alone(state, tag)
        state.pos = tag.end
        return True
    end = len(state.src) if tag.partner is None else tag.partner
    closing = _tags(state).get(end)
    after = closing.end if closing else end
    if tag.is_closing or after > state.posMax:
        return False
    if not silent:
        _draw_pair(state, tag, end)
    state.pos = after
    return True


def _tags(state: StateInline) -> Mapping[int, Tag]:
    """Return the tags of a paragraph; they are searched for once."""
    known: dict[str, Mapping[int, Tag]] = state.env.setdefault("tags", {})
    if state.src not in known:
        is_open = str(state.env.get(OPEN_END, "")).rstrip().endswith(state.src)
        known[state.src] = tags.tags(state.src, is_open=is_open)
    return known[state.src]


def _draw_alone(state: StateInline, tag: Tag) -> None:
    """Render a tag without a partner: a line break; mere containers are dropped."""
    is_fresh = not state.pending.strip() and (not state.tokens or state.tokens[-1].type == "hardbreak")
    if tag.name == "br" or (tag.name == "p" and not is_fresh and tag.end < state.posMax):
        state.push("hardbreak", "br", 0)


def _draw_pair(state: StateInline, tag: Tag, end: int) -> None:
    """Render the text between a tag and its partner at `end`, in their element."""
    element, content = _ELEMENTS.get(tag.name, tag.name), state.src[tag.end : end]
    state.push("tag_open", element, 1)
    if tag.name in tags.CODE and "<" not in content:
        state.push("text", "", 0).content = unescape(content)
    else:
        limit, state.pos, state.posMax = state.posMax, tag.end, end
        state.md.inline.tokenize(state)
        state.posMax = limit
    state.push("tag_close", element, -1)
    if tag.name == "summary":
        state.push("hardbreak", "br", 0)


def _unclosed(state: StateInline, silent: bool) -> bool:
    """Treat a `[` or `![` without a later `]` as text: it opens no link, so nothing needs to be searched."""
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
