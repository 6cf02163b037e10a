"""Names of models: which mean one model, and which are nearly right."""

import pytest

from lib.domain.models.models import Model, closest, is_same, kind_of

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
    ("asked", "served"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o", "GPT-4o-2024-08-06"),
        ("gpt-4", "gpt-4-0613"),
        ("openai/gpt-4o", "gpt-4o-2024-08-06"),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
        ("claude-3-5-sonnet@20241022", "claude-3-5-sonnet-20241022"),
        ("gemini-1.5-pro", "models/gemini-1.5-pro-002"),
        ("gemini-2.5-pro-preview", "gemini-2.5-pro-preview-03-25"),
        ("o3-mini-high", "o3-mini-2025-01-31"),
        ("claude-3-7-sonnet-20250219-thinking", "claude-3-7-sonnet-20250219"),
    ],
)
def test_a_dated_or_qualified_name_is_the_same_model(asked: str, served: str) -> None:
    assert is_same(asked, served)
    assert is_same(served, asked)


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("gpt-4o", "gpt-4o-mini"),
        ("gpt-4o", "gpt-4"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
        ("deepseek-reasoner", "deepseek-chat"),
        ("llama-3-70b", "llama-3-8b"),
        ("qwen-max", "qwen-max-longcontext"),
        ("model-a", "model-b"),
    ],
)
def test_another_size_or_date_is_another_model(asked: str, served: str) -> None:
    assert not is_same(asked, served)
    assert not is_same(served, asked)


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
