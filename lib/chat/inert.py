"""Makes a model's markdown safe and faithful for `st.markdown`.

Streamlit rewrites more than markdown asks for, and a browser fetches every image it is shown. Code is left
alone; elsewhere each rewriting gets the lightest escape that stops it, and none leaves a character behind in
what is copied from the page:

- images become links, but small pictures carried in the text itself stay; mermaid that may fetch is only code
- `:red[..]`, `:badge[..]` and other directives: the colon gets a backslash
- `:smile:`, `:material/x:`, `->`, `--`, `>=` …: replaced after escapes are resolved, so they are taken apart
  by `:small[]`, which draws nothing
- HTML: its `<` becomes `&lt;`; Streamlit shows tags as text too, but hides unfinished ones while streaming
- `~` between words, as in 5~10: a backslash; it would strike out what stands between two of them
- `$` that is not part of a formula gets a backslash; `\\(..\\)` and `\\[..\\]` become `$..$` and `$$..$$`
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lib.chat.blocks import FORMULA_ENDS, Kind, Line, Structure

_KEEP_INDENT = "[//]: #\n\n"
"""A definition, which draws nothing. Without it `st.markdown` would strip the first line's indentation."""

_LOAD_FORMULAS = '[//]: # "$x$"\n\n'
"""Likewise. Streamlit looks for formulas after guessing what is code; this one it finds in any case."""

_BREAK = ":small[]"
_LONGEST_INLINE = 2000
"""Characters in which an inline formula has to end, so that hostile text is not searched again and again."""

_DRAWN = (Kind.TEXT, Kind.FORMULA)
_CODE_SPAN = re.compile(r"(`+)[^`]+\1(?!`)")
_DIAGRAM = re.compile(r"mermaid|[&\\]", re.I)
_FETCHING = re.compile(r"//|\\|#\w+;|%%\{|\b(?:img|icon|url|href|click|import)\b", re.I)
_DEFINITION = re.compile(r"\[[^\[\]]+\]:[ \t]*\S+[ \t]*(?:[\"'(][^!]*)?$")
_DELIMITER_ROW = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CELL = re.compile(r"(?:\\[\\|]|[^|])+|\|")

_TOKEN = re.compile(
    r"""(?P<escape>\\[!-/:-@\[-`{-~])
    |(?P<ticks>`+)
    |(?P<dollars>\$+)
    |(?P<verbatim><[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*> | <[\w.+-]+@[\w.-]+>
        | (?<![A-Za-z0-9])(?:https?://|www\.)[^\s<>`$\[\]!*|\\]*)
    |(?P<operator>(?<![-<>=~\w])(?:<->|->|<-|--|>=|<=|~=)(?![-<>=~\w]))
    |(?P<tag><(?=[A-Za-z/!?]))
    |(?P<image>!+\[)
    |(?P<opening>\[)
    |(?P<closing>\])
    |(?P<colon>:)
    |(?P<tilde>(?<=\w)~(?=\w))""",
    re.X,
)
_BRACKET = re.compile(r"\\[!-/:-@\[-`{-~]|`+|\[|\]")
_SHORT_CODE = re.compile(r":(?:(?!\d{1,2}:)[\w+-]+:|material/)", re.A)
_DIRECTIVE = re.compile(r":[A-Za-z]")
_TARGET = re.compile(
    r"""\(\s*(?:<[^<>\n]*>|[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)
    (?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)
    |\[[^\[\]]*\]""",
    re.X,
)
_COLLAPSED = re.compile(r"\[[^\[\]`!]+\]\[\]")
_PICTURE = re.compile(r"!\[[^\[\]`$<\\]*\]\(data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=]*\)")
_DOLLARS = re.compile(r"\$+")
_MATHEMATICAL = re.compile(r"[\\^_={}+*/<>|]")
_PROSE = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}|^\d\S*\s")
_AFTER_FORMULA = re.compile(r"(?!\$)(?:(?:th|st|nd|rd|s)\b|(?![A-Za-z0-9]))")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula within a paragraph."""

    tex: str
    end: int
    """Where the text goes on after it."""
    is_display: bool
    """Whether it is written as one that stands apart: `$$..$$` or `\\[..\\]`."""


def formula_at(text: str, at: int) -> Formula | None:
    """The formula that begins with the dollars or the backslash at `at`; `None` where none is meant."""
    dollars = _DOLLARS.match(text, at)
    return _in_dollars(text, dollars) if dollars else _in_brackets(text, at)


def inert(markdown: str) -> str:
    """One block, finished or not, so that it shows what the model wrote and fetches nothing."""
    text = markdown.replace("\r\n", "\n").replace("\r", "\n")
    pieces = list(_pieces(text.split("\n")))
    drawn = "\n".join(piece for _, piece in pieces)
    if ("```" in text or "~~~" in text) and any(
        _has_formula(piece) for kind, piece in pieces if kind in _DRAWN
    ):
        return _LOAD_FORMULAS + drawn
    indented = text.lstrip("\n")[:1].isspace() and not text.isspace()
    return _KEEP_INDENT + drawn if indented else drawn


def _has_formula(piece: str) -> bool:
    return bool(re.search(r"(?<!\\)(?:\\\\)*\$", _CODE_SPAN.sub("", piece)))


def _pieces(lines: list[str]) -> Iterator[tuple[Kind, str]]:
    """The lines of a block, those that form a paragraph or a formula treated together."""
    last = {
        end: max((at for at, line in enumerate(lines) if end in line), default=-1) for end in FORMULA_ENDS
    }
    fetching = max((at for at, line in enumerate(lines) if _FETCHING.search(line)), default=-1)
    structure = Structure()
    together: list[tuple[str, Line]] = []
    for at, source in enumerate(lines):
        line = structure.feed(source, tuple(end for end in FORMULA_ENDS if last[end] > at))
        if together and (line.starts or line.kind is not together[-1][1].kind):
            yield together[0][1].kind, "\n".join(_together(together))
            together = []
        if line.kind in _DRAWN:
            together.append((source, line))
        elif line.starts and fetching > at and _DIAGRAM.search(line.content):
            yield line.kind, line.prefix + line.content[0] * _width(line.content) + "text"
        else:
            yield line.kind, source
    if together:
        yield together[0][1].kind, "\n".join(_together(together))


def _width(fence: str) -> int:
    return len(fence) - len(fence.lstrip(fence[0]))


def _together(lines: list[tuple[str, Line]]) -> Iterator[str]:
    """A paragraph with the table below it, or a formula."""
    if lines and lines[0][1].kind is Kind.FORMULA:
        yield _display([line for _, line in lines])
        return
    while lines and _DEFINITION.match(lines[0][1].content) and "![" not in lines[0][0]:
        yield lines.pop(0)[0]
    header = _header(lines)
    if lines[:header]:
        yield _inline("\n".join(source for source, _ in lines[:header]))
    for at, (source, _) in enumerate(lines[header:]):
        yield source if at == 1 else "".join(_inline(cell) for cell in _CELL.findall(source))


def _header(lines: list[tuple[str, Line]]) -> int:
    """Where the table begins; the number of lines without one."""
    for at, ((_, above), (_, below)) in enumerate(pairwise(lines)):
        if _DELIMITER_ROW.match(below.content) and _columns(above.content) == _columns(below.content):
            return at
    return len(lines)


def _columns(row: str) -> int:
    cells = [cell for cell in _CELL.findall(row.strip()) if cell != "|"]
    return len(cells)


def _display(lines: list[Line]) -> str:
    """A formula on lines of its own, in the one form that is always understood."""
    first = lines[0]
    end = "$$" if first.content.startswith("$$") else r"\]"
    tex, _, after = "\n".join([first.content[2:], *(line.content for line in lines[1:])]).partition(end)
    inner = re.sub(r"[^>\s]", " ", first.prefix)
    body = [inner + row for row in tex.replace("![", "! [").strip().split("\n")]
    sign = "$" * max(2, 1 + max(map(len, re.findall(r"\$+", tex)), default=0))
    shown = [first.prefix + sign, *body, inner + sign]
    return "\n".join([*shown, inner + _inline(after.strip())] if after.strip() else shown)


def _inline(text: str) -> str:
    """Text without blank lines: a paragraph, a heading, a table cell."""
    return _Inline(text).drawn()


class _Inline:
    """One walk through a text, from one sign that may mean something to the next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.runs: dict[int, list[int]] = {}
        for run in re.finditer(r"`+", text):
            self.runs.setdefault(len(run[0]), []).append(run.start())
        self.closing = self._brackets()
        self.linked_until = -1
        self.dropped: set[int] = set()

    def drawn(self) -> str:
        pieces: list[str] = []
        at = 0
        while token := _TOKEN.search(self.text, at):
            pieces.append(self.text[at : token.start()])
            piece, at = getattr(self, f"_{token.lastgroup}")(token)
            pieces.append(piece)
        return "".join([*pieces, self.text[at:]])

    def _brackets(self) -> dict[int, int]:
        """Which bracket closes which."""
        closing: dict[int, int] = {}
        waiting: list[int] = []
        at = 0
        while bracket := _BRACKET.search(self.text, at):
            at = bracket.end()
            if bracket[0][0] == "`":
                at = self._code_end(bracket)
            elif bracket[0] == "[":
                waiting.append(bracket.start())
            elif bracket[0] == "]" and waiting:
                closing[waiting.pop()] = bracket.start()
        return closing

    def _code_end(self, ticks: re.Match[str]) -> int:
        """Where a code span ends; behind the backticks themselves if they open none."""
        starts = self.runs.get(len(ticks[0]), [])
        following = bisect_left(starts, ticks.end())
        return starts[following] + len(ticks[0]) if following < len(starts) else ticks.end()

    def _ticks(self, token: re.Match[str]) -> tuple[str, int]:
        end = self._code_end(token)
        return self.text[token.start() : end], end

    def _verbatim(self, token: re.Match[str]) -> tuple[str, int]:
        return token[0], token.end()

    def _tag(self, token: re.Match[str]) -> tuple[str, int]:
        return "&lt;", token.end()

    def _tilde(self, token: re.Match[str]) -> tuple[str, int]:
        return r"\~", token.end()

    def _operator(self, token: re.Match[str]) -> tuple[str, int]:
        return _BREAK.join(token[0]), token.end()

    def _colon(self, token: re.Match[str]) -> tuple[str, int]:
        colon = token.end() - 1
        if _SHORT_CODE.match(self.text, colon):
            return "&#58;" + _BREAK, token.end()
        return (r"\:" if _DIRECTIVE.match(self.text, colon) else token[0]), token.end()

    def _escape(self, token: re.Match[str]) -> tuple[str, int]:
        if token[0] == r"\:":
            return self._colon(token)
        formula = _in_brackets(self.text, token.start())
        if not formula:
            return token[0], token.end()
        is_single = not formula.is_display and "$" not in formula.tex
        sign = "$" if is_single and _AFTER_FORMULA.match(self.text, formula.end) else "$$"
        return f"{sign}{formula.tex}{sign}", formula.end

    def _dollars(self, token: re.Match[str]) -> tuple[str, int]:
        sign, formula = token[0], _in_dollars(self.text, token)
        return (f"{sign}{formula.tex}{sign}", formula.end) if formula else (r"\$" * len(sign), token.end())

    def _opening(self, token: re.Match[str]) -> tuple[str, int]:
        if collapsed := _COLLAPSED.match(self.text, token.start()):
            return collapsed[0], collapsed.end()
        end = self.closing.get(token.start())
        if end is not None and _TARGET.match(self.text, end + 1):
            self.linked_until = max(self.linked_until, end)
        return "[", token.end()

    def _closing(self, token: re.Match[str]) -> tuple[str, int]:
        target = _TARGET.match(self.text, token.end())
        if not target or "![" in target[0]:
            return "]", token.end()
        return ("" if token.start() in self.dropped else "]" + target[0]), target.end()

    def _image(self, token: re.Match[str]) -> tuple[str, int]:
        before = r"\!" * (len(token[0]) - 2)  # a bare one would make an image of the link that follows
        opening = token.end() - 1
        if picture := _PICTURE.match(self.text, opening - 1):
            return before + picture[0], picture.end()
        end = self.closing.get(opening)
        target = _TARGET.match(self.text, end + 1) if end is not None else None
        if end is None or not target or "![" in target[0]:
            return before + r"\![", token.end()
        name = "" if self.text[token.end() : end].strip() else "image"
        if opening < self.linked_until:
            self.dropped.add(end)
            return before + name, token.end()
        self.linked_until = max(self.linked_until, end)
        return f"{before}[{name}", token.end()


def _in_brackets(text: str, at: int) -> Formula | None:
    """What stands between `\\(` at `at` and `\\)`, or between `\\[` and `\\]`, if it is a formula."""
    closing = {r"\(": r"\)", r"\[": r"\]"}.get(text[at : at + 2])
    end = text.find(closing, at + 2, at + 2 + _LONGEST_INLINE) if closing else -1
    tex = " ".join(text[at + 2 : max(end, 0)].split())
    is_mathematical = _MATHEMATICAL.search(tex) or (closing == r"\)" and tex and not _PROSE.search(tex))
    if not is_mathematical or not _is_plain(tex) or "$$" in tex or text.startswith("(", end + 2):
        return None
    return Formula(tex, end + 2, is_display=closing == r"\]")


def _in_dollars(text: str, dollars: re.Match[str]) -> Formula | None:
    """What stands between these dollars and as many others, if it is a formula."""
    sign = dollars[0]
    end = text.find(sign, dollars.end()) if len(sign) < 3 else -1
    tex = text[dollars.end() : max(end, 0)]
    if not tex.strip() or not _is_plain(tex) or not (sign == "$$" or _is_meant(tex, text, end + 1)):
        return None
    return Formula(" ".join(tex.split()), end + len(sign), is_display=sign == "$$")


def _is_meant(tex: str, text: str, after: int) -> bool:
    """Whether what stands between two dollars is meant as a formula, not as prices or shell variables."""
    if tex != tex.strip() or tex.endswith("\\") or not _AFTER_FORMULA.match(text, after):
        return False
    return bool(_MATHEMATICAL.search(tex)) or not _PROSE.search(tex)


def _is_plain(tex: str) -> bool:
    """Whether a formula holds nothing that would be more than text if it were not taken for one."""
    return "`" not in tex and "![" not in tex
