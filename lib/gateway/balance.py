"""Asks a gateway for the balance of a key: New API's own endpoint first, then One API's billing pages.

Both are optional: most servers have neither. New API's `/api/usage/token/` counts in quota units, and
`/api/status` says how many make a dollar; `/v1/dashboard/billing/*` gives dollars granted and cents used.
"""

import json
import math
from typing import Any

import httpx2
import openai

from lib.domain.models.balance import Balance

QUOTA_PER_DOLLAR = 500_000
"""The default of New API and One API."""
UNLIMITED_DOLLARS = 100_000_000
"""The value on the billing pages for a key without a limit."""


async def balance_of(client: openai.AsyncOpenAI, base_url: str) -> Balance | None:
    """The balance, if the gateway reports one. Never raises: what cannot be read is not reported."""
    return await _from_quota(client, base_url) or await _from_billing(client, base_url)


async def _from_quota(client: openai.AsyncOpenAI, base_url: str) -> Balance | None:
    root = base_url.partition("?")[0].removesuffix("/v1")
    # With a trailing slash: without it New API redirects, and redirects are not followed.
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
    # One API reports a failure with HTTP 200 and an `error`: then there is no number.
    granted = _number(await _get(client, f"{pages}/subscription"), "hard_limit_usd")
    if granted is None:
        return None
    if granted >= UNLIMITED_DOLLARS:
        return Balance(None)
    cents = _number(await _get(client, f"{pages}/usage"), "total_usage")
    return None if cents is None else Balance(granted - cents / 100)


async def _get(client: openai.AsyncOpenAI, url: str) -> dict[str, Any]:
    """The JSON object that answers a GET; an empty one for any other answer."""
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
