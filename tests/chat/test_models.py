"""Names of models that are nearly right."""

import pytest

from lib.chat.models import Model, closest, kind_of

NAMES = (
    "gpt-4o",
    "gpt-4o-mini",
    "GPT-4.1",
    "claude-sonnet-4-5",
    "deepseek-v3",
    "text-embedding-3",
    "dall-e-3",
)
MODELS = [Model(name, None, kind_of(name)) for name in NAMES]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("gpt4o", "gpt-4o"),
        ("GPT-4O-MINI", "gpt-4o-mini"),
        ("gpt-4.1", "GPT-4.1"),
        ("claude-sonet-4.5", "claude-sonnet-4-5"),
        ("deepseek", "deepseek-v3"),
    ],
)
def test_the_closest_name_comes_first(name: str, first: str) -> None:
    found = closest(name, MODELS)
    assert (found[0], len(found)) == (first, 3)


def test_only_other_chat_models_are_named() -> None:
    assert "text-embedding-3" not in closest("text-embedding-3-large", MODELS)
    assert "gpt-4o" not in closest("gpt-4o", MODELS)
    assert closest("gpt-4o", MODELS[:1]) == []
