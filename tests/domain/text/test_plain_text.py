"""Markdown as the words of one line."""

import pytest

from lib.domain.text.plain_text import plain_text


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("## Read it in **pieces**", "Read it in pieces"),
        ("Give `read_csv` a _chunk_ size, __now__", "Give read_csv a chunk size, now"),
        ("- one\n- two\n\n1. three", "one two 1. three"),
        ("```python\nimport pandas as pd\n```\nDone.", "import pandas as pd Done."),
        ("| a | b |\n|---|:--|\n| 1 | 2 |", "a b 1 2"),
        ("See [the guide](https://x.example/a_(b) 'Guide') and ![a cat](cat.png)", "See the guide and a cat"),
        ("> quoted ~~gone~~", "quoted gone"),
        ("2 * 3 stays readable, a-b too", "2 3 stays readable, a-b too"),
        ("…ple [cut", "…ple [cut"),
        ("", ""),
    ],
)
def test_words_of_markdown(markdown: str, words: str) -> None:
    assert plain_text(markdown) == words
