"""What this installation knows of models: people's choices, the doctor's findings, and past traffic."""

import threading
from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from cachetools import TTLCache, cachedmethod
from sqlalchemy import Row, bindparam, delete, select, text, update
from sqlalchemy.dialects.sqlite import insert

from lib.domain.models.capabilities import Capabilities, Capability
from lib.domain.models.models import Preference
from lib.domain.reply.ledger import Traffic
from lib.store.database.database import Database
from lib.store.database.schema import UtcDateTime, capabilities, model_choices

TRAFFIC_DAYS = 30
"""How far back replies count: older ones say little about the current model."""
FRESH_SECONDS = 10.0
"""How long to cache an answer that every run of a page needs: another process may change it."""
REMEMBERED = 256
"""How many servers' preferences are cached."""


class Models:
    """Keyed by base URL and model id: the same name may mean another model elsewhere."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._preferences: TTLCache[Hashable, Mapping[str, Preference]] = TTLCache(REMEMBERED, FRESH_SECONDS)
        self._traffic: TTLCache[Hashable, Mapping[str, Traffic]] = TTLCache(1, FRESH_SECONDS)
        self._remembering = threading.Lock()
        self._changes = 0

    @cachedmethod(
        attrgetter("_preferences"),
        # A value read during a change may be outdated: it is cached under the number from before.
        key=lambda self, base_url: (self._changes, base_url),
        lock=attrgetter("_remembering"),
    )
    def preferences(self, base_url: str) -> Mapping[str, Preference]:
        """What was chosen for a server's models; a model without a choice is missing."""
        query = select(model_choices).where(model_choices.c.base_url == base_url)
        with self._database.read() as connection:
            return {row.model: _choice(row) for row in connection.execute(query)}

    def choose(self, base_url: str, model: str, choice: Preference) -> None:
        """Store a choice; a new default replaces the old one."""
        values = {
            "is_favourite": choice.is_favourite,
            "is_hidden": choice.is_hidden,
            "is_default": choice.is_default,
        }
        of_server = model_choices.c.base_url == base_url
        with self._database.write() as connection:
            if choice.is_default:
                connection.execute(update(model_choices).where(of_server).values(is_default=False))
            statement = insert(model_choices).values(base_url=base_url, model=model, **values)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["base_url", "model"], set_=values)
            )
        with self._remembering:
            self._changes += 1

    def capabilities(self, base_url: str) -> dict[str, Capabilities]:
        """What a server's models can do, by model; only models that were examined."""
        query = select(capabilities).where(capabilities.c.base_url == base_url)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return {model: _capabilities(rows, model) for model in {row.model for row in rows}}

    def learn(self, base_url: str, model: str, found: Mapping[Capability, bool], at: datetime) -> None:
        """Store what was found; a capability without a finding keeps its previous one."""
        of_model = (capabilities.c.base_url == base_url) & (capabilities.c.model == model)
        rows = [
            {"base_url": base_url, "model": model, "name": name, "is_there": is_there, "checked_at": at}
            for name, is_there in found.items()
        ]
        if not rows:
            return
        with self._database.write() as connection:
            connection.execute(delete(capabilities).where(of_model, capabilities.c.name.in_(list(found))))
            connection.execute(capabilities.insert(), rows)

    @cachedmethod(attrgetter("_traffic"), lock=attrgetter("_remembering"))
    def traffic(self) -> Mapping[str, Traffic]:
        """The ledger's figures for each model's last days, by the id that was asked for."""
        since = datetime.now(UTC) - timedelta(days=TRAFFIC_DAYS)
        with self._database.read() as connection:
            rows = connection.execute(_TRAFFIC, {"since": since})
            return {row.model: Traffic(**row._mapping) for row in rows}


# SQLite has neither a median nor percentiles: rows are numbered in a window. Its integer division truncates,
# so the ranks are rounded up by hand.
_QUERY = text("""
    WITH rows AS (
        SELECT model_requested AS model, state, ttft_ms, tokens_per_second, error_category, created_at,
            count(ttft_ms) OVER model AS timed,
            count(tokens_per_second) OVER model AS rated,
            row_number() OVER (model ORDER BY ttft_ms NULLS LAST) AS nth_time,
            row_number() OVER (model ORDER BY tokens_per_second NULLS LAST) AS nth_rate,
            max(CASE WHEN state = 'failed' THEN created_at END) OVER model AS last_error_at
        FROM ledger
        WHERE created_at >= :since AND model_requested IS NOT NULL
        WINDOW model AS (PARTITION BY model_requested)
    )
    SELECT model,
        count(*) AS replies,
        sum(state = 'completed') AS completed,
        sum(state = 'failed') AS failed,
        max(CASE WHEN nth_time = (timed + 1) / 2 THEN ttft_ms END) AS ttft_median_ms,
        max(CASE WHEN nth_time = (timed * 95 + 99) / 100 THEN ttft_ms END) AS ttft_p95_ms,
        max(CASE WHEN nth_rate = (rated + 1) / 2 THEN tokens_per_second END) AS tokens_per_second,
        max(CASE WHEN created_at = last_error_at THEN error_category END) AS last_error,
        max(last_error_at) AS last_error_at
    FROM rows GROUP BY model
""")
_TRAFFIC = _QUERY.bindparams(bindparam("since", type_=UtcDateTime)).columns(last_error_at=UtcDateTime)
"""Percentiles by nearest rank."""


def _choice(row: Row[Any]) -> Preference:
    return Preference(row.is_favourite, row.is_hidden, row.is_default)


def _capabilities(rows: Sequence[Row[Any]], model: str) -> Capabilities:
    known = {name.value for name in Capability}
    of_model = [row for row in rows if row.model == model and row.name in known]
    found = {Capability(row.name): row.is_there for row in of_model}
    return Capabilities.of(found, max((row.checked_at for row in of_model), default=None))
