"""A model that a gateway offers, and what it is for."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from lib.i18n.translation import mark


class ModelKind(StrEnum):
    """What a model makes. Only `CHAT` models answer a chat completion with text."""

    CHAT = "chat"
    IMAGE = "image"
    EMBEDDING = "embedding"
    AUDIO = "audio"
    RERANK = "rerank"
    MODERATION = "moderation"
    VIDEO = "video"
    OTHER = "other"

    @property
    def is_image_model(self) -> bool:
        """Whether it is asked for images, not for text."""
        return self is ModelKind.IMAGE

    @property
    def chats(self) -> bool:
        """Whether one can chat with it: it answers with text or images."""
        return self in (ModelKind.CHAT, ModelKind.IMAGE)


KINDS = {
    ModelKind.CHAT: mark("Chat"),
    ModelKind.IMAGE: mark("Images"),
    ModelKind.EMBEDDING: mark("Embeddings"),
    ModelKind.AUDIO: mark("Audio"),
    ModelKind.RERANK: mark("Reranking"),
    ModelKind.MODERATION: mark("Moderation"),
    ModelKind.VIDEO: mark("Video"),
    ModelKind.OTHER: mark("Other"),
}
"""Names for people, marked for translation."""


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of a gateway's model list."""

    id: str
    owned_by: str | None
    """The type of the gateway's first channel for it: a hint, not a reliable vendor."""
    kind: ModelKind
    context_tokens: int | None = None
    """How many tokens a prompt and its answer may have together; few servers list it."""

    @property
    def vendor(self) -> str:
        """Its maker, from its name."""
        return vendor_of(self.id)


@dataclass(frozen=True, slots=True)
class Preference:
    """People's choices about a model."""

    is_favourite: bool = False
    """Listed first in the picker."""
    is_hidden: bool = False
    """Left out of the picker."""
    is_default: bool = False
    """Preselected for a new chat; at most one model per server."""


def picked(models: Iterable[Model], preferences: Mapping[str, Preference]) -> list[str]:
    """The ids to choose from: the default, favourites, then the rest as listed; hidden ones are left out."""
    shown = [model.id for model in models if not preferences.get(model.id, Preference()).is_hidden]
    order = {
        id_: (not preference.is_default, not preference.is_favourite)
        for id_, preference in preferences.items()
    }
    return sorted(shown, key=lambda id_: order.get(id_, (True, True)))


def closest(name: str, models: Iterable[Model], count: int = 3) -> list[str]:
    """The chat models with the names most similar to `name`, most similar first, without `name` itself."""
    ids = {
        model.id.lower(): model.id for model in models if model.kind is ModelKind.CHAT and model.id != name
    }
    return [ids[found] for found in get_close_matches(name.lower(), ids, count, cutoff=0.0)]


_KIND_OF_ENDPOINT = {
    "jina-rerank": ModelKind.RERANK,
    "embeddings": ModelKind.EMBEDDING,
    "openai-video": ModelKind.VIDEO,
    "image-generation": ModelKind.IMAGE,
}
"""New API's endpoint types for models that are not chat models."""
_CHAT_ENDPOINTS = {"openai", "openai-response", "anthropic", "gemini"}
"""An OpenAI channel gives all its models the first of these, which overrules only a guess by name."""

_NAMES = (
    (ModelKind.EMBEDDING, r"embed|^bge-(?!reranker)|^m3e|^gte-|^e5-"),
    (ModelKind.RERANK, r"rerank"),
    (ModelKind.MODERATION, r"moderation"),
    (ModelKind.VIDEO, r"sora|\bveo|kling|runway|video|hailuo|luma|vidu|seedance|\bwan-?\d"),
    (ModelKind.AUDIO, r"whisper|\btts\b|transcri|speech|audio|realtime|suno|\basr\b"),
    (
        ModelKind.IMAGE,
        r"dall-?e|image|imagen|flux|stable-diffusion|sdxl|midjourney|^mj_|ideogram|recraft|seedream|cogview",
    ),
    (ModelKind.OTHER, r"davinci|babbage|turbo-instruct"),
)
"""Tried in this order; a name without a match is a chat model. `OTHER` models only complete text."""
_DRAWS_IN_CHATS = re.compile(r"(gemini|gpt-5|gpt-4o).*image")
"""Models whose chat answers contain pictures; New API serves them only that way."""
_NEVER_CHATS = re.compile(r"whisper|\btts\b|transcri|realtime")
_GUESSES = {ModelKind.IMAGE, ModelKind.VIDEO, ModelKind.AUDIO, ModelKind.OTHER}


def kind_of(model_id: str, endpoint_types: Iterable[str] = ()) -> ModelKind:
    """A model's kind: from the endpoint types that its gateway lists, otherwise from its name.

    A model that is listed for chats is asked there, whatever its name suggests.
    """
    listed, name = list(endpoint_types), model_id.lower()
    if _DRAWS_IN_CHATS.search(name):
        return ModelKind.CHAT
    for endpoint in listed:
        if endpoint in _KIND_OF_ENDPOINT:
            return _KIND_OF_ENDPOINT[endpoint]
    guess = next((kind for kind, pattern in _NAMES if re.search(pattern, name)), ModelKind.CHAT)
    is_open = guess in _GUESSES and not _NEVER_CHATS.search(name)
    return ModelKind.CHAT if is_open and any(map(_is_chat, listed)) else guess


def _is_chat(endpoint: str) -> bool:
    """Whether an endpoint type means chat: New API's names, or other servers' names and paths."""
    name = endpoint.lower()
    return name in _CHAT_ENDPOINTS or "chat" in name


OTHER_VENDOR = mark("Other")
_VENDORS = (
    ("Anthropic", r"claude"),
    ("Google", r"gemini|gemma|palm|imagen|\bveo|learnlm"),
    ("DeepSeek", r"deepseek"),
    ("Alibaba", r"qwen|qwq|qvq|tongyi|\bwan-?\d|^gte-"),
    ("xAI", r"grok"),
    ("Meta", r"llama"),
    ("Mistral", r"mistral|mixtral|codestral|magistral|devstral|pixtral|ministral"),
    ("Moonshot", r"moonshot|kimi"),
    ("Zhipu", r"\bglm|chatglm|cogview|cogvideo"),
    ("ByteDance", r"doubao|seedream|seedance"),
    ("Baidu", r"ernie"),
    ("Tencent", r"hunyuan"),
    ("MiniMax", r"minimax|abab|hailuo"),
    ("01.AI", r"^yi-"),
    ("Cohere", r"command-|^cohere|^c4ai"),
    ("Microsoft", r"\bphi-"),
    ("NVIDIA", r"nemotron|nvidia"),
    ("Perplexity", r"sonar|pplx|perplexity"),
    ("BAAI", r"^bge-"),
    ("Black Forest Labs", r"flux"),
    ("Stability AI", r"stable-diffusion|sdxl|^sd3"),
    ("Midjourney", r"midjourney|^mj_"),
    ("Hugging Face", r"smollm"),
    (
        "OpenAI",
        r"gpt|\bo[134]\b|chatgpt|dall-?e|whisper|\btts\b|text-embedding-|davinci|babbage|sora|codex|omni-mod",
    ),
)
"""Tried in this order: a name such as `deepseek-r1-distill-llama` belongs to the last maker."""


def vendor_of(model_id: str) -> str:
    """A model's maker, from its name; `OTHER_VENDOR` if unknown."""
    name = model_id.lower()
    return next((vendor for vendor, pattern in _VENDORS if re.search(pattern, name)), OTHER_VENDOR)


_MARK = re.compile(
    r"[-@:](?:((?:\d{4}-)?\d{2}-\d{2}|\d{3,4}|\d{6}|\d{8})|latest|minimal|low|medium|high|(?:no)?thinking)$"
)
"""Suffixes of a model's name: its date or revision, or its thinking effort (an instruction to New API)."""


def is_same(asked: str, served: str) -> bool:
    """Whether two names mean one model: `gpt-4o` is also `openai/gpt-4o` and `gpt-4o-2024-08-06`.

    Names with two different dates are two models.
    """
    (asked_name, asked_date), (served_name, served_date) = _parts(asked), _parts(served)
    return asked_name == served_name and (asked_date == served_date or not (asked_date and served_date))


def _parts(model_id: str) -> tuple[str, str]:
    """A model's bare name, and its date or revision, if any."""
    name, date = model_id.lower().rpartition("/")[2], ""
    while mark := _MARK.search(name):
        name, date = name[: mark.start()], date or mark[1] or ""
    return name, date
