"""Finds the formulas in a text, and dollars that are prices or a program's variables.

`$..$`, `$$..$$`, `\\(..\\)` and `\\[..\\]` are formulas, and so are LaTeX environments, `\\ce{..}` and
`\\pu{..}` without any delimiters.
"""

import re
from dataclasses import dataclass

from lib.domain.text.markdown.characters import is_cjk

AFTER = " .,;"
"""Characters that may follow the end of a formula on its own lines."""
_LONGEST = 2000
"""Characters within which an inline formula must end: hostile text is not searched again and again."""
_MOST_NESTED = 5
"""How many nested environments of the same name are recognized."""

_NAMES = (
    *("align", "aligned", "alignat", "alignedat", "flalign", "split", "eqnarray", "equation", "array"),
    *("gather", "gathered", "multline", "matrix", "smallmatrix", "cases", "dcases", "rcases", "drcases"),
    *("pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "CD"),
)
_BEGIN = re.compile(rf"\\begin\{{((?:{'|'.join(_NAMES)})\*?)\}}")
_CHEMICAL = re.compile(r"\\(?:ce|pu)\{")
_BRACES = re.compile(rf"({_CHEMICAL.pattern})|\\.|[{{}}]", re.S)

_DOLLARS = re.compile(r"\$+")
_TO_DOLLAR = re.compile(r"(?:[^\\$]|\\.)*+", re.S)
_TO_DOLLARS = re.compile(r"(?:[^\\$]|\\.|\$(?!\$))*+", re.S)
_MATHEMATICAL = re.compile(r"[\\^_={}+*/<>|]")
_STRONG = re.compile(r"[\\^_=]")
"""Characters that are unlikely between two prices."""
_COMMAND = re.compile(r"\\[A-Za-z]+")
_SCRIPT = re.compile(r"(?:[_^](?:\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z0-9+\-*']))+")
_WORDS = re.compile(r"[^\W\d_]{2,}+\s+[^\W\d_]{2}")
_NUMBER_FIRST = re.compile(r"\d\S*\s")
_WORD = re.compile(r"(?<![^\W_])(?!(?:sin|cos|tan|log|exp|max|min|lim|mod)\b)(?:[^\W\d_]{3}|(?:or|to|vs)\b)")
_VARIABLE = re.compile(r"\{[A-Za-z_]\w*\}")
_LOOSE_END = re.compile(r"^[,;:/@&)]|(?<!\\)[,;:/@&(]$")
"""Beginnings and ends that no formula has."""
_TEXT = re.compile(r"\\(?:text\w*|mbox|mathrm|operatorname)\s*\{[^{}]*\}")
_AFTER_FORMULA = re.compile(r"(?:th|st|nd|rd|s)\b|(?![A-Za-z0-9${]|_[A-Za-z])")
_CERTAIN = re.compile(r"[^^]*\^|[^A-Za-z\\]*\\[A-Za-z]{2}")
"""Beginnings that only a formula has: it may have blanks at its ends, and a unit directly after it."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula within a paragraph."""

    tex: str
    end: int
    """Where the text continues after it."""
    is_display: bool
    """Whether it is written as a display formula: `$$..$$`, `\\[..\\]` or an environment."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The beginning of a formula on its own lines."""

    end: str
    """The sign that ends it."""
    tex: str
    """The formula so far, up to its end."""
    after: str = ""
    """The rest of the line after the end."""
    is_closed: bool = False
    is_environment: bool = False

    @property
    def may_be_words(self) -> bool:
        """Whether the line may instead be text with an escaped bracket, such as `\\[see below]`."""
        return self.end == r"\]" and "]" in self.tex


def opening(content: str) -> Opening | None:
    """The formula at the beginning of the line, if there is one."""
    found = _BEGIN.match(content)
    if found:
        end = rf"\end{{{found[1]}}}"
        body, closing, after = content.partition(end)
        return Opening(end, body + closing, after, bool(closing), is_environment=True)
    end = r"\]" if content.startswith(r"\[") else "$$"
    if end == "$$" and (not content.startswith("$$") or content.startswith("$$$")):
        return None
    body, closing, after = content[2:].partition(end)
    return Opening(end, body, after, bool(closing))


def ends(line: str) -> list[str]:
    """The signs in it that may end a formula on its own lines."""
    return _ENDS.findall(line)


def waited_for(line: str, end: str) -> str:
    """The sign that ends the formula left open after this line of a paragraph, given the `end` before it.

    Such a formula opens at the end of a line of words; before it ends, nothing opens another.
    """
    is_odd = line.count("$$") % 2 == 1
    if end:
        return "" if (is_odd if end == "$$" else end in line) else end
    words = line.rstrip()
    return "$$" if is_odd and words.endswith("$$") else r"\]" if words.endswith(r"\[") else ""


_ENDS = re.compile(r"\$\$|\\\]|\\end\{\w+\*?\}")


def display(rows: list[str]) -> tuple[str, str]:
    """The formula that begins with the first of these lines, and what follows it."""
    found = opening("\n".join(rows))
    return (found.tex, found.after) if found else ("\n".join(rows), "")


def formula_at(text: str, at: int) -> Formula | None:
    """The formula that begins with the dollars or backslash at `at`; `None` if none is meant."""
    if dollars := _DOLLARS.match(text, at):
        return _in_dollars(text, dollars)
    return _in_brackets(text, at) or _environment(text, at) or _chemistry(text, at)


def _in_brackets(text: str, at: int) -> Formula | None:
    """The content between `\\(` at `at` and `\\)`, or between `\\[` and `\\]`, if it is a formula."""
    closing = {r"\(": r"\)", r"\[": r"\]"}.get(text[at : at + 2])
    end = text.find(closing, at + 2, at + 2 + _LONGEST) if closing else -1
    tex = " ".join(text[at + 2 : max(end, 0)].split())
    is_mathematical = _MATHEMATICAL.search(tex) or (closing == r"\)" and tex and not _is_words(tex))
    if not is_mathematical or not _is_plain(tex) or "$$" in tex or text.startswith("(", end + 2):
        return None
    return Formula(tex, end + 2, is_display=closing == r"\]")


def _environment(text: str, at: int) -> Formula | None:
    begin = _BEGIN.match(text, at)
    if not begin:
        return None
    closing, end, open_ = rf"\end{{{begin[1]}}}", at, 0
    for _ in range(_MOST_NESTED):
        start, end = end, text.find(closing, end, at + _LONGEST)
        if end < 0:
            return None
        open_ += text.count(begin[0], start, end) - 1
        end += len(closing)
        if not open_:
            break
    tex = " ".join(text[at:end].split())
    return Formula(tex, end, is_display=True) if _is_plain(tex) else None


def _chemistry(text: str, at: int) -> Formula | None:
    begin = _CHEMICAL.match(text, at)
    depth = 0
    for brace in _BRACES.finditer(text, begin.end() - 1, begin.end() + _LONGEST) if begin else ():
        if brace[1]:
            return None  # it never ends before the next one begins
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if not depth:
            tex = " ".join(text[at : brace.end()].split())
            return Formula(tex, brace.end(), is_display=False) if _is_plain(tex) else None
    return None


def _in_dollars(text: str, dollars: re.Match[str]) -> Formula | None:
    """The content between these dollars and equally many others, if it is a formula."""
    sign, start = dollars[0], dollars.end()
    if len(sign) > 2:
        return None
    to_end = (_TO_DOLLAR if sign == "$" else _TO_DOLLARS).match(text, start, start + _LONGEST)
    end = to_end.end() if to_end else start
    tex, after = text[start:end], end + len(sign)
    if not text.startswith(sign, end) or not tex.strip() or not _is_plain(tex):
        return None
    before = text[start - 2 : start - 1]
    is_meant = _is_meant(tex, before, text, after) if sign == "$" else _is_display(tex)
    return Formula(" ".join(tex.split()), after, is_display=sign == "$$") if is_meant else None


def _is_display(tex: str) -> bool:
    """Whether the content between two double dollars is a formula, not words or a Makefile's variables."""
    is_symbol = len(tex.strip()) == 1 or not re.search(r"\s", tex)
    return not _VARIABLE.match(tex) and (is_symbol or bool(_MATHEMATICAL.search(tex)))


def _is_words(tex: str) -> bool:
    return not _MATHEMATICAL.search(tex) and bool(_WORDS.search(tex))


def _is_meant(tex: str, before: str, text: str, after: int) -> bool:
    """Whether the content between two dollars is a formula, not the text between two prices or variables."""
    if tex != tex.strip():
        return not before.isalnum() and _is_meant_with_blanks(tex) and not text[after : after + 1].isalnum()
    if text.startswith("$", after):
        return False
    if _COMMAND.match(tex) or _SCRIPT.fullmatch(tex):
        return True  # also between letters and digits, as in CO$_2$ and 3$\times$3
    if not (_AFTER_FORMULA.match(text, after) or _has_unit(tex, before, text[after])) or _LOOSE_END.search(
        tex
    ):
        return False
    if text.startswith("(", after) and (tex[0] == "(" or not (_STRONG.search(tex) or len(tex) == 1)):
        return False  # as in $USER@$(hostname), but not in $f$(x)
    if before.isascii() and (before.isalpha() or (before.isdigit() and not tex[0].isalpha())):
        return False  # a currency, as in US$ or 5$
    variable = _VARIABLE.match(tex)
    return _is_mathematical(tex[variable.end() :] if variable else tex, is_certain=not variable)


def _is_meant_with_blanks(tex: str) -> bool:
    """Whether it is a formula despite blanks at its ends, as some models write them."""
    inner = tex.strip()
    if "\n" in tex or not tex[0] == tex[-1] == " ":
        return False  # a `$` at the beginning of a line invites to type a command
    if _CERTAIN.match(inner) or (len(inner) == 1 and inner.isalpha()):
        return True
    is_loose = inner[0].isdigit() or _LOOSE_END.search(inner) or _WORDS.search(inner)
    return not is_loose and _is_mathematical(inner, is_certain=False)


def _has_unit(tex: str, before: str, following: str) -> bool:
    """Whether the next letter may be a unit, as in $10^8$m, with no variable before it."""
    is_number = bool(_NUMBER.fullmatch(tex)) and is_cjk(before)
    return following.isalpha() and (is_number or bool(_CERTAIN.match(tex)))


def _is_mathematical(tex: str, *, is_certain: bool) -> bool:
    """Whether its signs show a formula; without any, a single word or number counts if `is_certain`."""
    signs = _TEXT.sub("", tex)
    if not any(character.isalnum() for character in tex) or not _is_balanced(tex):
        return False
    if _STRONG.search(tex):
        return True
    if not is_certain or _WORDS.search(signs) or any(map(is_cjk, signs)):
        return False
    is_number_first = _NUMBER_FIRST.match(signs)
    return not is_number_first or bool(_MATHEMATICAL.search(signs) and not _WORD.search(signs))


def _is_balanced(tex: str) -> bool:
    """Whether it has as many opening as closing brackets; TeX commands may pair them differently."""
    return "\\" in tex or sum(map(tex.count, "([")) == sum(map(tex.count, ")]"))


def _is_plain(tex: str) -> bool:
    """Whether a formula contains nothing that would have a meaning in plain markdown."""
    return "`" not in tex and "![" not in tex
