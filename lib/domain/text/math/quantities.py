"""Quantities as TeX that every renderer supports: the content of `\\pu{..}`, a number and a unit."""

import re

MINUS = re.compile("[−–]")
"""Minus signs that people type instead of a hyphen."""
_QUANTITY = re.compile(
    r"\s*(?P<number>[-+−±]?\s*\d[\d.,]*(?:\^-?\d+)?(?:\s*\([\d]+\)|\s*(?:±|\+-|\\pm)\s*[\d.]+)?)?"
    r"(?:\s*(?:[eE]|[x×*]\s*10\^)\{?(?P<power>[-+−]?\d+)\}?)?\s*(?P<unit>.*)",
    re.S,
)
_UNIT = re.compile(
    r"(?P<over>//?)|(?P<times>[*.·]|\s+)|(?P<name>[A-Za-z]+|\\[A-Za-z]+|[^\sA-Za-z0-9\\/*.·^{}%+-]+|%|\\.)"
    r"(?P<exponent>\^?\{[-+−]?\d+\}|\^?[-+−]?\d+)?|(?P<other>.)",
    re.S,
)
_UNIT_NAMES = {"Ohm": r"\Omega", "Ω": r"\Omega", "µ": r"\mu", "μ": r"\mu", "%": r"\%", "Å": r"\text{Å}"}


class NotUnderstood(ValueError):
    """Chemistry that is not supported."""


def quantity(text: str) -> str:
    """The quantity in TeX."""
    found = _QUANTITY.fullmatch(text)
    if not found:
        raise NotUnderstood
    number = re.sub(r"\s*(?:±|\+-|\\pm)\s*", r" \\pm ", MINUS.sub("-", found["number"] or ""))
    number = number.replace(",", "{,}").replace("^", "^{") + "}" * number.count("^")
    power = f"10^{{{MINUS.sub('-', found['power'])}}}" if found["power"] else ""
    amount = r" \times ".join(filter(None, (number, power)))
    unit = _unit(found["unit"].strip())
    return rf"{amount}\,{unit}" if amount and unit and unit != r"{\%}" else amount + unit


def _unit(text: str) -> str:
    over, is_fraction, under = text.partition("//")
    if not is_fraction:
        return "".join(map(_unit_part, _UNIT.finditer(text)))
    if "//" in under:
        raise NotUnderstood
    return rf"\frac{{{_unit(over.strip())}}}{{{_unit(under.strip())}}}"


def _unit_part(part: re.Match[str]) -> str:
    if part["over"]:
        return "/"
    if part["times"]:
        return r"\," if part["times"].isspace() else r"\cdot "
    if part["other"]:
        raise NotUnderstood
    exponent = re.sub(r"[{}^]", "", part["exponent"] or "").replace("−", "-")
    raised = f"^{{{exponent}}}" if exponent else ""
    return _unit_name(part["name"]) + raised


def _unit_name(name: str) -> str:
    if name in _UNIT_NAMES or name.startswith("\\"):
        return f"{{{_UNIT_NAMES.get(name, name)}}}"
    return r"{}^{\circ}" if name == "°" else rf"\text{{{name}}}"
