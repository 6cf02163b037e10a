"""The content of a paragraph, heading or table cell, escaped so that a reader draws what the model meant."""

import re

from lib.domain.conversation.media_types import PICTURE_IN_TEXT
from lib.domain.text.markdown import emphasis, links, tags
from lib.domain.text.markdown.characters import has_right_to_left, is_right_to_left, is_space
from lib.domain.text.markdown.code_spans import CodeSpans
from lib.domain.text.markdown.readers import DIRECTIVE_NAME, PAGE, Reader
from lib.domain.text.markdown.tag_writer import TagWriter
from lib.domain.text.markdown.writer import MarkdownWriter
from lib.domain.text.math.formulas import Formula, formula_at
from lib.domain.text.math.tex import katex

_TOKEN = re.compile(
    rf"""(?P<escape>\\[!-/:-@\[-`{{-~])
    |(?P<formula>\\(?:begin|ce|pu)\{{)
    |(?P<ticks>`+)
    |(?P<dollars>\$+)
    |(?P<verbatim><[A-Za-z][A-Za-z0-9+.-]{{1,31}}:[^\s<>]*>|<[\w.+-]+@[\w.-]+>)
    |(?P<address>{links.START})
    |(?P<operator>(?<![-<=~\w])(?<![-<=~\s]>)(?:<->|->|<-|--|>=|<=|~=)(?![->=~\w]|<(?![A-Za-z/])))
    |(?P<tag><(?=[A-Za-z/!?]))
    |(?P<image>!++\[)
    |(?P<marks>!+)
    |(?P<opening>\[)
    |(?P<closing>\])
    |(?P<colon>:)
    |(?P<tilde>(?<!~)~(?=[^\s~])|(?<=[^\s~])~(?!~))
    |(?P<run>\*+|~+)""",
    re.X | re.I,
)
_BRACKET = re.compile(r"\\[!-/:-@\[-`{-~]|`+|\[|\]")
_SHORT_CODE = re.compile(r":(?:(?!\d{1,2}:)[\w+-]+:|material/)", re.A)
_DIRECTIVE = re.compile(rf":(?:[A-Za-z]|{DIRECTIVE_NAME}[\[{{]|(?<=::){DIRECTIVE_NAME})")
_TARGET = re.compile(
    r"""\(\s*+(?:<[^<>\n]*>|[^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)*+)
    (?:\s++(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*+\)
    |\[[^\[\]]*\]""",
    re.X,
)
_COLLAPSED = re.compile(r"\[[^\[\]`!]+\]\[\]")
_PICTURE = re.compile(rf"!\[[^\[\]`$<\\]*\]\({PICTURE_IN_TEXT}\)")
_ENDS = re.compile(r"[?!.,:;*_'\")]*+(?:\s|$)")
"""Characters that GitHub's markdown excludes from the end of a URL."""
_WITHOUT_DIRECTION = re.compile(r"`[^`]*`|\[[xX]\]|\$[^$]*\$|\\\(.{0,300}?\\\)|<[^<>]*>", re.S)


def drawn(text: str, reader: Reader = PAGE, *, is_open: bool = False) -> str:
    """The text for the reader; `is_open` while it is still being written."""
    return _Inline(text, reader, is_open=is_open).drawn()


def turns(text: str) -> bool:
    """Whether the text is written from right to left; its code, formulas and tags do not decide."""
    return has_right_to_left(text) and is_right_to_left(_WITHOUT_DIRECTION.sub("", text))


def _outermost(text: str, sign: str) -> tuple[int, int]:
    """The first run of the sign, which closes nothing, and the last one, which opens nothing.

    If runs differ in length, their other roles matter too: then neither position is returned.
    """
    runs = re.findall(rf"{re.escape(sign)}+", text)
    return (text.find(sign), text.rfind(runs[-1])) if len(set(runs)) == 1 else (-1, -1)


def _is_link(target: str) -> bool:
    """Whether the target of a link may stay: an allowed URL, or the name of a definition."""
    return "![" not in target and (target[0] == "[" or links.is_allowed(target[1:].lstrip(" \t\n<")))


def _is_forbidden(target: str) -> bool:
    """Whether it is a URL that must not be followed: only the link's words stay."""
    inside = target[1:].lstrip(" \t\n<")
    return target[0] == "(" and links.is_address(inside) and not links.is_allowed(inside)


class _Inline:
    """One walk through a text, from one significant sign to the next."""

    def __init__(self, text: str, reader: Reader, *, is_open: bool) -> None:
        self.text = text[: tags.half_tag(text)] if is_open else text
        self.reader = reader
        self.writer = MarkdownWriter(reader)
        self.spans = CodeSpans(self.text)
        self.tags = TagWriter(self.text, self.writer, self.spans, is_open=is_open)
        self.closing = self._brackets()
        self.outermost = {sign: _outermost(self.text, sign) for sign in "*~"}
        self.linked_until = -1
        self.dropped: set[int] = set()

    def drawn(self) -> str:
        at = 0
        while token := _TOKEN.search(self.text, at):
            self.writer.write(self.text[at : token.start()])
            at = getattr(self, f"_{token.lastgroup}")(token)
        self.writer.write(self.text[at:])
        self.tags.close()
        return self.writer.text

    def _brackets(self) -> dict[int, int]:
        """Map each opening bracket to its closing one."""
        closing: dict[int, int] = {}
        waiting: list[int] = []
        at = 0
        while bracket := _BRACKET.search(self.text, at):
            at = bracket.end()
            if bracket[0][0] == "`":
                at = self.spans.end(bracket.start(), at)
            elif bracket[0] == "[":
                waiting.append(bracket.start())
            elif bracket[0] == "]" and waiting:
                closing[waiting.pop()] = bracket.start()
        return closing

    def _put(self, piece: str, end: int) -> int:
        self.writer.write(piece)
        return end

    def _ticks(self, token: re.Match[str]) -> int:
        end = self.spans.end(token.start(), token.end())
        return self._put(self.text[token.start() : end], end)

    def _verbatim(self, token: re.Match[str]) -> int:
        if links.is_allowed(token[0][1:]) or not links.is_address(token[0][1:]):
            return self._put(token[0], token.end())
        return self._put("&lt;", token.start() + 1)

    def _tag(self, token: re.Match[str]) -> int:
        end = self.tags.draw(token.start())
        return self._put("&lt;", token.end()) if end is None else end

    def _marks(self, token: re.Match[str]) -> int:
        return self._put(token[0], token.end())

    def _tilde(self, token: re.Match[str]) -> int:
        return self._put(r"\~", token.end())

    def _operator(self, token: re.Match[str]) -> int:
        # The same for the arrows and dashes that Streamlit makes of these.
        return self._put(self.reader.nothing.join(token[0]), token.end())

    def _colon(self, token: re.Match[str]) -> int:
        colon = token.end() - 1
        if not self.reader.is_streamlit:
            return self._put(token[0], token.end())
        if _SHORT_CODE.match(self.text, colon):
            # A backslash does not help: Streamlit looks for icons and emoji after escapes are resolved.
            return self._put("&#58;" + self.reader.nothing, token.end())
        return self._put(r"\:" if _DIRECTIVE.match(self.text, colon) else token[0], token.end())

    def _run(self, token: re.Match[str]) -> int:
        """Stars or tildes: separate their neighbours if the run would not count as emphasis."""
        if not self.reader.is_streamlit or (token[0][0] == "~" and len(token[0]) > 2):
            return self._put(token[0], token.end())
        sign, after = token[0][0], self.text[token.end() : token.end() + 1]
        before = self.text[max(0, token.start() - 2) : token.start()]
        is_free = emphasis.is_free(before, after) or emphasis.is_beside_emoji(before[-1:], after)
        does = emphasis.flanks(self.writer.before, after)
        first, last = self.outermost[sign]
        is_first, is_last = first == token.start(), last == token.start()
        if (is_free and not does.opens and not is_last) or self.writer.before == sign:
            self.writer.part()
        self.writer.write(token[0])
        if is_free and not does.closes and not is_first:
            self.writer.part()
        return token.end()

    def _address(self, token: re.Match[str]) -> int:
        """Mark the end of a URL that GitHub's markdown would end elsewhere."""
        link = links.bare_link(self.text, token.start())
        if not link:
            return self._put(self._parted(token[0]), token.end())
        if token.start() < self.linked_until:
            return self._put(link.words, link.end)
        is_known = link.target == link.words or is_space(self.writer.before) or self.writer.before in "*_~("
        if is_known and not link.holds_icon and _ENDS.match(self.text, link.end):
            return self._put(link.words, link.end)
        return self._put(link.markdown(self.writer.before, self.reader.nothing), link.end)

    def _parted(self, beginning: str) -> str:
        """The beginning of text that is not a URL here, but would be one for GitHub's markdown, broken up."""
        if not (nothing := self.reader.nothing):
            return beginning
        scheme, colon, slashes = beginning.partition(":")
        return f"{scheme}&#58;{nothing}{slashes}" if colon else f"{beginning[:-1]}{nothing}."

    def _formula(self, token: re.Match[str]) -> int:
        formula = formula_at(self.text, token.start())
        return self._put_formula(formula) if formula else self._put(token[0], token.end())

    def _escape(self, token: re.Match[str]) -> int:
        if token[0] == r"\:":
            return self._colon(token)
        formula = formula_at(self.text, token.start())
        return self._put_formula(formula) if formula else self._put(token[0], token.end())

    def _dollars(self, token: re.Match[str]) -> int:
        formula = formula_at(self.text, token.start())
        return self._put_formula(formula) if formula else self._put(r"\$" * len(token[0]), token.end())

    def _put_formula(self, formula: Formula) -> int:
        tex = katex(formula.tex, is_display=False) if self.reader.is_streamlit else formula.tex
        is_beside_digit = self.text[formula.end : formula.end + 1].isdigit()
        sign = "$$" if formula.is_display or "$" in tex or is_beside_digit else "$"
        space = " " * (tex.startswith("$") or tex.endswith("$"))
        if self.writer.before == "$":
            self.writer.write(self.reader.nothing or " ")
        return self._put(f"{sign}{space}{tex}{space}{sign}", formula.end)

    def _opening(self, token: re.Match[str]) -> int:
        if collapsed := _COLLAPSED.match(self.text, token.start()):
            return self._put(collapsed[0], collapsed.end())
        end = self.closing.get(token.start())
        target = _TARGET.match(self.text, end + 1) if end is not None else None
        if end is not None and target and _is_forbidden(target[0]):
            self.dropped.add(end)
            return token.end()
        if end is not None and target and _is_link(target[0]):
            self.linked_until = max(self.linked_until, end)
        self._part_from_mark(token)
        return self._put("[", token.end())

    def _part_from_mark(self, bracket: re.Match[str]) -> None:
        """Separate a link from an exclamation mark: with only tags between them it would become an image."""
        if self.writer.before == "!" and self.text[bracket.start() - 1] != "!":
            self.writer.write(self.reader.nothing or " ")

    def _closing(self, token: re.Match[str]) -> int:
        target = _TARGET.match(self.text, token.end())
        if target and token.start() in self.dropped:
            return target.end()
        if target and _is_link(target[0]):
            return self._put("]" + target[0], target.end())
        is_read_on = self.text.startswith("(", token.end())  # by a reader that may see a target here
        return self._put(r"\]" if is_read_on else "]", token.end())

    def _image(self, token: re.Match[str]) -> int:
        before = r"\!" * (len(token[0]) - 2)  # a bare one would make an image of the link that follows
        self._part_from_mark(token)
        opening = token.end() - 1
        if picture := _PICTURE.match(self.text, opening - 1):
            return self._put(before + picture[0], picture.end())
        end = self.closing.get(opening)
        target = _TARGET.match(self.text, end + 1) if end is not None else None
        if end is None or not target or not (_is_link(target[0]) or _is_forbidden(target[0])):
            return self._put(before + r"\![", token.end())
        name = "" if self.text[token.end() : end].strip() else "image"
        if opening < self.linked_until or _is_forbidden(target[0]):
            self.dropped.add(end)
            return self._put(before + name, token.end())
        self.linked_until = max(self.linked_until, end)
        return self._put(f"{before}[{name}", token.end())
