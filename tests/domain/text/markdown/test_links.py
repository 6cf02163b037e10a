"""Where an address in the text begins and ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lib.domain.text.markdown.links import BareLink, bare_link, with_links
from lib.domain.text.markdown.literal import literal_lines
from lib.domain.text.markdown.readers import ANY
from lib.domain.text.sanitize_markdown import sanitized


def links(text: str) -> list[str]:
    return [piece.words for piece in with_links(text) if isinstance(piece, BareLink)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("见 https://a.example/b，后文", "https://a.example/b"),
        ("在https://a.example。", "https://a.example"),
        ("（https://a.example/b？x=1）", "https://a.example/b"),
        ("https://a.example/b中文", "https://a.example/b"),
        ("「https://a.example/b」", "https://a.example/b"),
        ("“https://a.example/b”、", "https://a.example/b"),
        ("https://a.example/b——后", "https://a.example/b"),
        ("https://a.example을 보세요", "https://a.example"),
        ("https://a.example/ページ", "https://a.example/"),
        ("www.a.example即可", "www.a.example"),
        ("https://a.example/b_(c)", "https://a.example/b_(c)"),
        ("(https://a.example/b_(c))", "https://a.example/b_(c)"),
        ("(see https://a.example/b).", "https://a.example/b"),
        ("https://a.example/b?c=1&d=2#e.", "https://a.example/b?c=1&d=2#e"),
        ("https://a.example/b!?", "https://a.example/b"),
        ("**https://a.example/b**", "https://a.example/b"),
        ("https://a.example/b[1]", "https://a.example/b"),
        ('<a href="https://a.example/b">', "https://a.example/b"),
        ("https://a.example/it's", "https://a.example/it's"),
        ("'https://a.example/b','c'", "https://a.example/b"),
        ("https://a.example/мир/é", "https://a.example/мир/é"),
        ("http://localhost:3000/x", "http://localhost:3000/x"),
        ("HTTPS://A.EXAMPLE/b", "HTTPS://A.EXAMPLE/b"),
        ("http://xn--bcher-kva.example/b", "http://xn--bcher-kva.example/b"),
    ],
)
def test_an_address_ends_where_the_sentence_goes_on(text: str, words: str) -> None:
    assert links(text) == [words]


@pytest.mark.parametrize(
    "text",
    ["https://", "xhttps://a.example", "www.", "www.a", "https://[a.example", "http://例子", "www.例子"],
)
def test_what_only_looks_like_an_address_is_none(text: str) -> None:
    assert links(text) == []


def test_an_address_without_a_scheme_leads_somewhere() -> None:
    link = bare_link("www.a_b.example/c", 0)
    assert link
    assert link.target == "http://www.a_b.example/c"
    assert link.markdown("") == r"[www\.a\_b\.example\/c](<http://www.a_b.example/c>)"


@given(
    st.lists(st.sampled_from(["https://", "www.", "a", ".b", "/", "(", ")", "，", "中", " ", ".", "!", "é"]))
)
def test_the_pieces_are_the_text_and_links_hold_no_chinese(parts: list[str]) -> None:
    text = "".join(parts)
    pieces = list(with_links(text))
    assert "".join(piece if isinstance(piece, str) else piece.words for piece in pieces) == text
    assert not any("中" in words or "，" in words for words in links(text))


@pytest.mark.parametrize("text", ["好!www.a.example", r"\!www.a.example", "!!www.a.example，"])
def test_an_address_behind_an_exclamation_mark_is_no_image(text: str) -> None:
    reader = MarkdownIt("commonmark")
    for markdown in (sanitized(text), sanitized(text, ANY), literal_lines(text)):
        html = reader.render(markdown)
        assert "<img" not in html
        assert 'href="http://www.a.example"' in html
