"""The splitter loses nothing, does not depend on the feeds, and cuts only where nothing changes."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.text.blocks import MIN_BLOCK, BlockSplitter, split
from lib.domain.text.sanitize_markdown import sanitized

LONG = "word " * 40
PIECES = [
    *("a", "中", " ", "\n", "\n\n", "\r\n", "\r", "\t", "    ", "- ", "1. ", "> ", "| ", "# ", "\\"),
    *("`", "```", "\n```\n", "\n````\n", "\n~~~\n", "$", "\n$$\n", "\n\\[\n", "\n\\]\n"),
    *("<pre>\n", "</pre>", "<!--", "-->", "[a][b]", "[^1]", "\n[b]: c\n", LONG, f"{LONG}\n\n"),
    *(
        "\\begin{align}\n",
        "\\end{align}",
        "\n\\begin{cases}",
        "\\end{cases}\n",
        "<b>",
        "</b>",
        "<br>",
        "<hr>\n",
    ),
    *(
        "\n<details>\n",
        "<summary>",
        "</summary>",
        "</details>",
        "**",
        "“",
        "，",
        "https://a.b",
        "\\ce{O2}",
        "ع",
    ),
    "\n```mermaid\n",
]
MADE_FOR_ONE_BLOCK = re.compile(r"\A(?:\[//\]: #[^\n]*\n\n)+")
"""Definitions that draw nothing."""
markdown = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text()


def feed_in(text: str, sizes: list[int]) -> tuple[list[str], list[str]]:
    """The blocks of a text fed in pieces, and what blocks and open text gave together after each feed."""
    splitter, blocks, seen, at = BlockSplitter(), list[str](), list[str](), 0
    for size in [*sizes, len(text)]:
        blocks += splitter.feed(text[at : at + size])
        at += size
        seen.append("".join(blocks) + splitter.open)
    return blocks + splitter.close(), seen


@given(markdown)
def test_blocks_joined_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text


@given(markdown, st.lists(st.integers(0, 9), max_size=60))
def test_cutting_the_feeds_changes_nothing(text: str, sizes: list[int]) -> None:
    blocks, seen = feed_in(text, sizes)
    assert blocks == split(text)
    assert all(text.startswith(so_far) for so_far in seen)
    assert seen[-1] == text


@given(markdown)
def test_the_blocks_are_drawn_as_the_whole_text_is(text: str) -> None:
    blocks = "".join(MADE_FOR_ONE_BLOCK.sub("", sanitized(block)) for block in split(text))
    assert blocks == MADE_FOR_ONE_BLOCK.sub("", sanitized(text))


@given(markdown)
def test_every_block_but_the_last_is_long_and_ends_with_a_blank_line(text: str) -> None:
    for block in split(text)[:-1]:
        assert len(block) >= MIN_BLOCK
        assert block.split("\n")[-2].strip() == ""


@given(
    st.sampled_from("`~"), st.integers(3, 6), st.sampled_from(["", " ", "   "]), st.lists(st.text("ab`~\n "))
)
def test_no_cut_inside_a_fence(sign: str, width: int, indent: str, rows: list[str]) -> None:
    fence = indent + sign * width
    body = "\n\n".join(row for row in rows if sign * width not in row.replace(" ", ""))
    code = f"{fence}py\n{body}\n\n{LONG}\n\nmore\n{fence}\n"
    blocks = split(f"{LONG}\n\n{code}\n{LONG}\n\nend")
    assert any(code.strip() in block for block in blocks)
    assert blocks[-1] == "end"


def test_paragraphs_are_cut_as_soon_as_the_next_one_begins() -> None:
    splitter = BlockSplitter()
    assert splitter.feed(f"{LONG}\n\n") == []
    assert splitter.feed("N") == [f"{LONG}\n\n"]
    assert splitter.open == "N"
    assert splitter.feed("ext") == []
    assert splitter.close() == ["Next"]
    assert splitter.open == ""


def test_a_line_that_may_yet_be_a_list_item_is_waited_for() -> None:
    splitter = BlockSplitter()
    splitter.feed(f"{LONG}\n\n")
    assert splitter.feed("12") == []
    assert splitter.feed(" monkeys\n") == [f"{LONG}\n\n"]


def test_an_indented_paragraph_stays_with_the_list_above() -> None:
    assert len(split(f"- {LONG}\n\n  text")) == 1
    assert split(f"- {LONG}\n\ntext") == [f"- {LONG}\n\n", "text"]


def test_a_cut_does_not_wait_for_the_end_of_a_paragraph_that_begins_with_a_blank() -> None:
    splitter = BlockSplitter()
    splitter.feed(f"{LONG}\n\n")
    assert splitter.feed(" ") == []
    assert splitter.feed("word") == [f"{LONG}\n\n"]


def test_short_blocks_join_what_follows() -> None:
    assert split("# Title\n\nA word.\n\nAnother.") == ["# Title\n\nA word.\n\nAnother."]


@pytest.mark.parametrize(
    "following",
    [
        *("- item", "* item", "12. item", "3) item", "  - item", "    indented", "\tindented"),
        *("| row |", "> quote", "[x]: y"),
    ],
)
def test_what_may_belong_to_the_block_above_stays_with_it(following: str) -> None:
    assert len(split(f"{LONG}\n\n{following}")) == 1


@pytest.mark.parametrize(
    "following",
    ["text", " text", "   text", "**bold**", "# Title", "```\ncode", "1 of 2", "[1] cited", "中文", "---"],
)
def test_what_begins_something_new_is_cut(following: str) -> None:
    assert split(f"{LONG}\n\n{following}") == [f"{LONG}\n\n", following]


@pytest.mark.parametrize(
    "whole",
    [
        f"- {LONG}\n\n- b\n\n  more\n\n- c",
        f"1. {LONG}\n\n   ```\n   a\n\n   b\n   ```\n\n2. c",
        f"- ```\n  {LONG}\n\n  ```\n  b\n\n- c",
        f"````md\n```\n{LONG}\n\ntext\n```\n\ntext\n````",
        f"~~~\n```\n{LONG}\n\ntext\n~~~~",
        f"```\n{LONG}\n\n``` not closed\n\ntext",
        f"```\n{LONG}\n\nnever closed\n\ntext",
        f"$$\n{LONG}\n\nx\n$$",
        f"\\[\n{LONG}\n\nx\n\\]",
        f"\\begin{{align}}\n{LONG}\n\nx\n\\end{{align}}",
        f"<pre>\n{LONG}\n\nx\n</pre>",
        f"<SCRIPT>\n{LONG}\n\nx\n</SCRIPT>",
        f"<!-- {LONG}\n\nx\n-->",
        f"[x]: y\n\n{LONG}\n\ntext",
        f"See [it][x]. {LONG}\n\ntext\n\n[x]: y",
        f"See [it][]. {LONG}\n\ntext\n\n[it]: y",
        f"Noted[^1]. {LONG}\n\ntext\n\n[^1]: note",
    ],
)
def test_what_belongs_together_is_not_cut(whole: str) -> None:
    assert split(whole) == [whole]


@pytest.mark.parametrize(
    "text",
    [
        f"As shown [1] and [2][3]. {LONG}",
        f"x[i][j] {LONG}",
        f"`[a][b]` and `[^x]` {LONG}",
        f"- [ ] todo\n- [x] done {LONG}",
        f"[a](b) [c](d) {LONG}",
        f"``` a`b ``` {LONG}",
        f"earn $$ fast {LONG}",
        f"\\[Note] {LONG}",
        f"<div>{LONG}",
        f"<!-- done --> {LONG}",
        f"$$x$$\n{LONG}",
    ],
)
def test_ordinary_text_does_not_stop_the_cutting(text: str) -> None:
    assert split(f"{text}\n\nnext") == [f"{text}\n\n", "next"]


@pytest.mark.parametrize(
    "unit",
    [
        *("word ", "[^", "[", "`` ` ", "> ", "<pre", "\r", "|a\n", "text\n\n", ">", "- ", "1. ", "**", "\t"),
        *("\\begin{align}", "<b>", "```\n"),
    ],
)
def test_the_cost_is_linear(unit: str) -> None:
    text = (unit * 70_000)[:70_000] + "x"
    splitter = BlockSplitter()
    start = time.thread_time()
    for at in range(0, len(text), 4):
        splitter.feed(text[at : at + 4])
    splitter.close()
    assert time.thread_time() - start < 2  # some 20 to 200 ms; minutes when quadratic
