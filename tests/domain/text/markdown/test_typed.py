"""What a person typed: in pieces, and as markdown that shows it as it was typed."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lib.domain.text.markdown.literal import literal, literal_lines, plain
from lib.domain.text.markdown.typed import Code, Words, typed

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
JOINER = "\N{WORD JOINER}"
"""Stands for what draws nothing, which this reader does not know."""

PIECES = [
    *(
        "*",
        "_",
        "`",
        "[",
        "]",
        "(",
        ")",
        "!",
        "#",
        "+",
        "-",
        "=",
        ".",
        ":",
        "|",
        "~",
        "$",
        "<",
        ">",
        "&",
        "\\",
    ),
    *(
        " ",
        "a",
        "b",
        "1",
        "中",
        "\n",
        "\n\n",
        "  ",
        "    ",
        "\t",
        "**",
        "__",
        "->",
        " -- ",
        "1. ",
        "- ",
        "# ",
    ),
    *("```\n", "~~~", "> ", "<b>", "</b>", "&amp;", "[a](b)", "![a](b)", ":a:", ":red[x]", "---\n", "===\n"),
    "| a |\n|--|\n",
]
lines = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


def shown(markdown: str) -> str:
    """What a reader shows of it; it has to be paragraphs of text."""
    html = READER.render(markdown.replace(":small[]", JOINER)).replace("<br />", "")
    assert re.sub("</?p>", "", html) == re.sub("<[^<>]*>", "", html), html
    return unescape(re.sub("<[^<>]*>", "", html)).replace(JOINER, "")


@given(lines)
def test_a_text_that_stands_alone_is_shown_as_it_is(text: str) -> None:
    assert shown(literal(text)).split() == text.split()


@given(lines)
def test_a_name_in_our_own_words_is_shown_as_it_is(text: str) -> None:
    name = " ".join(text.split())
    assert shown(f"See {plain(name)}!").split() == f"See {name}!".split()


@given(lines)
def test_lines_stay_lines_and_keep_their_blanks(text: str) -> None:
    written = "\n".join(line.rstrip() for line in text.split("\n"))
    assert shown(f"x{literal_lines(written)}").rstrip("\n") == f"x{written}".rstrip("\n")


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Why? Because. 12:30, a_b, 3-4, it's (so)", "Why? Because. 12:30, a_b, 3-4, it's (so)"),
        ("__init__ and 2*3", r"\_\_init\_\_ and 2\*3"),
        ("a\n  b\n\nc", "a\n:small[]  b\n:small[]\nc"),
        ("a -> b :smile: :material/home:", r"a \-:small[]\> b \::small[]smile: \::small[]material/home:"),
        ("1. a\n- b\n# c\n#d", "1:small[]. a\n\\- b\n\\# c\n#d"),
        (
            "see https://a.example/b，www.a.example",
            "see <https://a.example/b>，[www\\.a\\.example](<http://www.a.example>)",
        ),
        ("me@a.example", r"me:small[]\@a.example"),
        ("cc:@me, 12:30{a} and 见:文{a} ::a", r"cc\::small[]\@me, 12\:30{a} and 见\:文{a} \:\:a"),
        ("　　段落\n\u00a0a", ":small[]　　段落\n:small[]\u00a0a"),
        ("<b> & &amp; $5 x|y", r"\<b> & \&amp; \$5 x\|y"),
    ],
)
def test_only_what_means_something_is_escaped(text: str, markdown: str) -> None:
    assert literal_lines(text) == markdown


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a\nb", [Words("a\nb")]),
        ("\n\n  a  \n\n", [Words("  a")]),
        ("a\n```py\nx = 1\n\n  y\n```\n\nb", [Words("a"), Code("x = 1\n\n  y", "py"), Words("b")]),
        ("~~~\n```\n~~~~", [Code("```", "")]),
        ("````\n```\na\n```\n````", [Code("```\na\n```", "")]),
        ("```js x y\na\r\nb\r\n```", [Code("a\nb", "js")]),
        ("a\n```\nnever closed", [Words("a\n```\nnever closed")]),
        ("```\na\n```\n```\nb", [Code("a", ""), Words("```\nb")]),
        ("say ```x``` twice", [Words("say ```x``` twice")]),
        ("", []),
    ],
)
def test_code_in_fences_is_told_from_words(text: str, pieces: list[Words | Code]) -> None:
    assert list(typed(text)) == pieces


@given(st.lists(st.sampled_from(["```", "````", "~~~", "```py", "a", "  b", ""])))
def test_no_line_is_lost(lines: list[str]) -> None:
    kept = "\n".join(piece.text for piece in typed("\n".join(lines))).split("\n")
    assert words_of(kept) == words_of(lines)


def words_of(lines: list[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip() in ("a", "b")]
