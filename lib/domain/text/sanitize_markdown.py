"""Makes a model's markdown safe and faithful for the page and for other readers of markdown.

Streamlit rewrites more than markdown demands, and a browser fetches every image that it is shown. Code is
left alone; elsewhere each rewriting gets the lightest escape that stops it, and none leaves a character in
text copied from the page:

- images become links, except small pictures embedded in the text; mermaid that may fetch is shown as code
- `:red[..]`, `:badge[..]` and other directives: the colon gets a backslash
- `:smile:`, `:material/x:`, `->`, `--`, `>=` …: replaced after escapes are resolved, so `:small[]`, which
  draws nothing, breaks them up
- HTML: a few tags are drawn with their meaning (`markdown/tags.py`); the `<` of others becomes `&lt;`
- `~` between words, as in 5~10: a backslash; two of them would strike out the text between them
- `$` outside formulas gets a backslash; `\\(..\\)`, `\\[..\\]` and environments are formulas
- URLs, and emphasis beside Chinese, Japanese and Korean, begin and end where they are meant to
- headings become smaller by two levels, since a page has its own (`SPEAKER_LEVEL`)
- quotes and lists nested more deeply than `structure.DEEPEST` are text
- what would take a browser too long (`lib/domain/text/markdown/limits.py`) is shown as it was written
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from lib.domain.text.blocks import Block
from lib.domain.text.markdown import diagrams
from lib.domain.text.markdown.code_spans import without_code
from lib.domain.text.markdown.inline import drawn, turns
from lib.domain.text.markdown.links import is_allowed
from lib.domain.text.markdown.literal import Markdown
from lib.domain.text.markdown.readers import PAGE, Reader
from lib.domain.text.markdown.structure import Line, LineKind, Structure
from lib.domain.text.math import formulas
from lib.domain.text.math.tex import katex

_KEEP_INDENT = "[//]: #\n\n"
"""A definition, which draws nothing. Without it `st.markdown` strips the first line's indentation."""

_LOAD_FORMULAS = '[//]: # "$x$"\n\n'
"""The same. Streamlit looks for formulas after guessing what is code; it finds this one in any case."""

SPEAKER_LEVEL = 2
"""The level of the heading that says who speaks: below the page's title, above what a model writes."""

_MOST_LINES = 2000
"""Lines shown as they were written; after that only their ends are marked: each takes a browser time."""

_DRAWN = (LineKind.TEXT, LineKind.FORMULA)
_FORMULA = re.compile(r"(?<!\\)(?:\\\\)*\$")
_DEFINITION = re.compile(r"\[[^\[\]]+\]:[ \t]*<?(\S++)[ \t]*+(?:[\"'(][^!]*)?$")
_DEFINITION_BEGUN = re.compile(r"\[(?!\^)(?:[^\[\]\\]|\\.)+\](?=:)")
_DELIMITER_ROW = re.compile(r"\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*$")
_CELL = re.compile(r"(?:\\[\\|]|[^|])+|\|")
_HEADING = re.compile(r"#{1,6}(?= |$)")
_BEGINNING = re.compile(r"(?:#{1,6} +)?(?:\[[ xX]\] +)?")
"""The beginning of a line before its words: the markers of a heading and of a task."""


def sanitized(markdown: str, reader: Reader = PAGE, *, is_open: bool = False) -> Markdown:
    """Sanitize one block, so that it shows what the model wrote and fetches nothing.

    `is_open` means that more of it is being written: a half-written tag is not shown yet.
    """
    text = markdown.replace("\r\n", "\n").replace("\r", "\n")
    block = markdown if isinstance(markdown, Block) else Block(markdown)
    if block.is_plain:
        return Markdown(_as_written(text))
    groups = list(_groups(text.split("\n")))
    pieces: list[tuple[LineKind, str]] = [
        (kind, _code(lines, is_coloured=not block.is_uncoloured))
        if kind is LineKind.CODE
        else (kind, _drawn(kind, lines, reader, is_open=is_open and at == len(groups) - 1))
        for at, (kind, lines) in enumerate(groups)
    ]
    shown = "\n".join(piece for _, piece in pieces)
    return Markdown(_before(text, pieces) + shown if reader.is_streamlit else shown)


def _as_written(text: str) -> str:
    if text.count("\n") > _MOST_LINES:
        text = text.replace("\n", " ¶ ")
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}\n"


def _before(text: str, pieces: list[tuple[LineKind, str]]) -> str:
    """What Streamlit needs before a block."""
    if ("```" in text or "~~~" in text) and any(
        _has_formula(piece) for kind, piece in pieces if kind in _DRAWN
    ):
        return _LOAD_FORMULAS
    indented = text.lstrip("\n")[:1].isspace() and not text.isspace()
    return _KEEP_INDENT if indented else ""


def _has_formula(piece: str) -> bool:
    return bool(_FORMULA.search(without_code(piece)))


_Group = list[tuple[str, Line]]
"""The original lines, each with its classification."""


def _groups(lines: list[str]) -> Iterator[tuple[LineKind, _Group]]:
    """Group the lines of a block by paragraph, formula and fence."""
    last = {end: at for at, line in enumerate(lines) for end in formulas.ends(line)}
    structure = Structure()
    group: _Group = []
    is_over = True
    for at, source in enumerate(lines):
        line = structure.feed(source, lambda end, at=at: last.get(end, -1) > at)  # type: ignore[misc]
        if group and (is_over or line.starts or line.kind is not group[-1][1].kind):
            yield group[0][1].kind, group
            group = []
        group.append((source, line))
        is_over = line.kind not in _DRAWN and structure.idle
    if group:
        yield group[0][1].kind, group


def _drawn(kind: LineKind, group: _Group, reader: Reader, *, is_open: bool) -> str:
    if kind is LineKind.FORMULA:
        return "\n".join(_display([line for _, line in group], reader))
    if kind is LineKind.TEXT:
        return "\n".join(_paragraph(group, reader, is_open=is_open))
    if kind is LineKind.UNDERLINE and reader.is_streamlit:
        # The largest heading can be underlined in one way only: it becomes one of the next size.
        return "\n".join(source.replace("=", "-") for source, _ in group)
    return "\n".join(source for source, _ in group)


def _code(group: _Group, *, is_coloured: bool) -> str:
    sources, first = [source for source, _ in group], group[0][1]
    is_fetching = diagrams.IS_MERMAID.search(first.content) and diagrams.fetches(sources[1:])
    if first.starts and first.content[:1] in ("`", "~") and (is_fetching or not is_coloured):
        sources[0] = first.prefix + first.content[0] * _width(first.content) + "text"
    return "\n".join(sources)


def _width(fence: str) -> int:
    return len(fence) - len(fence.lstrip(fence[0]))


def _paragraph(group: _Group, reader: Reader, *, is_open: bool) -> Iterator[str]:
    """A paragraph and the table below it."""
    first = 0
    while first < len(group) and _defines(group[first]):
        yield group[first][0]
        first += 1
    header = _header(group, first)
    if header > first:
        text = "\n".join(_words(source, line, reader) for source, line in group[first:header])
        shown = drawn(text, reader, is_open=is_open and header == len(group))
        if not shown.replace(reader.nothing, "").strip():
            shown = ""  # an empty paragraph would leave a gap
        yield _turned(shown, group[first][1], reader) if turns(text) else shown
    for at, (source, _) in enumerate(group[header:]):
        cells = _CELL.findall(source)
        is_last = is_open and header + at == len(group) - 1
        yield source if at == 1 else "".join(_cell(cell, reader, is_last) for cell in cells)


def _defines(written: tuple[str, Line]) -> bool:
    """Whether it is a link definition that may stay."""
    source, line = written
    found = _DEFINITION.match(line.content)
    return bool(found and is_allowed(found[1]) and "![" not in source)


def _words(source: str, line: Line, reader: Reader) -> str:
    r"""The original line; one that is nested too deeply, or defines a link, is escaped to text, as `\>`."""
    if reader.is_streamlit and line.starts and (heading := _HEADING.match(line.content)):
        level = min(6, heading.end() + SPEAKER_LEVEL)
        return f"{line.prefix}{'#' * level}{line.content[heading.end() :]}"
    is_text = line.is_too_deep or _DEFINITION_BEGUN.match(line.content)
    return f"{line.prefix}\\{line.content}" if is_text else source


def _turned(shown: str, line: Line, reader: Reader) -> str:
    """A text in a list or quote, marked if it is written from right to left."""
    if not line.prefix.strip() or not shown.startswith(line.prefix):
        return shown
    beginning = _BEGINNING.match(shown, len(line.prefix))
    at = beginning.end() if beginning else len(line.prefix)
    return shown[:at] + _to_left(shown[at:], reader)


def _to_left(shown: str, reader: Reader) -> str:
    """Right-to-left text with its mark, which must not absorb a brace."""
    return reader.right_to_left + "\\" * (shown.startswith("{") and reader.is_streamlit) + shown


def _cell(cell: str, reader: Reader, is_open: bool) -> str:
    shown = drawn(cell, reader, is_open=is_open)
    return _to_left(shown.lstrip(), reader) if turns(cell) and cell != "|" else shown


def _header(group: _Group, first: int) -> int:
    """The first line of the table, from the line `first` on; the number of lines if there is none."""
    for at, ((_, above), (_, below)) in enumerate(pairwise(group[first:]), start=first):
        if _DELIMITER_ROW.match(below.content) and _columns(above.content) == _columns(below.content):
            return at
    return len(group)


def _columns(row: str) -> int:
    return sum(cell != "|" for cell in _CELL.findall(row.strip()))


def _display(lines: list[Line], reader: Reader) -> Iterator[str]:
    """A formula on its own lines, in the one form that is always understood."""
    first = lines[0]
    written, after = formulas.display([line.content for line in lines])
    tex = katex(written, is_display=True) if reader.is_streamlit else written
    inner = re.sub(r"[^>\s]", " ", first.prefix)
    # Longer than any run of dollars in it, like a code fence, so that none of them ends it.
    sign = "$" * max(2, 1 + max(map(len, re.findall(r"\$+", tex)), default=0))
    yield first.prefix + sign
    yield from (inner + row for row in tex.replace("![", "! [").strip().split("\n"))
    yield inner + sign
    if after.strip():
        yield inner + drawn(after.strip(), reader)
