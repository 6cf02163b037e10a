"""Chemistry in TeX that KaTeX and the converter to MathML know."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.text.math.chemistry import translated


def read(tex: str) -> str:
    """The translation without what only parts and what only makes letters upright."""
    return re.sub(r"\\text\{([^{}]*)\}", r"\1", translated(tex)).replace(r"\,", " ").replace("\\ ", " ")


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        (r"\ce{CO2}", "{CO_{2}}"),
        (r"\ce{2CO + O2 -> 2CO2}", r"{2 CO + O_{2} \rightarrow 2 CO_{2}}"),
        (r"\ce{NO3-}", "{NO_{3}^{-}}"),
        (r"\ce{PO4^3-}", "{PO_{4}^{3-}}"),
        (r"\ce{Al^{3+}}", "{Al^{3+}}"),
        (r"\ce{[Ag(NH3)2]+}", "{[Ag(NH_{3})_{2}]^{+}}"),
        (r"\ce{K+(aq) + I-(aq)}", "{K^{+}(aq) + I^{-}(aq)}"),
        (r"\ce{3/2 O2}", r"{\tfrac{3}{2} O_{2}}"),
        (r"\ce{n H2O}", "{n H_{2}O}"),
        (r"\ce{^{235}_{92}U}", "{{}^{235}_{92}U}"),
        (r"\ce{^14_6C}", "{{}^{14}_{6}C}"),
        (r"\ce{Ag+ + Cl- -> AgCl v}", r"{Ag^{+} + Cl^{-} \rightarrow AgCl \downarrow }"),
        (r"\ce{Mg + 2HCl -> MgCl2 + H2 ^}", r"{Mg + 2 HCl \rightarrow MgCl_{2} + H_{2} \uparrow }"),
        (r"\ce{N2 + 3H2 <=> 2NH3}", r"{N_{2} + 3 H_{2} \rightleftharpoons 2 NH_{3}}"),
        (r"\ce{A <-> B}", r"{A \leftrightarrow B}"),
        (r"\ce{A ->[Pt][500 K] B}", r"{A \xrightarrow[500 K]{Pt} B}"),
        (r"\ce{A ->[\text{hot}][\pu{90 K}] B}", r"{A \xrightarrow[{90 K}]{hot} B}"),
        (r"\ce{A ->[{with heat}] B}", r"{A \xrightarrow{with heat} B}"),
        (r"\ce{A <=>[k] B}", r"{A \overset{k}{\rightleftharpoons} B}"),
        (r"\ce{C6H5-OH}", "{C_{6}H_{5}{-}OH}"),
        (r"\ce{O=C=O}", "{O{=}C{=}O}"),
        (r"\ce{HC#CH}", r"{HC\equiv CH}"),
        (r"\ce{H\bond{~}F}", r"{H{\sim }F}"),
        (r"\ce{CaSO4.2H2O}", r"{CaSO_{4}\cdot 2 H_{2}O}"),
        (r"\ce{CaSO4 * 2H2O}", r"{CaSO_{4} \cdot 2 H_{2}O}"),
        (r"\ce{Y^{99}+}", "{Y^{99+}}"),
        (r"\ce{Cl^.}", r"{Cl^{\bullet}}"),
        (r"\ce{KMnO4 ->[加热] O2}", r"{KMnO_{4} \xrightarrow{加热} O_{2}}"),
        (r"\pu{4.2 kJ/mol}", "{4.2 kJ/mol}"),
        (r"\pu{9.81 m s-2}", "{9.81 m s^{-2}}"),
        (r"\pu{6.02e23 mol-1}", r"{6.02 \times 10^{23} mol^{-1}}"),
        (r"\pu{25 °C}", r"{25 {}^{\circ}C}"),
        (r"\pu{J//K}", r"{\frac{J}{K}}"),
        ("x^2 + y", "x^2 + y"),
        (r"K = \ce{[H+]} \cdot 2", r"K = {[H^{+}]} \cdot 2"),
    ],
)
def test_common_chemistry_is_translated(written: str, drawn: str) -> None:
    assert read(written) == drawn


@pytest.mark.parametrize("inside", ["A -> ?", "A ->[B", "^", "a_", "1 2 3 #^"])
def test_what_is_not_understood_stays_readable(inside: str) -> None:
    shown = translated(rf"\ce{{{inside}}}")
    assert r"\ce" not in shown
    assert all(letter in shown for letter in inside if letter.isalnum())


def test_a_call_that_never_ends_stays() -> None:
    assert translated(r"x \ce{H2O") == r"x \ce{H2O"


pieces = st.sampled_from(
    [
        *"HC2 3+-^_={}()[].,*#$&~%|\\",
        "->",
        "<=>",
        "Na",
        "(aq)",
        r"\bond{-}",
        r"\Delta",
        r"\text{a}",
        "v",
        "水",
    ]
)


@given(st.lists(pieces, max_size=20).map("".join), st.sampled_from(["ce", "pu"]))
def test_braces_pair_where_they_did(inside: str, name: str) -> None:
    tex = rf"\{name}{{{inside}}}"
    assert is_paired(translated(tex)) or not is_paired(tex)


def is_paired(tex: str) -> bool:
    depth = 0
    for brace in re.findall(r"\\.|[{}]", tex):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            return False
    return not depth


@given(st.lists(pieces, max_size=20).map("".join))
def test_no_base_has_two_scripts_of_a_kind(inside: str) -> None:
    shown = translated(rf"\ce{{{inside}}}")
    assert not re.search(r"\^\{[^{}]*\}\^\{|_\{[^{}]*\}_\{", shown)


def test_deep_braces_are_no_trouble() -> None:
    deep = "{" * 500 + "A" + "}" * 500
    assert "A" in translated(rf"\ce{{{deep}}}")
    assert "A" in translated(rf"\pu{{A{'//' * 900}}}")
