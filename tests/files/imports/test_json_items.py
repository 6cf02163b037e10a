"""A file is read item by item, however it is cut into chunks; damaged items do not take the others along."""

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.files.imports import json_items
from lib.files.imports.json_items import Broken, Item, items
from tests.domain.conversation.test_exports import nested


def read(data: bytes | str) -> list[Item]:
    return list(items(BytesIO(data if isinstance(data, bytes) else data.encode())))


def values_in(data: bytes | str) -> list[Any]:
    return ["damaged" if item.is_damaged else item.value for item in read(data)]


@pytest.fixture(params=[1, 2, 7, 1024])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """The file comes in pieces of so many bytes."""
    size: int = request.param
    monkeypatch.setattr(json_items, "CHUNK", size)
    return size


@pytest.mark.usefixtures("chunk")
@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("[]", []),
        (
            '[1, -2.5e3, "a\\"]", {"b": [1, {"c": "}"}]}, null, true]',
            [1, -2500.0, 'a"]', {"b": [1, {"c": "}"}]}, None, True],
        ),
        ('{"title": "Tea", "mapping": {"a": 1}}', [{"title": "Tea", "mapping": {"a": 1}}]),
        ('{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ('[{"a": 1}][{"a": 2}]', [{"a": 1}, {"a": 2}]),
        ("7", [7]),
        ('\ufeff["é😀"]', ["é😀"]),
        ('["\\ud83d\\ude00", "raw\ttab"]', ["😀", "raw\ttab"]),
        ('{"data": [1, 2], "x": {}}', [{"data": [1, 2], "x": {}}]),
    ],
)
def test_the_items_of_a_file(data: str, found: list[Any]) -> None:
    assert values_in(data) == found


@pytest.mark.usefixtures("chunk")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_the_encodings_of_json(encoding: str) -> None:
    assert values_in('[{"a": "é茶😀"}, 2]'.encode(encoding)) == [{"a": "é茶😀"}, 2]


@pytest.mark.usefixtures("chunk")
def test_the_list_of_an_export_comes_item_by_item_with_what_stood_before_it() -> None:
    found = read('{"version": 1, "conversations": [{"a": 1}, {"b": 2}], "after": [3]}')
    assert [(item.value, item.header) for item in found] == [
        ({"a": 1}, {"version": 1}),
        ({"b": 2}, {"version": 1}),
    ]


@pytest.mark.usefixtures("chunk")
@pytest.mark.parametrize(
    "damaged",
    [
        '{"a" "b"}',
        '{"a": tru}',
        "nonsense",
        '{"a": {"b": "}]\\"", "c": [}}}',
        f'{{"a": {"9" * 5000}}}',
        "[" * 3000 + '"]"' + "]" * 3000,
    ],
)
def test_a_damaged_item_is_passed_over(damaged: str) -> None:
    assert values_in(f'[{{"a": 1}}, {damaged}, {{"a": 2}}]') == [{"a": 1}, "damaged", {"a": 2}]


@pytest.mark.usefixtures("chunk")
def test_an_item_that_is_too_large_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_items, "LARGEST_ITEM", 3000)
    large = json.dumps({"text": "x" * 5000, "quotes": ['"\\"'] * 300})
    first, passed, last = read(f'[{{"a": 1}}, {large}, {{"a": 2}}]')
    assert (first.value, last.value) == ({"a": 1}, {"a": 2})
    assert passed == Item(is_damaged=True, is_too_large=True)
    with pytest.raises(Broken):
        read(json.dumps({str(number): "x" * 100 for number in range(100)}))


@pytest.mark.usefixtures("chunk")
@pytest.mark.parametrize(
    "data",
    [
        "",
        " \n",
        "not JSON",
        "[1, 2",
        '[{"a": 1}, {"b": ',
        '["cut',
        "[" * 5000,
        "[1 2]",
        "[1]]",
        '{"a": 1',
        "\xff\xfe",
        "<html>",
    ],
)
def test_what_breaks_off_gives_what_came_before(data: str) -> None:
    with pytest.raises(Broken):
        read(data)
    found: list[Any] = []
    with pytest.raises(Broken):
        found.extend(item.value for item in items(BytesIO(data.encode())))
    assert found in ([], [1], [1, 2], [{"a": 1}])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(json_values), st.integers(1, 40), st.booleans(), st.sampled_from([None, 1]))
def test_any_list_comes_back_however_it_is_cut(
    found: list[Any], chunk: int, is_ascii: bool, indent: int | None
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_items, "CHUNK", chunk)
        assert values_in(json.dumps(found, ensure_ascii=is_ascii, indent=indent).encode()) == found


@given(st.binary(max_size=200))
def test_any_bytes_are_items_or_broken(data: bytes) -> None:
    try:
        read(data)
    except Broken:
        return


def test_only_one_item_is_held_at_a_time() -> None:
    """A stream of a thousand times what may be held at once is read to its end."""

    class Endless(BytesIO):
        left = 1000
        most = 0

        def read(self, size: int | None = -1) -> bytes:
            type(self).most = max(self.most, size or 0)
            self.left -= 1
            return b'{"a": "' + b"x" * 1000 + b'"}\n' if self.left >= 0 else b""

    file = Endless()
    assert sum(1 for _ in items(file)) == 1000
    assert Endless.most == json_items.CHUNK


def test_nesting_that_fits_is_read() -> None:
    assert values_in(json.dumps([nested(100)])) == [nested(100)]
