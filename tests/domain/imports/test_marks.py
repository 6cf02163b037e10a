"""The marks of sources in ChatGPT's texts become readable, and nothing private is left of them."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.imports.chatgpt_marks import readable
from lib.domain.reply.citations import Citation
from tests.domain.conversation.test_exports import values
from tests.domain.imports.importing import from_chatgpt, node, reply_of


def mark(kind: str, *values: str) -> str:
    return "\ue200" + "\ue202".join((kind, *values)) + "\ue201"


OSLO = mark("entity", '["city","Oslo","capital"]')
PICTURES = mark("image_group", '{"query": ["rain"]}')
CITE = mark("cite", "turn0search0", "turn0search3")
HARVEST = {"title": "Harvest", "url": "https://example.org/harvest"}


def reference(matched: str, **rest: Any) -> dict[str, Any]:
    return {"matched_text": matched, "type": "grouped_webpages", **rest}


@pytest.mark.parametrize(
    ("text", "references", "shown"),
    [
        (
            f"It rains {CITE}.",
            [reference(CITE, alt="([Harvest](https://example.org/harvest))")],
            "It rains ([Harvest](https://example.org/harvest)).",
        ),
        (
            f"It rains {CITE}.",
            [reference(CITE, alt=None, items=[HARVEST])],
            "It rains ([Harvest](https://example.org/harvest)).",
        ),
        (f"It rains {CITE}.", [reference(CITE, alt="")], "It rains."),
        (f"It rains {CITE}.", [], "It rains."),
        (f"In {OSLO} it rains.", [], "In Oslo it rains."),
        (f"In {mark('entity', 'no JSON')} it rains.", [], "In it rains."),
        (
            f"See {mark('url', 'Weather', 'https://example.org/w')}!",
            [],
            "See ([Weather](https://example.org/w))!",
        ),
        (f"See {mark('url', 'Weather', 'turn0search1')}!", [], "See Weather!"),
        (f"Rain {PICTURES} and {mark('navlist', 'More', 'turn0news1')}.", [], "Rain and."),
        (
            f"As told {mark('filecite', 'turn0file0')}.",
            [{"matched_text": mark("filecite", "turn0file0"), "type": "file", "name": "rain.pdf"}],
            "As told (rain.pdf).",
        ),
        ("Cut off \ue200cite\ue202turn0sea", [], "Cut off"),
        ("Open \ue200cite\ue202turn0search0 and on it goes", [], "Open and on it goes"),
        ("Stray \ue201 and \ue206.", [], "Stray  and ."),
        (f"{CITE}Begins.", [reference(" ", type="sources_footnote", sources=[HARVEST])], "Begins."),
    ],
)
def test_marks_become_words_or_nothing(text: str, references: list[Any], shown: str) -> None:
    assert readable(text, {"content_references": references})[0] == shown


def test_sources_stand_in_their_order_each_once() -> None:
    other = {"title": "", "attribution": "Rain", "url": "https://example.org/rain"}
    references = [
        reference(
            CITE, items=[HARVEST, {**other, "supporting_websites": [{"url": "https://example.org/wet"}]}]
        ),
        reference(CITE, items=[other, {"title": "None", "url": "javascript:alert(1)"}]),
        {"type": "sources_footnote", "matched_text": " ", "sources": [HARVEST]},
        {"type": "file", "matched_text": "x", "name": "rain.pdf"},
    ]
    mapping = {"a": node("assistant", f"So {CITE}.", metadata={"content_references": references})}
    (answer,) = from_chatgpt(mapping).messages.values()
    assert reply_of(answer).citations == (
        Citation("https://example.org/harvest", "Harvest"),
        Citation("https://example.org/rain", "Rain"),
        Citation("https://example.org/wet"),
        Citation("", "rain.pdf"),
    )


def test_older_marks_are_told_by_their_places() -> None:
    text = "It rains【3†source】 often【9†rain.pdf】."
    about = [
        {"start_ix": 8, "end_ix": 18, "metadata": {"type": "webpage", **HARVEST}},
        {"start_ix": -1, "end_ix": "x", "metadata": None},
    ]
    shown, sources = readable(text, {"citations": about})
    assert shown == "It rains([Harvest](https://example.org/harvest)) often."
    assert sources == (Citation("https://example.org/harvest", "Harvest"),)


def test_brackets_that_a_person_wrote_stay() -> None:
    text = "What does 【3†source】 mean? And 【日本】?"
    assert readable(text, {}, is_model=False)[0] == text
    assert readable(text, {})[0] == "What does mean? And 【日本】?"


marked = st.lists(st.text('\ue200\ue201\ue202 ab【†】["]', max_size=6) | st.just(CITE)).map("".join)


@given(marked, st.lists(st.builds(reference, marked, alt=st.none() | marked, items=st.just([HARVEST]))))
def test_nothing_private_is_left_of_any_text(text: str, references: list[Any]) -> None:
    shown, _ = readable(text, {"content_references": references})
    assert not re.search("[\ue000-\uf8ff]", shown)


@given(st.text(), values)
def test_metadata_may_be_anything(text: str, value: Any) -> None:
    for metadata in (
        value if isinstance(value, dict) else {},
        {"content_references": value, "citations": value},
    ):
        shown, _ = readable(text, metadata)
        assert not re.search("[\ue200-\ue2ff]", shown)
