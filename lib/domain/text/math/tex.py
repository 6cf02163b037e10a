"""LaTeX in a renderer's dialect: KaTeX on the page, a MathML converter in reports."""

import re
from collections.abc import Callable

from lib.domain.text.math.chemistry import translated

_DROPPED = re.compile(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])")
_TAG = re.compile(r"\s*\\tag(\*?)\s*\{([^{}]*)\}")
_ENVIRONMENT = re.compile(r"\\(begin|end)\{([A-Za-z]+)(\*?)\}(\{\d+\}|\[[lcr]\])?")
"""With its number of columns or its alignment."""

_ALIGNED = ("align", "aligned", "alignat", "alignedat", "flalign", "split")
_GATHERED = ("gather", "gathered", "multline")


def katex(tex: str, *, is_display: bool) -> str:
    """The formula for KaTeX, which supports numbers and some environments only in display formulas."""
    plain = _DROPPED.sub("", translated(tex))
    if not is_display or len(_TAG.findall(plain)) > 1:
        plain = _TAG.sub(_tag_as_text, plain)
    return _ENVIRONMENT.sub(_as_katex, plain)


def mathml(tex: str) -> str:
    """The formula for the MathML converter, which supports few environments."""
    plain = _TAG.sub(_tag_as_text, _DROPPED.sub("", translated(tex)))
    return _ENVIRONMENT.sub(_as_mathml, plain)


def _tag_as_text(tag: re.Match[str]) -> str:
    return rf"\qquad\text{{{tag[2] if tag[1] else f'({tag[2]})'}}}"


def _as_katex(found: re.Match[str]) -> str:
    """Only the model's own numbers are shown: counting on from other answers would mislead."""
    name, side = found[2], found[1]
    if name in _ALIGNED:
        return rf"\{side}{{aligned}}"
    if name in _GATHERED:
        return rf"\{side}{{gathered}}"
    return _OTHERS[name](side) if name in _OTHERS else found[0]


def _as_mathml(found: re.Match[str]) -> str:
    name, side = found[2], found[1]
    if name in _ALIGNED:
        return rf"\{side}{{align*}}"
    if name in _GATHERED:
        return _array("c")(side)
    if name in ("dcases", "cases"):
        return rf"\{side}{{cases}}"
    if name in ("rcases", "drcases"):
        return rf"\left.{_array('ll')(side)}" if side == "begin" else rf"{_array('ll')(side)}\right\}}"
    if name in _OTHERS:
        return _OTHERS[name](side)
    return rf"\{side}{{{name}}}" if found[3] else found[0]


def _array(columns: str) -> Callable[[str], str]:
    return lambda side: rf"\begin{{array}}{{{columns}}}" if side == "begin" else r"\end{array}"


_OTHERS: dict[str, Callable[[str], str]] = {"eqnarray": _array("rcl"), "equation": lambda _side: " "}
