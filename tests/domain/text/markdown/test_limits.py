"""What a model writes costs what it is worth: reading takes steps like its length, and a page draws so much.

The hunt counts steps, not seconds: lines of our code that are run to read a text, and tokens that another
parser finds in what is drawn of it.
"""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lib.domain.text.blocks import Block, BlockSplitter, split
from lib.domain.text.json_block import JsonBlock
from lib.domain.text.markdown import limits
from lib.domain.text.sanitize_markdown import sanitized
from lib.report import markup
from tests.steps import steps

LENGTH = 12_000
MOST_TOKENS = 12_000
"""What another parser may find in all that is drawn of one text: some 0.1 ms each in a browser."""
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

HOSTILE = {
    "bullets": "- " * 20_000 + "x",
    "brackets": "[" * 30_000 + "](y)" * 30_000,
    "stars": "**" * 100_000,
    "quotes": ">" * 100_000,
    "table": "|" + "a|" * 200 + "\n|" + "-|" * 200 + "\n" + ("|" + "a|" * 200 + "\n") * 300,
    "short rows": "|" + "a|" * 1000 + "\n|" + "-|" * 1000 + "\n" + "a\n" * 30_000,
    "empty rows": "|" + "a|" * 99 + "\n|" + "-|" * 99 + "\n" + "a\n" * 5_000,
    "rows without pipes": "a\n:-\n" + "a\n" * 60_000,
    "emphasis": "*a*" * 66_000,
    "marks": "!" * 200_000,
    "ticks": "".join("`" * width + " " for width in range(1, 630)),
    "lazy lines": "> a\n" + "b\n" * 40_000,
    "headings": "# a\n\n" * 40_000,
    "fences": "```\na\n```\n\n" * 16_000,
    "formulas": "$x^2$ " * 33_000,
    "footnotes": "".join(f"[^{at}] " for at in range(12_000)) + "\n\n" + "[^1]: a\n\n" * 12_000,
    "blank lines": "\n" * 100_000,
    "words": "word " * 40_000,
}

MARKS = (
    *("- ", "> ", "1. ", "* ", "  ", "    ", "\n", "\n\n", "a", "a ", "中", "|", "|-", "|-|-|\n", "\n-|-\n"),
    *("*", "**", "_", "~~", "`", "``", "```\n", "~~~\n", "[", "]", "](", "](y)", "![", "][b]", "[^1]", ": "),
    *(
        "<b>",
        "</b>",
        "<",
        "<!--",
        "<details>\n",
        "&amp;",
        "&",
        "$",
        "$$",
        "$$\n",
        "\\(",
        "\\)",
        "\\[",
        "\\ce{",
    ),
    *("\\begin{align}", "\\", "{", "}", "^", "!", ":", ":a", "->", "# ", "\n---\n", "\n===\n", "http://a.b/"),
    *("www.a.b ", "@a.b ", "\t", "\r", '"', "(", ")", "ع", "\u200d", "\u0301", "😀"),
)
pattern = st.lists(st.sampled_from(MARKS), min_size=1, max_size=5).map("".join)
nested = st.lists(st.tuples(pattern, st.integers(1, 4000)), min_size=1, max_size=4)


def text_of(parts: list[tuple[str, int]], length: int = LENGTH) -> str:
    """The patterns, each so often as is said, and all of that again until the text is as long."""
    once = "".join((each * times)[: length // len(parts)] for each, times in parts)
    return (once * (length // len(once) + 1))[:length]


def draw(text: str) -> list[str]:
    return [sanitized(block) for block in split(text)]


def tokens(block: Block) -> int:
    """How much there is to be drawn of a block."""
    return sum(1 + len(token.children or ()) for token in PARSER.parse(sanitized(block)))


@settings(max_examples=20, deadline=None)
@given(nested)
@example([("- ", 4000), ("x", 1)])
@example([("[", 4000), ("](y)", 4000)])
def test_reading_takes_steps_in_proportion_to_the_length(parts: list[tuple[str, int]]) -> None:
    text = text_of(parts, LENGTH // 8)
    once, four_times = steps(lambda: draw(text)), steps(lambda: draw(text * 4))
    assert four_times < 8 * once + 500  # the square would be 16
    assert once < 120 * len(text) + 500


@settings(max_examples=20, deadline=None)
@given(nested)
@example([("a\n===\n", 4000)])
def test_what_is_drawn_stays_within_the_limit(parts: list[tuple[str, int]]) -> None:
    assert sum(map(tokens, split(text_of(parts, 3 * LENGTH)))) < MOST_TOKENS


@settings(max_examples=20, deadline=None)
@given(nested, st.integers(1, 5000))
def test_a_growing_text_is_cut_as_a_whole_one(parts: list[tuple[str, int]], size: int) -> None:
    text, splitter, blocks = text_of(parts, 3 * LENGTH), BlockSplitter(), list[Block]()
    for at in range(0, len(text), size):
        blocks += splitter.feed(text[at : at + size])
    blocks += splitter.close()
    assert "".join(blocks) == text
    assert [(block, block.is_plain) for block in blocks] == [(block, block.is_plain) for block in split(text)]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_keeps_its_letters_and_draws_no_more_than_a_page_bears(name: str) -> None:
    blocks = split(HOSTILE[name])
    assert "".join(blocks) == HOSTILE[name]
    assert sum(map(tokens, blocks)) < MOST_TOKENS
    shown = [sanitized(block).replace(" ¶ ", "\n") for block in blocks if block.is_plain]
    assert all(map(str.__contains__, shown, (block for block in blocks if block.is_plain)))


@pytest.mark.parametrize("name", ["brackets", "table", "emphasis", "headings"])
def test_a_report_shows_as_written_what_the_page_does(name: str) -> None:
    plain = sum(block.is_plain for block in split(HOSTILE[name]))
    assert markup.html(HOSTILE[name]).count('<pre dir="auto">') == plain > 0


def test_an_ordinary_answer_is_drawn_whole() -> None:
    section = (
        "## A heading\n\nSome **bold** words, `code`, and a [link](http://a.invalid) in some sentences "
        "that are as long as those a model writes, with $x^2$ in one of them.\n\n"
        "- one **item**\n- two\n  - more\n\n"
        "```python\ndef f(x):\n    return x + 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    )
    assert not any(block.is_plain for block in split(section * 40))
    assert not any(block.is_plain for block in split("words of a long story " * 5000))


def test_what_follows_a_block_that_is_too_heavy_is_drawn() -> None:
    blocks = split(f"Before.\n\n{HOSTILE['table']}\n\nAfter **it** come words.\n")
    assert [block.is_plain for block in (blocks[1], blocks[-1])] == [True, False]
    assert sanitized(blocks[1]).startswith("```text\n|a|a|")


def test_a_heavy_block_that_streams_is_not_sent_again_and_again() -> None:
    splitter = BlockSplitter()
    longest = 0
    for _ in range(2000):
        splitter.feed("|" + "a|" * 100 + "\n")
        longest = max(longest, len(splitter.open))
    assert splitter.open.is_plain
    assert longest < 2 * limits.LONGEST_PLAIN


def test_the_fence_around_what_is_shown_as_written_is_wide_enough() -> None:
    block = Block("````\n" * 3)
    block.is_plain = True
    assert sanitized(block) == "`````text\n````\n````\n````\n\n`````\n"


def test_json_that_is_nested_without_end_is_not_indented_without_end() -> None:
    assert len(JsonBlock().feed("[" * 20_000)) < 2_000_000


def test_code_loses_its_colours_before_anything_else_is_lost() -> None:
    section = "Some words about it.\n\n```python\n" + "value = function(argument)\n" * 200 + "```\n\n"
    blocks = split(section * 12)
    assert not any(block.is_plain for block in blocks)
    assert [blocks[0].is_uncoloured, blocks[-1].is_uncoloured] == [False, True]
    assert sanitized(blocks[0]).splitlines()[2] == "```python"
    assert sanitized(blocks[-1]).splitlines()[2] == "```text"
    assert '<span class="hl-' in markup.html(blocks[0])
    assert '<span class="hl-' not in markup.html(blocks[-1])
