"""What a list shows of a text that a search has found."""

import pytest

from lib.domain.text.excerpt import BEFORE, LONGEST, excerpt

PARAGRAPHS = "\n\n".join(f"Paragraph {number}. It **rains**." for number in range(30))


@pytest.mark.parametrize(
    ("words", "begin"),
    [
        (["paragraph", "25"], "…Paragraph 25. It rains. Paragraph 26."),
        (["25", "PARAGRAPH"], "…Paragraph 25. It rains. Paragraph 26."),
        (["rains"], "Paragraph 0. It rains. Paragraph 1."),
        (["rains", "nowhere"], "Paragraph 0. It rains. Paragraph 1."),
    ],
)
def test_it_begins_where_most_of_the_words_stand_together(words: list[str], begin: str) -> None:
    assert excerpt(PARAGRAPHS, words).startswith(begin)


def test_a_link_is_its_words_and_nothing_is_cut_out_of_its_address() -> None:
    text = "Text with **bold**, `code` and a [link](https://example.com/a/long/way/to/go). " + "More. " * 40
    found = excerpt(text, ["bold"])
    assert found.startswith("Text with bold, code and a link. More.")
    assert found.endswith("…")
    assert excerpt(text, ["example"]) == found, "a word of the address alone"


def test_in_a_long_line_it_begins_shortly_before_the_first_word() -> None:
    found = excerpt("far " * 200 + "here and now" + " on" * 200, ["now", "here"])
    assert found.index("here") == BEFORE + 1
    assert len(found) == LONGEST + 2


@pytest.mark.parametrize("text", ["", "\n\n", "İ" * 50])
def test_any_text_is_taken(text: str) -> None:
    assert excerpt(text, ["i", ""]).strip() == text.strip()
