"""Prices from `/api/pricing` of the New API family; other servers have no such page.

With `quota_type` 0, a million prompt tokens cost `model_ratio` x 2 USD at 500,000 quota units per dollar (or
another number from `/api/status`); completion and cached tokens cost a multiple of that. With `quota_type` 1,
a call costs `model_price` USD. Everything is multiplied by the ratio of the key's group, which a key does not
reveal: the group `default` is assumed, or the only one.
"""

import asyncio
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai

from lib.domain.models.prices import Price

PAGE = "/api/pricing"
SECONDS = 5.0
"""The longest wait for prices: they are optional."""
LARGEST_BYTES = 8_000_000
QUOTA_PER_DOLLAR = 500_000
"""New API's default for `QuotaPerUnit`; a site may change it."""
QUOTA_PER_RATIO = 1_000_000
"""Quota used by a million tokens at a ratio of 1."""
DEFAULT_GROUP = "default"


async def fetch(client: openai.AsyncOpenAI, base_url: str) -> dict[str, Price]:
    """The prices of the server at `base_url`; empty if it has no such page or does not answer in time."""
    parts = urlsplit(base_url)
    site = f"{parts.scheme}://{parts.netloc}"
    try:
        async with asyncio.timeout(SECONDS):
            pricing, status = await asyncio.gather(
                _get(client, f"{site}{PAGE}"), _get(client, f"{site}/api/status")
            )
    except TimeoutError:
        return {}
    return prices_in(pricing, status)


async def _get(client: openai.AsyncOpenAI, url: str) -> Any:
    """The page's JSON; `None` if there is none."""
    try:
        response = await client.get(url, cast_to=httpx2.Response)
        return json.loads(response.content) if len(response.content) <= LARGEST_BYTES else None
    except (openai.OpenAIError, ValueError, RecursionError):
        return None


def prices_in(pricing: Any, status: Any = None) -> dict[str, Price]:
    """The prices by model, from the decoded answers of `/api/pricing` and `/api/status`."""
    entries = pricing.get("data") if isinstance(pricing, dict) else None
    group, ratio = _group(pricing.get("group_ratio") if isinstance(pricing, dict) else None)
    if not isinstance(entries, list) or ratio is None:
        return {}
    factor = ratio * QUOTA_PER_RATIO / _quota_per_dollar(status)
    found = {}
    for entry in entries:
        name = entry.get("model_name") if isinstance(entry, dict) else None
        if isinstance(name, str) and (price := _price(entry, factor, ratio)):
            found[name] = replace(price, source=PAGE, group=group)
    return found


def _price(entry: dict[str, Any], factor: float, ratio: float) -> Price | None:
    if entry.get("quota_type") == 1:
        call = _number(entry.get("model_price"))
        return None if call is None else Price(call=call * ratio)
    prompt = _number(entry.get("model_ratio"))
    completion, cached = _number(entry.get("completion_ratio")), _number(entry.get("cache_ratio"))
    if prompt is None or completion is None:
        return None
    prompt *= factor
    return Price(prompt, prompt * completion, None if cached is None else prompt * cached)


def _group(ratios: Any) -> tuple[str, float | None]:
    """The group whose prices are shown, and its ratio; no ratio if the group cannot be determined."""
    if not ratios:
        return "", 1.0
    if not isinstance(ratios, dict):
        return "", None
    name = DEFAULT_GROUP if DEFAULT_GROUP in ratios else next(iter(ratios)) if len(ratios) == 1 else ""
    return str(name), _number(ratios.get(name))


def _quota_per_dollar(status: Any) -> float:
    fields = status.get("data") if isinstance(status, dict) else None
    return (_number(fields.get("quota_per_unit")) if isinstance(fields, dict) else None) or QUOTA_PER_DOLLAR


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        return None
    return float(value)
