"""What the model picker knows of each model, as its JavaScript reads it."""

import json
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from cachetools import TTLCache

from lib import app
from lib.domain.models.capabilities import Capabilities, Capability
from lib.domain.models.connection import Connection
from lib.domain.models.models import Model
from lib.domain.models.prices import Price
from lib.domain.reply.ledger import Traffic
from lib.store.database.errors import StoreError
from lib.ui.state.person import library, person_id
from lib.ui.state.session import Session

FRESH_SECONDS, REMEMBERED = 120.0, 256
"""How long a list is used again, and how many are kept: its figures change slowly, and cost a query."""
MOST_RECENT = 5
"""How many recently used models are listed first."""
_known: "TTLCache[Any, tuple[str, list[str]]]" = TTLCache(REMEMBERED, FRESH_SECONDS)
_lock = threading.Lock()


def listed(session: Session) -> dict[str, Any]:
    """Return the models to choose from, in their order, and which of them are favourites or were used lately.

    The models are one text of JSON: Streamlit would look at each of a thousand values in every run.
    """
    connection = session.connection
    if connection.needs_key:
        return {"models": "[]", "favourites": [], "recent": []}
    models, recent = _listed(connection, tuple(session.models))
    return {"models": models, "favourites": favourites(connection), "recent": recent}


def favourites(connection: Connection) -> list[str]:
    """Return the ids of a person's favourites, the default first."""
    try:
        choices = library().models.preferences(connection.base_url)
    except StoreError:  # the page shows the error; one can choose without preferences
        return []
    starred = [id_ for id_, choice in choices.items() if choice.is_favourite]
    return sorted(starred, key=lambda id_: (not choices[id_].is_default, id_))


def _listed(connection: Connection, offered: tuple[str, ...]) -> tuple[str, list[str]]:
    """Return what is known of each offered model, as JSON, and the ids of those used last."""
    catalogue = app.get().engine.catalogue
    models, prices = catalogue.listing(connection, wait_seconds=0).models, catalogue.prices(connection)
    key = person_id(), connection.base_url, models, len(prices), offered
    with _lock:
        if (kept := _known.get(key)) is not None:
            return kept
    traffic, capabilities = _figures(connection)
    rows = {
        model.id: row(model, prices.get(model.id), capabilities.get(model.id), traffic.get(model.id))
        for model in models
        if model.kind.chats
    }
    text = json.dumps([rows[id_] for id_ in offered if id_ in rows], ensure_ascii=False)
    made = text, [id_ for id_ in _recent(traffic.values()) if id_ in offered]
    with _lock:
        _known[key] = made
    return made


def _figures(connection: Connection) -> tuple[Mapping[str, Traffic], Mapping[str, Capabilities]]:
    try:
        return library().models.traffic(), app.get().store.capabilities.of(connection.base_url)
    except StoreError:
        return {}, {}


def _recent(traffic: Iterable[Traffic]) -> list[str]:
    used = [each for each in traffic if each.last_used_at]
    used.sort(key=lambda each: str(each.last_used_at), reverse=True)
    return [each.model for each in used[:MOST_RECENT]]


def row(
    model: Model, price: Price | None, capabilities: Capabilities | None, traffic: Traffic | None
) -> dict[str, Any]:
    """Return what is known of a model. Prices in USD per million tokens, or per call."""
    shown = capabilities.shown if capabilities else frozenset()
    facts: dict[str, Any] = {
        "id": model.id,
        "vendor": model.vendor,
        "prompt": price.prompt if price else None,
        "completion": price.completion if price else None,
        "call": price.call if price else None,
        "context": model.context_tokens,
        # Rounded: the list is sent again when it changes.
        "speed": round(traffic.tokens_per_second) if traffic and traffic.tokens_per_second else None,
        "sees": Capability.VISION in shown,
        "reasons": Capability.REASONING in shown,
        "draws": model.kind.is_image_model,
    }
    return {name: value for name, value in facts.items() if value is not None and value is not False}
