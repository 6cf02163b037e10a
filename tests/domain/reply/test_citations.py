"""Sources: numbered, each once, and a link only where it may be one."""

import pytest

from lib.domain.reply.citations import Citation, unique


def test_sources_keep_their_numbers_and_titles_may_come_later() -> None:
    first = unique([Citation("https://a.test"), Citation("https://b.test", "B")])
    again = unique(
        [*first, Citation("https://a.test", "A"), Citation("https://c.test"), Citation("", "notes.pdf")]
    )
    assert [(each.url, each.title) for each in again] == [
        ("https://a.test", "A"),
        ("https://b.test", "B"),
        ("https://c.test", ""),
        ("", "notes.pdf"),
    ]


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.test/x?y=1#z", "https://a.test/x?y=1#z"),
        ("https://a.test/<b> c\\d\n", "https://a.test/%3Cb%3E%20c%5Cd%0A"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("", ""),
    ],
)
def test_only_the_web_is_linked(url: str, link: str) -> None:
    assert Citation(url).link == link
