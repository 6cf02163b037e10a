"""Whose a model is, and which ones a person is offered."""

import pytest

from lib.domain.models.models import OTHER_VENDOR, Model, ModelKind, Preference, picked, vendor_of


@pytest.mark.parametrize(
    ("model_id", "vendor"),
    [
        ("gpt-4o", "OpenAI"),
        ("o3-pro", "OpenAI"),
        ("chatgpt-4o-latest", "OpenAI"),
        ("text-embedding-3-small", "OpenAI"),
        ("claude-sonnet-4-thinking", "Anthropic"),
        ("anthropic/claude-3.5-haiku", "Anthropic"),
        ("gemini-2.5-pro", "Google"),
        ("DeepSeek-V3", "DeepSeek"),
        ("deepseek-r1-distill-llama-70b", "DeepSeek"),
        ("qwen-max", "Alibaba"),
        ("grok-4", "xAI"),
        ("llama-4-maverick", "Meta"),
        ("kimi-k2", "Moonshot"),
        ("glm-4.6", "Zhipu"),
        ("mixtral-8x7b", "Mistral"),
        ("model-a", OTHER_VENDOR),
        ("", OTHER_VENDOR),
    ],
)
def test_a_name_tells_the_vendor(model_id: str, vendor: str) -> None:
    assert vendor_of(model_id) == vendor
    assert Model(model_id, "custom", ModelKind.CHAT).vendor == vendor


def test_a_kind_says_what_can_be_done_with_a_model() -> None:
    assert [kind for kind in ModelKind if kind.is_image_model] == [ModelKind.IMAGE]
    assert [kind for kind in ModelKind if kind.chats] == [ModelKind.CHAT, ModelKind.IMAGE]


def test_the_default_and_favourites_come_first_and_hidden_ones_not_at_all() -> None:
    models = [Model(name, None, ModelKind.CHAT) for name in "abcde"]
    choices = {
        "b": Preference(is_hidden=True),
        "c": Preference(is_favourite=True),
        "e": Preference(is_default=True),
        "gone": Preference(is_favourite=True),
    }
    assert picked(models, choices) == ["e", "c", "a", "d"]
    assert picked(models, {}) == ["a", "b", "c", "d", "e"]
