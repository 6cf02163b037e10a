"""Chemistry as TeX that every renderer supports: the page's KaTeX and the reports' MathML have no mhchem.

`\\ce{..}` writes reactions and `\\pu{..}` quantities (https://mhchem.github.io/MathJax-mhchem/). Their common
elements are translated: coefficients, subscripts, charges, isotopes, bonds, states, arrows with words over
them. Anything else is shown as plain text.
"""

import re

from lib.domain.text.math.quantities import MINUS, NotUnderstood, quantity

_LONGEST = 2000
_DEEPEST = 20
"""How many levels of nested braces are followed."""
_CALL = re.compile(r"\\(ce|pu)\s*\{")
_BRACE = re.compile(r"\\.|[{}]", re.S)

_ARROWS = {
    "<=>>": r"\rightleftharpoons",
    "<<=>": r"\rightleftharpoons",
    "<=>": r"\rightleftharpoons",
    "<-->": r"\rightleftarrows",
    "<->": r"\leftrightarrow",
    "->": r"\rightarrow",
    "<-": r"\leftarrow",
    "⇌": r"\rightleftharpoons",
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "↔": r"\leftrightarrow",
}
_STRETCHING = {r"\rightarrow": r"\xrightarrow", r"\leftarrow": r"\xleftarrow"}
_BONDS = {"-": "-", "1": "-", "=": "=", "2": "=", "#": r"\equiv ", "3": r"\equiv ", "~": r"\sim "}
_OTHER_BOND = r"\cdots "
_SIGNS = {
    **dict.fromkeys("-−–", "{-}"),
    **dict.fromkeys(".·*•", r"\cdot "),
    "=": "{=}",
    "#": r"\equiv ",
    "%": r"\% ",
}

_TOKEN = re.compile(
    r"""(?P<arrow><=>>|<<=>|<=>|<-->|<->|->|<-|[⇌→←↔])
    |(?P<gas>(?<=\s)(?:\(\^\)|\^)(?=\s|$)) | (?P<solid>(?<=\s)(?:\(v\)|v)(?=\s|$))
    |(?P<script>[\^_])
    |(?P<math>\$[^$]*\$)
    |(?P<bond>\\bond\{[^{}]*\})
    |(?P<command>\\[A-Za-z]+\s*|\\.)
    |(?P<group>\{)
    |(?P<number>\d+(?:/\d+|[.,]\d+)?)
    |(?P<letters>[A-Za-z]+)
    |(?P<space>\s+)
    |(?P<charge>[-+−–]+(?=[\s)\],;+\\^_]|\((?:aq|s|l|g|cr|am|sol|ads)\b|$))
    |(?P<sign>[.*·•#%=−–+,;:/|!?'~()\[\]-])
    |(?P<words>[^\x00-\x7f⇌→←↔−–·•]+)""",
    re.X | re.S,
)
_SCRIPT = re.compile(r"\{([^{}]*)\}|([-+−–•.*]|\d*[-+−–]|\d+|[A-Za-z]|\\[A-Za-z]+)")
_MEANING = re.compile(r"[{}$^_#%&~\\]+")
"""Characters with a meaning within `\\text`."""


def translated(tex: str) -> str:
    """The formula with `\\ce` and `\\pu` translated."""
    pieces: list[str] = []
    at = 0
    while call := _CALL.search(tex, at):
        end = _closing(tex, call.end() - 1)
        if end is None:
            break
        pieces += [tex[at : call.start()], _call(call[1], tex[call.end() : end])]
        at = end + 1
    return "".join([*pieces, tex[at:]])


def _closing(tex: str, opening: int) -> int | None:
    """The position of the brace that closes the one at `opening`."""
    depth = 0
    for brace in _BRACE.finditer(tex, opening, opening + _LONGEST):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if not depth:
            return brace.start()
    return None


def _call(name: str, inside: str) -> str:
    depth = deepest = 0
    for brace in _BRACE.finditer(inside):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        deepest = max(deepest, depth)
    try:
        if deepest > _DEEPEST:
            raise NotUnderstood
        return f"{{{_reaction(inside) if name == 'ce' else quantity(inside)}}}"
    except NotUnderstood:
        return rf"\text{{{_MEANING.sub(' ', inside)}}}"


def _reaction(text: str) -> str:
    return re.sub(" {2,}", " ", "".join(_Reaction(text).drawn()))


class _Reaction:
    """One walk through the content of `\\ce{..}`."""

    def __init__(self, text: str) -> None:
        self._text = text.strip()
        self._at = 0
        self._drawn: list[str] = []
        self._has_base = False
        """Whether a subscript or a charge may follow: after an element or a bracket."""

    def drawn(self) -> list[str]:
        while self._at < len(self._text):
            token = _TOKEN.match(self._text, self._at)
            if not token:
                raise NotUnderstood
            self._at = token.end()
            self._drawn.append(getattr(self, f"_{token.lastgroup}")(token))
        return self._drawn

    def _arrow(self, token: re.Match[str]) -> str:
        self._has_base = False
        above, below = self._bracket(), self._bracket()
        arrow = _ARROWS[token[0]]
        if not above and not below:
            return f" {arrow} "
        if stretching := _STRETCHING.get(arrow):
            return f" {stretching}{f'[{below}]' if below else ''}{{{above}}} "
        shown = rf"\overset{{{above}}}{{{arrow}}}" if above else arrow
        return rf" \underset{{{below}}}{{{shown}}} " if below else f" {shown} "

    def _bracket(self) -> str:
        """The content of square brackets after an arrow."""
        if not self._text.startswith("[", self._at):
            return ""
        end = self._text.find("]", self._at)
        if end < 0:
            raise NotUnderstood
        inside = self._text[self._at + 1 : end].strip()
        self._at = end + 1
        return rf"\text{{{inside[1:-1]}}}" if re.fullmatch(r"\{[^{}\\$]*\}", inside) else _reaction(inside)

    def _gas(self, _token: re.Match[str]) -> str:
        return r"\uparrow "

    def _solid(self, _token: re.Match[str]) -> str:
        return r"\downarrow "

    def _script(self, token: re.Match[str]) -> str:
        inside = _SCRIPT.match(self._text, self._at)
        if not inside or (inside[0][0] == "\\" and self._text.startswith("{", inside.end())):
            raise NotUnderstood
        self._at = inside.end()
        shown = inside[1] if inside[1] is not None else inside[2]
        return self._raised(token[0], _script_of(shown))

    def _raised(self, sign: str, shown: str) -> str:
        """A script; two of one kind on one base are an error, and one without a base needs an empty one."""
        last, own = (each.removeprefix("{}")[:1] for each in ["", "", *self._drawn][-2:])
        if own == sign:
            return f"{self._drawn.pop()[:-1]}{shown}}}"
        is_bare = not self._has_base and own not in ("^", "_", "{")
        is_second = own in ("^", "_") and last == sign
        return f"{'{}' * (is_bare or is_second)}{sign}{{{shown}}}"

    def _math(self, token: re.Match[str]) -> str:
        self._has_base = True
        return f"{{{translated(token[0][1:-1])}}}"

    def _bond(self, token: re.Match[str]) -> str:
        self._has_base = False
        return f"{{{_BONDS.get(token[0][6:-1], _OTHER_BOND)}}}"

    def _command(self, token: re.Match[str]) -> str:
        """A TeX command with its arguments."""
        given = ""
        while self._text.startswith("{", self._at):
            end = self._group_end(self._at) + 1
            given, self._at = given + self._text[self._at : end], end
        self._has_base = True
        return translated(f"{token[0].strip()}{given or ' '}")

    def _group(self, token: re.Match[str]) -> str:
        end = self._group_end(token.start())
        self._at, self._has_base = end + 1, True
        return f"{{{_reaction(self._text[token.end() : end])}}}"

    def _group_end(self, opening: int) -> int:
        end = _closing(self._text, opening)
        if end is None:
            raise NotUnderstood
        return end

    def _number(self, token: re.Match[str]) -> str:
        if self._has_base:
            digits = re.match(r"\d+", token[0])
            shown = digits[0] if digits else ""
            self._at = token.start() + len(shown)
            return self._raised("_", shown)
        over, is_fraction, under = token[0].partition("/")
        shown = rf"\tfrac{{{over}}}{{{under}}}" if is_fraction else over
        return shown + (r"\," if self._text[self._at : self._at + 1].isalpha() else "")

    def _letters(self, token: re.Match[str]) -> str:
        is_count = not self._has_base and len(token[0]) == 1 and token[0].islower()
        self._has_base = True
        # A number of molecules, as in n H2O.
        return (
            token[0] if is_count and self._text[self._at : self._at + 1] == " " else rf"\text{{{token[0]}}}"
        )

    def _words(self, token: re.Match[str]) -> str:
        self._has_base = True
        return rf"\text{{{token[0]}}}"

    def _space(self, token: re.Match[str]) -> str:
        self._has_base = False
        is_between = self._text[token.start() - 1].isalnum() and self._text[self._at].isalnum()
        return r"\ " if is_between else " "

    def _charge(self, token: re.Match[str]) -> str:
        sign = MINUS.sub("-", token[0])
        if not self._has_base:
            return f" {sign} "
        return self._raised("^", sign)

    def _sign(self, token: re.Match[str]) -> str:
        self._has_base = token[0] in ")]"
        return _SIGNS.get(token[0], token[0])


def _script_of(text: str) -> str:
    """A charge, an oxidation number or an index: upright, except letters used as numbers."""
    text = MINUS.sub("-", text).strip()
    if text in (".", "•", "*"):
        return r"\bullet" if text != "*" else "*"
    if "$" in text or "\\" in text:
        return text.replace("$", "")
    return re.sub(r"[A-Za-z]{2,}|[A-Z]", lambda word: rf"\text{{{word[0]}}}", text)
