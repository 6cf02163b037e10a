"""The model list, in all the shapes it comes in."""

from typing import Any

import pytest

from lib.domain.models.connection import Connection, Secret
from lib.domain.models.models import Model, ModelKind, kind_of
from lib.domain.reply.errors import Category, ChatError
from tests.gateway.test_client import with_client
from tests.scripted_gateway import ScriptedGateway, error, raw, silence


def list_models(gateway: ScriptedGateway) -> list[Model]:
    return with_client(lambda client: client.models(Connection(gateway.base_url, Secret("sk-a"))))


def test_models_are_sorted_chat_first_and_each_once(gateway: ScriptedGateway) -> None:
    painter = {"id": "painter", "supported_endpoint_types": ["image-generation", "openai"]}
    gateway.models = ["text-embedding-a", "zeta", "Alpha", "zeta", painter]
    assert [(model.id, model.kind) for model in list_models(gateway)] == [
        ("Alpha", ModelKind.CHAT),
        ("zeta", ModelKind.CHAT),
        ("painter", ModelKind.IMAGE),
        ("text-embedding-a", ModelKind.EMBEDDING),
    ]


@pytest.mark.parametrize(
    ("payload", "ids"),
    [
        (
            {"object": "list", "data": [{"id": "a", "owned_by": None}, {"id": None}, {}, 7, {"id": " "}]},
            ["a"],
        ),
        ({"success": True, "object": "list", "data": [{"id": "a"}, {"id": "b"}]}, ["a", "b"]),
        ({"data": None}, []),
        ({"object": "list", "data": []}, []),
        ({"data": ["b", "a", "b"]}, ["a", "b"]),
        ({"data": [{"name": "named"}]}, ["named"]),
        ({"models": [{"name": "ollama"}]}, ["ollama"]),
        ({"data": [{"id": "a", "supported_endpoint_types": None}]}, ["a"]),
    ],
)
def test_odd_lists_are_read(gateway: ScriptedGateway, payload: dict[str, Any], ids: list[str]) -> None:
    gateway.answer_models(error(200, payload))
    assert [model.id for model in list_models(gateway)] == ids


@pytest.mark.parametrize(
    ("entry", "tokens"),
    [
        ({"context_length": 64_000}, 64_000),
        ({"max_model_len": 8192}, 8192),
        ({"context_window": "large", "max_context_length": 32_768}, 32_768),
        ({"context_length": 0}, None),
        ({"context_length": True}, None),
        ({}, None),
    ],
)
def test_the_context_is_read_where_a_server_lists_it(
    gateway: ScriptedGateway, entry: dict[str, Any], tokens: int | None
) -> None:
    gateway.models = [{"id": "a", **entry}]
    assert [model.context_tokens for model in list_models(gateway)] == [tokens]


@pytest.mark.parametrize(
    ("script", "category"),
    [
        (error(200, {"success": False, "message": "get user group failed"}), Category.UPSTREAM_DOWN),
        (error(200, {"error": {"message": "无效的令牌"}}), Category.INVALID_KEY),
        (raw(b"<!doctype html><title>New API</title>"), Category.WRONG_BASE_URL),
        (raw(b"[]x"), Category.WRONG_BASE_URL),
        (error(401, {"error": {"message": "Invalid token"}}), Category.INVALID_KEY),
        (error(302, b"", {"Location": "/login"}), Category.WRONG_BASE_URL),
    ],
)
def test_what_is_no_list_is_an_error(gateway: ScriptedGateway, script: Any, category: Category) -> None:
    gateway.answer_models(script)
    with pytest.raises(ChatError) as caught:
        list_models(gateway)
    assert caught.value.category is category


def test_a_silent_gateway_is_given_up(gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.gateway.client.MODELS_SECONDS", 0.1)
    gateway.answer_models(silence())
    with pytest.raises(ChatError) as caught:
        list_models(gateway)
    assert caught.value.category is Category.TIMEOUT


@pytest.mark.parametrize(
    ("model_id", "kind"),
    [
        ("gpt-4o", ModelKind.CHAT),
        ("claude-sonnet-4-thinking", ModelKind.CHAT),
        ("gpt-image-1", ModelKind.IMAGE),
        ("dall-e-3", ModelKind.IMAGE),
        ("text-embedding-3-small", ModelKind.EMBEDDING),
        ("bge-reranker-v2-m3", ModelKind.RERANK),
        ("bge-m3", ModelKind.EMBEDDING),
        ("whisper-1", ModelKind.AUDIO),
        ("tts-1-hd", ModelKind.AUDIO),
        ("omni-moderation-latest", ModelKind.MODERATION),
        ("sora-2", ModelKind.VIDEO),
        ("davinci-002", ModelKind.OTHER),
    ],
)
def test_a_name_tells_the_kind(model_id: str, kind: ModelKind) -> None:
    assert kind_of(model_id) is kind


def test_the_endpoint_types_count_more_than_the_name() -> None:
    assert kind_of("ranker", ["openai", "jina-rerank"]) is ModelKind.RERANK
    assert kind_of("whisper-1", ["openai"]) is ModelKind.AUDIO
    assert kind_of("anything", ["new-endpoint"]) is ModelKind.CHAT
    assert kind_of("dall-e-3", ["image-generation", "openai"]) is ModelKind.IMAGE


@pytest.mark.parametrize(
    "model_id",
    [
        "gemini-2.5-flash-image-preview",
        "google/gemini-3-pro-image",
        "image-helper",
        "gpt-4o-audio-preview",
        "flux-chat",
    ],
)
def test_a_model_that_is_listed_for_chats_is_asked_there_whatever_its_name(model_id: str) -> None:
    for listed in (["openai"], ["gemini", "openai"], ["anthropic"]):
        assert kind_of(model_id, listed) is ModelKind.CHAT


def test_geminis_image_models_answer_chats_also_where_no_types_are_listed() -> None:
    assert kind_of("gemini-2.5-flash-image-preview") is ModelKind.CHAT
    assert kind_of("gemini-2.5-flash-image", ["image-generation", "openai"]) is ModelKind.CHAT
    assert kind_of("imagen-4") is ModelKind.IMAGE


def test_an_endpoint_is_known_by_its_path_too() -> None:
    assert kind_of("flux-pro", ["/v1/chat/completions"]) is ModelKind.CHAT
