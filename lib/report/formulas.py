"""Formulas in markdown as MathML: the same ones that the page recognises."""

import re
from functools import lru_cache
from html import escape, unescape
from typing import Any
from xml.etree.ElementTree import Element  # built by the converter, never parsed

from latex2mathml.converter import Converter
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from lib.domain.text.math import formulas as signs
from lib.domain.text.math import tex as latex

LONGEST = 4000
"""The longest formula that is rendered, in characters."""
DEEPEST = 40
"""The deepest nesting of braces that is rendered."""
MOST_LINES = 100
"""The greatest number of lines of a display formula."""

_ELEMENTS = frozenset(
    (
        *("math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow"),
        *("mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder"),
        "munderover",
    )
)
_ATTRIBUTES = frozenset(
    (
        *("accent", "columnalign", "columnlines", "columnspacing", "depth", "display", "displaystyle"),
        *("fence", "form", "height", "linebreak", "linethickness", "lspace", "mathsize", "mathvariant"),
        *("maxsize", "minsize", "movablelimits", "notation", "rowlines", "rowspacing", "rspace"),
        *("scriptlevel", "separator", "stretchy", "voffset", "width"),
    )
)
_VALUE = re.compile(r"[\w.%+\- ]{0,60}")
_MACRO = re.compile(r"\\(?:re)?newcommand|\\providecommand|\\def|\\let")
"""Macros, with which a few words could expand without end."""
_DOLLARS = re.compile(r"\$+")


def formulas(parser: MarkdownIt) -> None:
    """A plugin: `$..$`, `\\(..\\)`, environments and the like are formulas, prices are not."""
    # Before `escape`, which would consume the backslash of `\(`.
    parser.inline.ruler.before("escape", "formula", _inline)
    parser.block.ruler.before(
        "fence", "formula", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.add_render_rule("formula", _render)


def mathml(tex: str, *, is_display: bool) -> str:
    """Return the formula as a `math` element, or its source if it cannot be parsed."""
    is_short = len(tex) <= LONGEST and tex.count("{") <= LONGEST // 8
    drawn = _drawn(tex, is_display=is_display) if is_short and not _is_odd(tex) else ""
    return drawn or f'<code class="tex" dir="ltr">{escape(tex)}</code>'


@lru_cache(maxsize=1000)  # a pure function of short arguments: bounding their number is enough
def _drawn(tex: str, *, is_display: bool) -> str:
    """Return the element; empty if the converter cannot parse the formula."""
    try:
        converter = Converter(display="block" if is_display else "inline")
        drawn = _serialised(converter.convert_to_element(latex.mathml(tex)))
    except Exception:  # the converter fails in many ways on invalid LaTeX
        return ""
    return drawn.replace("<math", '<math dir="ltr"', 1)


def _is_odd(tex: str) -> bool:
    depth = deepest = 0
    for sign in re.findall(r"[{}]|\\left\b|\\right\b|\\begin\b|\\end\b", tex):
        depth += 1 if sign in ("{", "\\left", "\\begin") else -1
        deepest = max(deepest, depth)
    return deepest > DEEPEST or bool(_MACRO.search(tex))


def _serialised(element: Element) -> str:
    """Return the element as HTML: only known elements with known attributes, and text."""
    if element.tag not in _ELEMENTS:
        raise ValueError(f"no element of a formula: {element.tag}")
    given = {name: value for name, value in element.attrib.items() if name in _ATTRIBUTES}
    attributes = "".join(
        f' {name}="{value}"' for name, value in given.items() if value and _VALUE.fullmatch(value)
    )
    inside = "".join(map(_serialised, element))
    # The converter writes characters as references, which have to be decoded first.
    return f"<{element.tag}{attributes}>{escape(unescape(element.text or ''))}{inside}</{element.tag}>"


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    formula = signs.formula_at(state.src, state.pos)
    if not formula or formula.end > state.posMax:
        return _skip_dollars(state, silent)
    if not silent:
        state.push("formula", "math", 0).content = formula.tex
        state.tokens[-1].meta["is_display"] = formula.is_display
    state.pos = formula.end
    return True


def _skip_dollars(state: StateInline, silent: bool) -> bool:
    """Treat dollars that begin no formula as text, all in one step: a long run of them is examined once."""
    dollars = _DOLLARS.match(state.src, state.pos, state.posMax)
    if dollars and not silent:
        state.pending += dollars[0]
    state.pos = dollars.end() if dollars else state.pos
    return dollars is not None


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    found = _formula_lines(state, start, end)
    if found and not silent:
        tex, after = found
        token = state.push("formula", "math", 0)
        token.content, token.meta, token.map = tex, {"is_display": True}, [start, after]
        state.line = after
    return found is not None


def _formula_lines(state: StateBlock, start: int, end: int) -> tuple[str, int] | None:
    """Return the formula that begins in line `start`, and the number of the line after it."""
    first = _line(state, start)
    opening = signs.opening(first)
    if not opening or _is_in_formula(state, start):
        return None
    rows = [first]
    if not opening.is_closed and (opening.may_be_words or not _closes(state, start, opening.end)):
        return None
    while not opening.is_closed and (len(rows) == 1 or opening.end not in rows[-1]):
        number = start + len(rows)
        if number >= min(end, start + MOST_LINES) or state.sCount[number] < state.blkIndent:
            return None
        rows.append(_line(state, number))
    tex, after = signs.display(rows)
    if not tex.strip() or after.strip(signs.AFTER):
        return None
    return tex.strip(), start + len(rows)


def _is_in_formula(state: StateBlock, start: int) -> bool:
    """Return whether line `start` belongs to a formula that began in the paragraph above it."""
    known: dict[int, tuple[int, str]] = state.env.setdefault("waiting_formulas", {})
    line, end = known.get(state.line, (state.line, ""))
    if line > start:
        line, end = state.line, ""
    for number in range(line, start):
        end = signs.waited_for(_line(state, number), end)
    known[state.line] = start, end
    return bool(end)


def _closes(state: StateBlock, start: int, closing: str) -> bool:
    """Return whether the sign `closing` occurs anywhere after the beginning of line `start`."""
    last: dict[str, int] = state.env.setdefault("formula_ends", {})
    if closing not in last:
        last[closing] = state.src.rfind(closing)
    return last[closing] >= state.bMarks[start] + 2


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _render(_self: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    drawn = mathml(token.content, is_display=token.meta["is_display"])
    return f'<div class="formula">{drawn}</div>\n' if token.block else drawn
