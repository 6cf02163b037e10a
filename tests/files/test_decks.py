"""Decks as files: what leaves comes back, what comes from anybody is a deck or a sentence with its place."""

import csv
import time
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.comparison import decks
from lib.domain.comparison.decks import LONGEST_NOTES, LONGEST_PROMPT, MOST_PROMPTS, Deck, Prompt
from lib.domain.text.validation import FormatError
from lib.files.decks import LARGEST_DECK, kept, read, to_csv, to_yaml
from lib.files.folder import Files
from tests.files.samples import bomb, image, uploaded

SECONDS = 2.0
"""A file is read, or refused, in this computing time."""
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\t\n\r"), max_size=30
)
"""What a text field of a page can hold."""
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "'=1",
    "''=1",
    "'",
    "''",
    "'a",
    "＝1",
    " =1",
]


def as_new(name: str, data: bytes) -> Deck:
    ids: Iterator[str] = map(str, count())
    return read(name, data, new_id=lambda: next(ids))


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(FormatError) as refused:
        as_new(name, data)
    return str(refused.value).removeprefix("This file cannot be read: ")


def contents(deck: Deck) -> list[tuple[object, ...]]:
    return [(each.text, each.attachments, each.system_prompt, each.notes) for each in deck.prompts]


def deck(*prompts: Prompt, system_prompt: str = "") -> Deck:
    return replace(decks.new("d", prompts, title="Tea: a demo"), system_prompt=system_prompt)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=4), TEXTS)
def test_a_yaml_file_gives_back_every_character(
    texts: list[tuple[str, str, str]], system_prompt: str
) -> None:
    whole = deck(
        *[Prompt("p", text, (), system, notes) for text, system, notes in texts], system_prompt=system_prompt
    )
    found = as_new("a.yaml", to_yaml(whole, Files(None)).encode())
    assert contents(found) == contents(whole)
    assert (found.title, found.system_prompt) == ("Tea: a demo", system_prompt)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=4))
def test_a_csv_file_gives_back_every_character(texts: list[tuple[str, str, str]]) -> None:
    whole = deck(*[Prompt("p", f"x{text}", (), system, notes) for text, system, notes in texts])
    assert contents(as_new("a.csv", to_csv(whole).encode())) == contents(whole)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_survives_a_csv_and_is_none_in_a_spreadsheet(text: str) -> None:
    whole = deck(Prompt("p", text, notes=text))
    written = to_csv(whole)
    assert contents(as_new("a.csv", written.encode())) == contents(whole)
    cells = [cell for row in csv.reader(StringIO(written, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))]


def test_a_spreadsheets_own_csv_is_read_with_its_separator_order_and_encoding() -> None:
    written = '\ufeffNotes;Prompt;Extra\r\nlook;=1+1;1\r\n;;\r\n;"Why, \r\nthen?";2\r\n'
    for data in (written.encode(), written[1:].encode("utf-16")):
        assert contents(as_new("Tea.csv", data)) == [("=1+1", (), "", "look"), ("Why, \r\nthen?", (), "", "")]
    assert as_new("Tea.csv", written.encode()).title == "Tea"


def test_a_csv_row_carries_the_system_prompt_that_is_meant_for_it() -> None:
    whole = deck(Prompt("p", "a"), Prompt("q", "b", (), "Be brief."), system_prompt="Be kind.")
    assert [row[2] for row in contents(as_new("a.csv", to_csv(whole).encode()))] == ["Be kind.", "Be brief."]


def test_images_and_documents_come_back_from_a_yaml(tmp_path: Path) -> None:
    files = Files(tmp_path)
    attached = tuple(
        files.keep(uploaded(name, data)) for name, data in (("a.png", image()), ("b.md", b"# Tea"))
    )
    whole = deck(Prompt("p", "Look", attached))
    found = kept(as_new("a.yaml", to_yaml(whole, files).encode()), Files(tmp_path / "other"))
    picture, document = found.prompts[0].attachments
    assert (picture.id, picture.name, picture.data) == (attached[0].id, "a.png", None)
    assert (document.id, document.name, document.text) == (attached[1].id, "b.md", "# Tea")
    assert Files(tmp_path / "other").load(picture) == files.load(attached[0])


def test_a_yaml_by_hand_may_be_a_list_of_texts() -> None:
    found = as_new(
        "Tea time.yml", b"prompts:\n- Why?\n- 2024-02-30\n- prompt: yes\n  notes: |\n    Two\n    lines\n"
    )
    assert [prompt.text for prompt in found.prompts] == ["Why?", "2024-02-30", "yes"]
    assert (found.prompts[2].notes, found.title) == ("Two\nlines\n", "Tea time")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "it must be an object."),
        (b"- a", "it must be an object."),
        (b"title: a", "prompts must be a list."),
        (b"prompts: []", "it contains no prompt."),
        (b"prompts: [[a]]", "prompts[0] must be an object."),
        (b"prompts: [a, {prompt: [b]}]", "prompts[1].prompt must be a string."),
        (b"prompts: [{prompt: a, attachments: {a: b}}]", "prompts[0].attachments must be a list."),
        (
            b"prompts: [{prompt: a, attachments: [{}]}]",
            "prompts[0].attachments[0] must have an image or a text.",
        ),
        (b"version: 2\nprompts: [a]", "version must be 1."),
        (b"prompts:\n- a\n- 'b", "line 3 is not YAML: found unexpected end of stream."),
        (b"prompts: [a\n", "line 2 is not YAML: did not find expected ',' or ']'."),
        (b"a: &a [b, b]\nprompts: [*a]", "line 2 has an alias, which a prompt set must not."),
        (b"prompts: " + b"[" * 9 + b"]" * 9, "line 1 is nested too deep."),
        (b"[" * 1_000_000, "line 1 is"),
        (b"{a: " * 300_000, "line 1 is nested too deep."),
        (b"- " * 1_000_000, "line 1 is nested too deep."),
        (b"prompts:\n" + b"- a\n" * (MOST_PROMPTS + 1), "prompts has 101 prompts; 100 are the most."),
        (b"prompts:\n" + b"- a\n" * 1_000_000, "line"),
        (b"title: " + b"a" * 200 + b"\nprompts: [a]", "title has 200 characters; 120 are the most."),
        (b"prompts: [" + b"a" * (LONGEST_PROMPT + 1) + b"]", "prompts[0].prompt has 200,001 characters"),
        (
            b"prompts: [{notes: " + b"a" * (LONGEST_NOTES + 1) + b"}]",
            "prompts[0].notes has 20,001 characters",
        ),
        (b"!!python/object/apply:os.system [echo]", "it must be an object."),
        (b"prompts:\n" + (b"- " + b"a" * 190_000 + b"\n") * 11, "it has 2,090,000 characters in all"),
        (b"? [a]\n: b", "line 1 is not YAML: found unhashable key."),
        (b"\0\1\2", "it is not text; a prompt set is a YAML or CSV file."),
        (b"a" * (LARGEST_DECK + 1), "it is larger than 20 MB."),
    ],
)
def test_a_hostile_yaml_gets_a_sentence_with_the_place_in_time(data: bytes, sentence: str) -> None:
    began = time.thread_time()
    assert refusal("a.yaml", data).startswith(sentence)
    assert time.thread_time() - began < SECONDS


@pytest.mark.parametrize(
    "uri",
    [
        "a",
        "data:image/png;base64,AAAA",
        "data:image/png;base64,!",
        "data:text/html;base64,PGI+",
        "http://a/b.png",
    ],
)
def test_what_is_no_image_is_refused_with_its_place(uri: str) -> None:
    data = yaml.safe_dump({"prompts": ["a", {"attachments": [{"name": "a.png", "image": uri}]}]}).encode()
    sentence = "prompts[1].attachments[0].image must be the data URI of a PNG, JPEG, WebP or GIF."
    assert refusal("a.yaml", data) == sentence


def test_an_image_of_too_many_pixels_is_refused() -> None:
    from lib.domain.conversation.attachments import data_uri

    uri = data_uri("image/png", bomb())
    data = yaml.safe_dump({"prompts": [{"attachments": [{"name": "a.png", "image": uri}]}]}).encode()
    assert refusal("a.yaml", data).startswith("prompts[0].attachments[0].image must be")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "it contains no prompt."),
        (b"question,notes\nWhy?,", "line 1 must name a column “prompt”."),
        (b"prompt\n", "it contains no prompt."),
        (b'prompt\nWhy?\n"open', "line 3 is not CSV: unexpected end of data."),
        (b'prompt\n"a"b', "line 2 is not CSV: ',' expected after '\"'."),
        (b"prompt\nWhy?,a,b", "line 2 has 3 cells, not 1."),
        (b"notes,prompt\nWhy?", "line 2 has 1 cells, not 2."),
        (b"prompt\n" + b"a\n" * 2_000, "line 102 has 101 prompts before its end; 100 are the most."),
        (b"prompt\n" + b"a" * (LONGEST_PROMPT + 1), "line 2, prompt, has 200,001 characters"),
        (b"prompt,notes\na," + b"a" * (LONGEST_NOTES + 1), "line 2, notes, has 20,001 characters"),
        (b"prompt" + b"," * 5_000_000 + b"\n", "line 1 has 5,000,001 cells; 100 are the most."),
        (b"a,b\0", "it is not text; a prompt set is a YAML or CSV file."),
    ],
)
def test_a_hostile_csv_gets_a_sentence_with_the_place_in_time(data: bytes, sentence: str) -> None:
    began = time.thread_time()
    assert refusal("a.csv", data).startswith(sentence)
    assert time.thread_time() - began < SECONDS


@given(st.binary(max_size=200), st.sampled_from(["a.yaml", "a.csv"]))
def test_whatever_the_bytes_are_they_are_a_deck_or_refused(data: bytes, name: str) -> None:
    try:
        found = as_new(name, data)
    except FormatError:
        return
    assert found.prompts
