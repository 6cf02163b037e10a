"""The report as Markdown and as CSV."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lib.domain.conversation.messages import Message
from lib.domain.reply.fold import fold
from lib.report import markdown, table
from tests.report.html_tree import Tree
from tests.report.samples import (
    AT,
    PAPER,
    PICTURE,
    PIECES,
    asked_of,
    deck,
    recording,
    tape,
    thinking,
    with_attachments,
)


def test_the_markdown_reads_well_as_it_is() -> None:
    kept = with_attachments(
        recording({"a": tape("It is **blue**.", tokens=9), "b": tape("No.")}), PICTURE, PAPER
    )
    text = markdown.to_markdown(kept, maker="SynStar Chat 1.2.3")
    assert text.startswith("# The sky\n\nRecorded on 1 Mar 2026, 09:30 UTC · 2 answers · 9 tokens written")
    assert "### Prompt\n\n*Image: cat.png*\n\n*Document: plan.txt*\n\nWhy is the sky blue?" in text
    assert "### model-a\n\ntemperature 0.5\n\nIt is **blue**.\n\n*first token 0.10 s · total" in text
    assert "| Model | First token | Total time | Tokens/s | Tokens | Cost | Answers |" in text
    assert "- model-a: 2" in text
    assert text.endswith("---\n\nSynStar Chat 1.2.3\n")


def test_the_markdown_steers_no_terminal() -> None:
    steering = "\x1b[2J\x1b]52;c;aGk=\x07\x9b2J\u202eevil"
    kept = recording({f"m{steering}": tape(f"Tea{steering}")}, prompt=f"Why?{steering}")
    text = markdown.to_markdown(kept, maker="SynStar Chat")
    assert "Tea" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_a_deck_has_a_heading_for_each_prompt() -> None:
    text = markdown.to_markdown(deck(["Why?", "How?"]), maker="SynStar Chat")
    assert [line for line in text.splitlines() if line.startswith("## ")] == ["## 1. Why?", "## 2. How?"]


def drawn(text: str) -> Tree:
    """What a reader makes of Markdown that takes HTML and fetches images."""
    return Tree.of(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


def is_inert(tree: Tree) -> bool:
    images = [attributes.get("src", "") for tag, attributes in tree.elements if tag == "img"]
    is_text = not {"script", "iframe", "style", "input", "!--", "!", "?"} & set(tree.tags)
    return is_text and all(source.startswith("data:image/") for source in images)


def test_a_reader_that_draws_the_markdown_fetches_and_runs_nothing() -> None:
    hostile = (
        "![a](http://evil.example/a.png) <img src=x onerror=y> <script>z</script>\n\n"
        "\\`<img src=b>` `\n c` <iframe src=d></iframe> `e\n\n![x][r]\n\n[r]: http://evil.example/r.png\n\n"
        "][<script>f</script>]\n\n```\nleft open"
    )
    next_one = "```html\n<script>g</script>\n```"
    kept = recording(
        {"a": thinking(hostile, after=tape(hostile)), "![m](http://evil.example)": tape(next_one)},
        prompt=next_one,
    )
    tree = drawn(markdown.to_markdown(with_attachments(kept, PAPER), maker="SynStar Chat"))
    assert is_inert(tree)
    for words in ("<script>z", "<script>f", "<script>g", "left open"):
        assert words in tree.text


@given(*[st.lists(st.sampled_from(PIECES), max_size=9).map("".join)] * 2)
def test_no_text_reaches_into_the_next_one(first: str, second: str) -> None:
    kept = recording({"a": tape(first), "b": tape(second)}, prompt=second)
    assert is_inert(drawn(markdown.to_markdown(kept, maker="SynStar Chat")))


QUESTION = "Why?\n  indented\n\n\n__init__ costs $5\n- no *list*\n1. nor this\n\n```py\nx = '__a__'\n```\nEnd"


def test_a_question_is_shown_as_it_was_typed() -> None:
    text = markdown.to_markdown(recording({"a": tape("So.")}, prompt=QUESTION), maker="SynStar Chat")
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    shown = html.partition("<h3>Prompt</h3>")[2].partition("<h3>")[0]
    assert not {"strong", "em", "ul", "ol", "li"} & set(Tree.of(shown).tags)
    assert "Why?<br />\n&nbsp;&nbsp;indented</p>" in shown.replace("\u00a0", "&nbsp;")
    assert "__init__ costs $5<br />\n- no *list*<br />\n1. nor this</p>" in shown
    assert "<code class=\"language-py\">x = '__a__'\n</code>" in shown


def test_tags_that_mean_something_stay_and_a_fold_ends_with_its_text() -> None:
    said = "CO<sub>2</sub> <b class=x>a</b><br>b <img src=x>\n\n<details>\n<summary>More</summary>\n\nc"
    text = markdown.to_markdown(recording({"a": tape(said), "b": tape("d")}), maker="SynStar Chat")
    assert "CO<sub>2</sub> <b>a</b><br>b &lt;img src=x>\n\n\n**More**<br>\n\nc\n\n" in text
    assert "details" not in text


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")  # a spreadsheet reads Chinese by it
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_the_csv_has_a_row_for_every_reply() -> None:
    kept = recording({"a": tape(*["x "] * 31, tokens=40), "b": tape("y")})
    one = kept.cells[0]
    parent_id = one.path()[-1].parent_id
    one.add(
        [Message("v2", parent_id, "assistant", "Again.", AT, fold(asked_of("a", tape("Again.", tokens=5))))]
    )
    found = rows(table.to_csv(kept))
    assert [(row["cell"], row["turn"], row["version"], row["state"]) for row in found] == [
        ("model-a", "1", "1", "completed"),
        ("model-a", "1", "2", "completed"),
        ("model-b", "1", "1", "completed"),
    ]
    first = found[0]
    assert first["prompt"] == "Why is the sky blue?"
    assert first["answer"] == "x " * 31
    assert (first["ttft_ms"], first["total_ms"]) == ("100.0", "410.0")
    assert float(first["tokens_per_second"]) == pytest.approx(40 / 0.3)
    assert (first["completion_tokens"], first["tokens_source"]) == ("40", "reported")
    assert float(first["cost_usd"]) == pytest.approx((10 * 1.0 + 40 * 2.0) / 1e6)
    assert first["price_source"] == "the gateway's price list"
    assert (first["votes"], first["thumbs_up"], first["thumbs_down"]) == ("2", "1", "0")
    assert (found[2]["completion_tokens"], found[2]["cost_usd"]) == ("", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "＝"])
def test_no_cell_of_the_csv_is_a_formula(start: str) -> None:
    bad = f"{start}HYPERLINK(1)"
    kept = with_attachments(recording({"a": thinking(bad, after=tape(bad))}, prompt=bad, title=bad))
    kept.cells[0].system_prompt = kept.cells[0].model = bad
    for row in rows(table.to_csv(kept)):
        for name in ("recording", "prompt", "model", "system_prompt", "reasoning", "answer"):
            assert row[name].startswith("'"), name
