"""The report as one HTML file: it says what the recording holds, with figures computed apart."""

import re

import pytest

from lib.domain.comparison.comparisons import SYNTHESIS
from lib.domain.comparison.recordings import Recording
from lib.domain.conversation.attachments import AttachmentKind
from lib.domain.conversation.messages import Message
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.fold import fold
from lib.domain.reply.tape import Content, Failed, Sent
from lib.report import page
from tests import figures_table
from tests.report.html_tree import Tree
from tests.report.samples import AT, PAPER, PICTURE, cell, deck, recording, tape, thinking, with_attachments


def drawn(kept: Recording) -> str:
    return page.html(kept, lambda image: image.data, maker="SynStar Chat 1.2.3")


def text(html: str) -> str:
    """What a person reads, its white space as in a browser."""
    return " ".join(Tree.of(html.partition("<body>")[2]).text.split())


def two() -> Recording:
    """One cell of 40 tokens in 400 ms, one of 100 in 990 ms."""
    first = tape(*["a "] * 31, start=100.0, step=10.0, tokens=40)
    second = tape(*["b "] * 91, start=90.0, step=10.0, tokens=100)
    return recording({"a": thinking("**Hm**, well.", after=first), "b": second})


def test_it_says_all_that_was_asked_and_answered() -> None:
    kept = with_attachments(two(), PICTURE, PAPER)
    kept.cells[0].system_prompt = "Be *brief*."
    html = drawn(kept)
    said = text(html)
    for words in (
        *("The sky", "1 Mar 2026, 09:30 UTC", "Why is the sky blue?", "plan.txt", "model-a", "model-b"),
        *("temperature 0.5", "Be brief.", "Hm, well.", "a a a", "b b b", "SynStar Chat 1.2.3"),
        *("2 votes · 1 thumb up", "Prices: the gateway's price list."),
    ):
        assert words in said, words
    assert said.count("Why is the sky blue?") == 1
    images = [a["src"] for tag, a in Tree.of(html).elements if tag == "img"]
    assert len(images) == 1
    assert images[0].startswith("data:image/png;base64,")


def test_a_question_is_shown_as_it_was_typed() -> None:
    html = drawn(recording({"a": tape("So.")}, prompt="Why?\n  __indented__\n\n<b>end</b>"))
    assert '<div class="typed">Why?\n  __indented__\n\n&lt;b&gt;end&lt;/b&gt;</div>' in html
    assert ".typed { white-space: pre-wrap; }" in html


def test_its_figures_are_those_of_the_tapes() -> None:
    said = text(drawn(two()))
    # a: 31 pieces from 100 ms (reasoning at 50 ms), the last at 400 ms, the end at 410 ms.
    assert (
        f"first token 0.05 s · total 0.41 s · {40 / 0.350:,.0f} tokens/s · 40 tokens (reported) · $0.000090"
        in said
    )
    assert f"first token 0.09 s · total 1.00 s · {100 / 0.900:,.0f} tokens/s · 100 tokens (reported)" in said
    first, second = figures_table.rows(drawn(two()))
    assert first.cells == {
        "First token": "0.05 s",
        "Total time": "0.41 s fastest",
        "Tokens/s": f"{40 / 0.350:,.0f}",
        "Tokens": "40 fewest tokens",
        "Cost": "$0.000090",
    }
    assert (second.cells["Total time"], second.cells["Cost"]) == ("1.00 s", "–")
    assert "2 answers · 140 tokens written · $0.000090 (without 1 of 2 answers)" in said
    assert "Costs leave out 1 of 2 models: their price or their tokens are not known." in said
    assert "Tokens are as the gateway reported them." in said


def test_its_bars_are_in_proportion_and_in_the_colours_of_the_cells() -> None:
    html = drawn(two())
    first, second = figures_table.rows(html)
    assert (first.bars["Total time"], second.bars["Total time"]) == pytest.approx((41.0, 100.0))
    assert (first.bars["Tokens"], second.bars["Tokens"]) == pytest.approx((40.0, 100.0))
    assert [first.colour, second.colour] == [0, 1]
    heads = re.findall(r'<h3><i class="dot" style="--cell: var\(--cell-(\d)\)"></i>\s*(model-\w)', html)
    assert heads == [("0", "model-a"), ("1", "model-b")]
    votes = html.partition('<h3 class="over">Votes</h3>')[2]
    assert [float(width) for width in re.findall(r"width: ([\d.]+)%", votes)] == [100.0, 50.0]


def test_whom_most_people_chose_is_framed_and_said_so() -> None:
    html = drawn(two())
    assert html.count('<article class="cell winner"') == 1
    assert re.search(r"model-a\s*<span class=\"mark\">Winner</span></h3>", html)
    assert [row.is_winner for row in figures_table.rows(html)] == [True, False]


def test_a_failed_cell_shows_its_words_and_its_error() -> None:
    error = ChatError(Category.UPSTREAM_DOWN, "No <b>channel</b>.")
    kept = recording(
        {"a": tape("Yes.", tokens=3), "b": [Sent(0.0, {}), Content(9.0, "It is"), Failed(20.0, error)]}
    )
    html = drawn(kept)
    said = text(html)
    assert "It is No <b>channel</b>. Try again in a moment, or choose another model." in said
    assert "failed" in said
    assert "1 answer did not finish and is in no figure." in said
    assert "2 answers (1 did not finish)" in said


def test_follow_ups_versions_and_a_synthesis_are_in_it() -> None:
    kept = two()
    one = kept.cells[0]
    answer = one.path()[-1]
    again = Message("v2", answer.parent_id, "assistant", "Another.", AT, fold(tape("Another.", tokens=2)))
    more = Message("more", "v2", "user", "And at night?", AT)
    last = Message("last", "more", "assistant", "Dark.", AT, fold(tape("Dark.", tokens=1)))
    one.add([again, more, last])
    merged = cell("c", 2, tape("Merged."), prompt=f"{SYNTHESIS}\n\nAll of it")
    kept.comparisons[0].cells.append(merged)
    said = text(drawn(kept))
    assert "Another." in said
    assert "one of 2 answers" in said
    assert "And at night?" in said
    assert "Synthesis by model-c" in said
    assert said.index("Dark.") < said.index("Merged.")


def test_a_deck_begins_with_a_grid_whose_links_stay_inside() -> None:
    html = drawn(deck(["Why?", "What is 5 < 6?"]))
    tree = Tree.of(html)
    said = text(html)
    assert "Medians of all prompts" in said
    assert said.count("0.10 s0.12 s") == 6
    assert said.index("1. Why?") < said.index("2. What is 5 < 6?")
    targets = {a["href"].removeprefix("#") for tag, a in tree.elements if tag == "a"}
    assert targets == {"s1", "s2", "s1c1", "s1c2", "s2c1", "s2c2"}
    assert targets <= {a["id"] for _, a in tree.elements if "id" in a}


def test_nothing_of_it_is_loaded_or_run() -> None:
    hostile = (
        "<script>alert(1)</script><img src=http://evil.example/a.png>\n\n```html\n</script><script>x</script>\n```\n"
        "[a](javascript:alert(1)) ![b](http://evil.example/b.png) </style><style>@import 'http://evil.example'"
    )
    name = "</title><script>x</script>"
    kept = with_attachments(
        recording({name: thinking(hostile, after=tape(hostile))}, prompt=hostile, title=name), PICTURE, PAPER
    )
    kept.cells[0].system_prompt = hostile
    tree = Tree.of(drawn(kept))
    assert not {"script", "iframe", "object", "base", "form", "input", "button", "!--"} & set(tree.tags)
    assert tree.tags.count("style") == tree.tags.count("link") == tree.tags.count("title") == 1
    for tag, attributes in tree.elements:
        assert not [attribute for attribute in attributes if attribute.startswith("on")]
        assert attributes.get("src", "data:").startswith("data:image/png") or tag != "img"
        if tag == "link":
            assert attributes == {"rel": "icon", "href": "data:,"}
        if tag == "a":
            assert attributes.get("href", "https:").startswith("http")  # without one, it is words
    policy = next(a["content"] for _, a in tree.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert "url(" not in drawn(kept).partition("</style>")[0]


def test_an_image_of_another_kind_is_named_only() -> None:
    for media_type in ("image/svg+xml", "text/html", 'image/png" onerror="x'):
        bad = PICTURE.__class__("ab" * 32, AttachmentKind.IMAGE, "x.svg", media_type, 3, data=b"<svg")
        html = drawn(with_attachments(two(), bad))
        assert "<img" not in html
        assert "Image: x.svg" in text(html)
