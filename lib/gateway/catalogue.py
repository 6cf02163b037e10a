"""The list of models in the answer to `GET /models`, in all its shapes."""

from collections.abc import Mapping
from typing import Any

from lib.domain.models.models import Model, ModelKind, kind_of

_KIND_ORDER = list(ModelKind)


def models_in(payload: Any) -> list[Model]:
    """The models with a name in decoded JSON, each once: chat models first, then by name."""
    entries = payload.get("data") or payload.get("models") if isinstance(payload, dict) else payload
    if not isinstance(entries, list):
        return []
    # New API may list a model once per group, and a limited key's models in a different order each time.
    models = {model.id: model for entry in entries if (model := _model(entry))}
    return sorted(models.values(), key=lambda model: (_KIND_ORDER.index(model.kind), model.id.lower()))


def is_list(payload: Any) -> bool:
    """Whether decoded JSON is a model list, even an empty one."""
    return isinstance(payload, list) or (
        isinstance(payload, dict) and not payload.keys().isdisjoint(("data", "models"))
    )


def _model(entry: Any) -> Model | None:
    fields = entry if isinstance(entry, dict) else {"id": entry}
    # Ollama's own list says `name`.
    id_ = fields.get("id") or fields.get("name")
    if not isinstance(id_, str) or not id_.strip():
        return None
    owner, endpoint_types = fields.get("owned_by"), fields.get("supported_endpoint_types")
    return Model(
        id=id_,
        owned_by=owner if isinstance(owner, str) and owner else None,
        kind=kind_of(id_, [str(name) for name in endpoint_types] if isinstance(endpoint_types, list) else ()),
        context_tokens=_context_tokens(fields),
    )


_CONTEXT = ("context_length", "context_window", "max_model_len", "max_context_length")
"""What servers call it: OpenRouter, Groq, vLLM, and Mistral or LM Studio."""


def _context_tokens(fields: Mapping[str, Any]) -> int | None:
    found = (fields.get(name) for name in _CONTEXT)
    return next((count for count in found if type(count) is int and count > 0), None)
