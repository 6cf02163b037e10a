"""The chips of the composer: what each of them says."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Params
from lib.domain.conversation.structured import parse_schema, parse_tools
from lib.ui.composer.chips import labels

NOW = datetime(2026, 11, 29, tzinfo=UTC)
SET = {
    "temperature": (0.3, "Temperature 0.3"),
    "top_p": (0.95, "Top p 0.95"),
    "max_tokens": (1200, "Max tokens 1,200"),
    "seed": (2026, "Seed 2026"),
    "presence_penalty": (-1.0, "Presence penalty -1"),
    "frequency_penalty": (0.0, "Frequency penalty 0"),
    "reasoning_effort": ("low", "Reasoning: Low"),
    "stop": (("END",), "Stop sequences"),
    "stream": (False, "Not streamed"),
    "response_format": (parse_schema('{"type": "object"}'), "JSON schema"),
    "tools": (parse_tools('[{"name": "add"}, {"name": "look_up"}]'), "2 tools"),
}
DRAWING = {"image_size": ("1024x1024", "1024 × 1024"), "image_count": (1, "1 image")}


def conversation(**params: object) -> Conversation:
    return replace(Conversation("c", "Title", NOW, NOW), params=Params(**params))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SET)
def test_a_parameter_that_is_set_has_a_chip(name: str) -> None:
    value, label = SET[name]
    assert labels(conversation(**{name: value})) == {name: label}


@pytest.mark.parametrize("name", DRAWING)
def test_an_image_model_shows_its_own(name: str) -> None:
    value, label = DRAWING[name]
    drawn = conversation(**{name: value}, temperature=0.3)
    assert labels(drawn, is_image_model=True) == {name: label}
    assert name not in labels(drawn)


def test_every_parameter_has_a_chip_and_nothing_is_shown_unset() -> None:
    assert {field.name for field in fields(Params)} == {*SET, *DRAWING, "tool_choice"}
    assert labels(conversation()) == {}
    assert labels(replace(conversation(), system_prompt="Be brief.")) == {"system_prompt": "System prompt"}
