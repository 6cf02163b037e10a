"""JSON, drawn indented."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.text.json_block import FENCE, JsonBlock

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text(), values, max_size=4) | st.lists(values, max_size=4)


@given(objects, st.sampled_from([None, 1, 7]), st.booleans())
def test_it_looks_as_the_standard_library_indents_it(value: Any, indent: int | None, escaped: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)
    assert JsonBlock().feed(text) == FENCE + json.dumps(value, indent=2, ensure_ascii=escaped)


@given(st.lists(st.text(alphabet='{}[]",:\\ \n1a'), max_size=8))
def test_it_is_the_same_however_the_text_was_cut(pieces: list[str]) -> None:
    block, whole = JsonBlock(), "".join(pieces)
    assert "".join(block.feed(piece) for piece in pieces) == JsonBlock().feed(whole)


@given(st.text(alphabet='{}[]",:\\ \n1a'))
def test_only_white_space_between_tokens_moves(text: str) -> None:
    drawn = JsonBlock().feed(text).removeprefix(FENCE)
    assert "".join(drawn.split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["Sure, here it is: {}", "```json\n{}\n```", '"a"', "12"])
def test_what_is_no_object_or_list_passes_as_it_is(text: str) -> None:
    assert JsonBlock().feed(text) == text


def test_what_json_allows_is_not_rewritten() -> None:
    assert JsonBlock().feed('{"a":1.0e5,"a":"\\u00e9 {,}"}') == FENCE + (
        '{\n  "a": 1.0e5,\n  "a": "\\u00e9 {,}"\n}'
    )


def test_json_that_breaks_off_is_drawn_as_far_as_it_came() -> None:
    assert JsonBlock().feed('{"list":[1,2') == FENCE + '{\n  "list": [\n    1,\n    2'
