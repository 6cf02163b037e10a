"""LaTeX as each renderer of formulas knows it."""

import pytest

from lib.domain.text.math import tex


@pytest.mark.parametrize(
    ("written", "on_lines", "in_text", "mathml"),
    [
        (
            r"\begin{align*} a &= b \end{align*}",
            r"\begin{aligned} a &= b \end{aligned}",
            r"\begin{aligned} a &= b \end{aligned}",
            r"\begin{align*} a &= b \end{align*}",
        ),
        (
            r"\begin{multline} a \\ b \end{multline}",
            r"\begin{gathered} a \\ b \end{gathered}",
            r"\begin{gathered} a \\ b \end{gathered}",
            r"\begin{array}{c} a \\ b \end{array}",
        ),
        (
            r"\begin{alignat}{2} a \end{alignat}",
            *[r"\begin{aligned} a \end{aligned}"] * 2,
            r"\begin{align*} a \end{align*}",
        ),
        (r"\begin{eqnarray}a &=& b\end{eqnarray}", *[r"\begin{array}{rcl}a &=& b\end{array}"] * 3),
        (r"\begin{equation}x\label{e}\end{equation}", *[" x "] * 3),
        (
            r"\begin{pmatrix*}[r] 1 \end{pmatrix*}",
            *[r"\begin{pmatrix*}[r] 1 \end{pmatrix*}"] * 2,
            r"\begin{pmatrix} 1 \end{pmatrix}",
        ),
        (r"\begin{cases} a \end{cases}", *[r"\begin{cases} a \end{cases}"] * 3),
        (r"x \tag{3}", r"x \tag{3}", *[r"x\qquad\text{(3)}"] * 2),
        (r"x \tag*{A}", r"x \tag*{A}", *[r"x\qquad\text{A}"] * 2),
        (r"x \tag{1} \\ y \tag{2}", *[r"x\qquad\text{(1)} \\ y\qquad\text{(2)}"] * 3),
        (r"x \nonumber", *["x "] * 3),
        (r"\ce{O2}", *[r"{\text{O}_{2}}"] * 3),
    ],
)
def test_environments_and_numbers(written: str, on_lines: str, in_text: str, mathml: str) -> None:
    assert tex.katex(written, is_display=True) == on_lines
    assert tex.katex(written, is_display=False) == in_text
    assert tex.mathml(written) == mathml
