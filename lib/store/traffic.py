"""How a person's replies of the last days went, by model."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, text

from lib.domain.reply.ledger import Traffic
from lib.store.database.database import Database
from lib.store.database.schema import UtcDateTime

TRAFFIC_DAYS = 30
"""How far back replies count: older ones say little about the current model."""


def traffic(database: Database, person_id: str) -> Mapping[str, Traffic]:
    """The ledger's figures for each model's last days, by the id that was asked for."""
    since = datetime.now(UTC) - timedelta(days=TRAFFIC_DAYS)
    with database.read() as connection:
        rows = connection.execute(_TRAFFIC, {"since": since, "person": person_id})
        return {row.model: Traffic(**row._mapping) for row in rows}


# SQLite has neither a median nor percentiles: rows are numbered in a window. The division of integers
# truncates, so the ranks are rounded up by hand.
_QUERY = text("""
    WITH rows AS (
        SELECT model_requested AS model, state, ttft_ms, tokens_per_second, error_category, created_at,
            count(ttft_ms) OVER model AS timed,
            count(tokens_per_second) OVER model AS rated,
            row_number() OVER (model ORDER BY ttft_ms NULLS LAST) AS nth_time,
            row_number() OVER (model ORDER BY tokens_per_second NULLS LAST) AS nth_rate,
            max(CASE WHEN state = 'failed' THEN created_at END) OVER model AS last_error_at
        FROM ledger
        WHERE person_id = :person AND created_at >= :since AND model_requested IS NOT NULL
        WINDOW model AS (PARTITION BY model_requested)
    )
    SELECT model,
        count(*) AS replies,
        count(*) FILTER (WHERE state = 'completed') AS completed,
        count(*) FILTER (WHERE state = 'failed') AS failed,
        max(CASE WHEN nth_time = (timed + 1) / 2 THEN ttft_ms END) AS ttft_median_ms,
        max(CASE WHEN nth_time = (timed * 95 + 99) / 100 THEN ttft_ms END) AS ttft_p95_ms,
        max(CASE WHEN nth_rate = (rated + 1) / 2 THEN tokens_per_second END) AS tokens_per_second,
        max(CASE WHEN created_at = last_error_at THEN error_category END) AS last_error,
        max(last_error_at) AS last_error_at,
        max(created_at) AS last_used_at
    FROM rows GROUP BY model
""")
_TRAFFIC = _QUERY.bindparams(bindparam("since", type_=UtcDateTime)).columns(
    last_error_at=UtcDateTime, last_used_at=UtcDateTime
)
"""Percentiles by nearest rank."""
