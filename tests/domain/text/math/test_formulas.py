"""Which dollars and backslashes mean a formula: the same answer for the page and for reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.text.math.formulas import display, formula_at, opening


def formulas(text: str) -> list[str]:
    """The formulas of a text, found as the page's walk finds them."""
    found, at = list[str](), 0
    while at < len(text):
        formula = formula_at(text, at) if text[at] in "$\\" else None
        if formula:
            found.append(formula.tex)
            at = formula.end
        elif text[at] == "\\":
            at += 2
        else:
            at += max(1, len(text) - at - len(text[at:].lstrip("$")))
    return found


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("$y^3$ and", "y^3"),
        ("the $k$th of $m$", "k"),
        (r"pay $4 \times \$7 = \$28$ now", r"4 \times \$7 = \$28"),
        (r"$a = \$$", r"a = \$"),
        ("$$u + v$$", "u + v"),
        (r"\(a \ne b\)", r"a \ne b"),
        (r"then \[z = 1\] holds", "z = 1"),
        ("$[0, 1)$ and $]0, 1[$", "[0, 1)"),
        ("$7 m/s$", "7 m/s"),
        ("$2 + 2 = 4$", "2 + 2 = 4"),
        ("$p < 0.05$", "p < 0.05"),
        ("变量$x$，", "x"),
        (r"$\text{路程} = 5$", r"\text{路程} = 5"),
        ("CO$_2$O", "_2"),
        (r"a 5$\times$5 grid", r"\times"),
        ("10$^{-3}$m", "^{-3}"),
        ("$f$(x) and $x_1$(the first)", "f"),
        ("$OH^-$ ions", "OH^-"),
        (r"光速$3\times10^8$m/s", r"3\times10^8"),
        (r"is $2\pi$rad or", r"2\pi"),
        ("$10^{-3}$mol, 5$^\\circ$C", "10^{-3}"),
        ("长$5$cm", "5"),
        (r"so $ \frac{a}{b} $ is", r"\frac{a}{b}"),
        ("where $ x $ and $ y_1 $ are", "x"),
        ("let $ a = b $, then", "a = b"),
        (r"\begin{bmatrix} 1 \\ 2 \end{bmatrix} is", r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}"),
        (r"\ce{CO2} and", r"\ce{CO2}"),
        (r"\ce{Fe^{3+}} and", r"\ce{Fe^{3+}}"),
        (r"\pu{3 km/h}", r"\pu{3 km/h}"),
    ],
)
def test_a_formula_is_found(text: str, tex: str) -> None:
    assert formulas(text)[0] == tex


@pytest.mark.parametrize(
    "text",
    [
        *(
            "$3 and $4",
            "US$3, A$4, NT$5",
            "$3-$4",
            "$3–$4",
            "$3/$4",
            "$2,500/$3,500",
            "3$ and 4$",
            "3$-4$",
            "3$/4$",
        ),
        *(
            "NT$和HK$都行",
            "从$3涨到4$",
            "3$，4$",
            "3$/次，4$/次",
            "约$3（含税）或4$",
            "$3～$4",
            "$3亿和4亿美元$",
        ),
        *("$15M/year vs 20$", "$0.002/1K in, $0.03/1K out", "I had $3 + change, you 4$", "cash $$$ now"),
        *("$HOME and $PATH", "${HOME}/lib:${LIB}", "$HOME/lib:$LIB", "$1 $2", "$1/$2", "$@ $<", "$@$<"),
        *(
            "$(date) and $(id)",
            "$(CC)-$(LD)",
            "$(pwd)/a:$(pwd)/b",
            "$USER@$(hostname)",
            "$$ and $$",
            "$${A}/$${B}",
        ),
        *(
            "$a->b and $c",
            "$a=$b;",
            "$_GET/$_POST",
            "$i=0;$i<9;$i++",
            '"$A"/"$B"',
            "${a}-${b}",
            "$$a and $$b",
        ),
        *("$6$salt$hash and $2y$10$N9qo8", r"$dir\name$ext", "$x_y$z", "$a$b", "$1$x"),
        *("$ 5 = 4 € and $ 6", "$ cd my_dir\n$ ls a_b", "$ make all=1 and $ ls", "R$ 5 = US$ 1 = R$ 5"),
        *("$('#a')+$('#b')", "$.get($.x)", "$scope.$apply()", r"$HOME\bin;$PATH", r"$env:A\b;$env:C"),
        *(
            "=$A$1+$B$2",
            "foo$|^bar$",
            r"use ^\w$,^x$",
            "earn $$ fast",
            "$ 5 and $ 6",
            "$x `y` z$",
            "$![a](b)$",
        ),
        *(r"\(see below\)", r"\[Note\]", r"\begin{itemize} a \end{itemize}", r"\begin{align} a", r"\ce{H2O"),
    ],
)
def test_prices_variables_and_words_are_none(text: str) -> None:
    assert formulas(text) == []


@given(st.text("$\\(){}[] ab1=^_,-/é中`!", max_size=40))
def test_a_formula_ends_behind_its_beginning_and_holds_no_line_end(text: str) -> None:
    for at, sign in enumerate(text):
        if sign in "$\\" and (formula := formula_at(text, at)):
            assert at < formula.end <= len(text)
            assert formula.tex.strip()


@pytest.mark.parametrize(
    ("rows", "tex", "after"),
    [
        (["$$", "x", "$$ so"], "\nx\n", " so"),
        ([r"\[ x \]."], " x ", "."),
        ([r"\begin{gather*}", "a", r"\end{gather*} then"], "\\begin{gather*}\na\n\\end{gather*}", " then"),
    ],
)
def test_a_formula_on_lines_of_its_own_is_told_from_what_follows(
    rows: list[str], tex: str, after: str
) -> None:
    assert display(rows) == (tex, after)


@pytest.mark.parametrize("line", ["$5", "$$$", r"\begin{document}", r"\(x\)", "text $$x$$", r"\end{align}"])
def test_what_opens_no_formula_on_lines_of_its_own(line: str) -> None:
    assert opening(line) is None
