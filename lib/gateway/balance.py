"""Asks a gateway what is left on a key: New API's own endpoint first, then the billing pages of One API.

Both are optional: most servers have neither. New API's `/api/usage/token/` counts in units of quota, of which
`/api/status` tells how many a dollar has; `/v1/dashboard/billing/*` tells dollars granted and cents used.
"""

import json
import math
from typing import Any

import httpx2
import openai

from lib.domain.models.balance import Balance

QUOTA_PER_DOLLAR = 500_000
"""New API's and One API's default."""
UNLIMITED_DOLLARS = 100_000_000
"""What the billing pages say for a key without a limit."""


async def balance_of(client: openai.AsyncOpenAI, base_url: str) -> Balance | None:
    """What is left, where the gateway tells it. Raises nothing: what cannot be read is not told."""
    return await _from_quota(client, base_url) or await _from_billing(client, base_url)


async def _from_quota(client: openai.AsyncOpenAI, base_url: str) -> Balance | None:
    root = base_url.partition("?")[0].removesuffix("/v1")
    # With the last slash: New API redirects without it, and no redirect is followed.
    data = (await _get(client, f"{root}/api/usage/token/")).get("data")
    if not isinstance(data, dict):
        return None
    if data.get("unlimited_quota") is True:
        return Balance(None)
    if (left := _number(data, "total_available")) is None:
        return None
    status = (await _get(client, f"{root}/api/status")).get("data")
    per_dollar = _number(status, "quota_per_unit") or QUOTA_PER_DOLLAR
    return Balance(left / per_dollar)


async def _from_billing(client: openai.AsyncOpenAI, base_url: str) -> Balance | None:
    pages = f"{base_url.partition('?')[0]}/dashboard/billing"
    # One API answers with HTTP 200 and an `error` when it fails: then there is no number.
    granted = _number(await _get(client, f"{pages}/subscription"), "hard_limit_usd")
    if granted is None:
        return None
    if granted >= UNLIMITED_DOLLARS:
        return Balance(None)
    cents = _number(await _get(client, f"{pages}/usage"), "total_usage")
    return None if cents is None else Balance(granted - cents / 100)


async def _get(client: openai.AsyncOpenAI, url: str) -> dict[str, Any]:
    """The JSON object that a GET is answered with; an empty one for anything else."""
    try:
        response = await client.get(url, cast_to=httpx2.Response)
        payload = json.loads(response.content)
    except (openai.OpenAIError, httpx2.HTTPError, OSError, ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _number(fields: Any, name: str) -> float | None:
    value = fields.get(name) if isinstance(fields, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
