"""What is left out of printed text, and what stays."""

import json

from hypothesis import given
from hypothesis import strategies as st

from lib.domain.text.printable import printable, printable_json

STEERING = {
    chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from(sorted(STEERING))))


@given(TEXTS)
def test_what_steers_is_left_out_and_nothing_else(text: str) -> None:
    assert printable(text) == "".join(c for c in text if c in "\t\n" or c not in STEERING)


@given(TEXTS, TEXTS)
def test_it_makes_no_difference_where_a_text_is_cut(first: str, second: str) -> None:
    assert printable(first) + printable(second) == printable(first + second)


@given(TEXTS)
def test_json_says_the_same_with_nothing_in_it_that_steers(text: str) -> None:
    shown = printable_json(json.dumps({"text": text}, ensure_ascii=False, indent=1))
    assert printable(shown) == shown
    assert json.loads(shown) == {"text": text}


def test_writing_of_every_direction_stays_with_its_marks() -> None:
    written = "\u200fשלום \u061cمرحبا\u200e (عربي), नमस्ते 👩\u200d🔬"
    assert printable(written) == written
