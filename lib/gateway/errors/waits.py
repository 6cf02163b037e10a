"""How long a server asks clients to wait before the next request."""

import math
import re
import time
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 31 * 86_400.0
"""Longer waits are reported as this one."""
_HEADERS_MS = ("retry-after-ms", "x-ms-retry-after-ms")
_IN_WORDS = re.compile(
    r"(?:(?:retry|try again)(?: your request)? (?:in|after)|wait(?: for| at least)?|resets? (?:in|after)"
    r"|retrydelay\W{1,4}|请在|等待)\s*"
    r"(?:about )?((?:\d+(?:\.\d+)?\s*"
    r"(?:(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)(?![a-z])|秒|分钟|小时|天)"
    r"\s*)+)"
)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+|秒|分钟|小时|天)")
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0
_UNITS = {
    "ms": 0.001,
    "mi": _MINUTE,
    "m": _MINUTE,
    "s": 1.0,
    "h": _HOUR,
    "d": _DAY,
    "秒": 1.0,
    "分": _MINUTE,
    "小": _HOUR,
    "天": _DAY,
}
_EARLIEST_EPOCH = 1e9
"""A larger number is not a duration but a time: seconds since 1970, or milliseconds."""


def wait_of(headers: Mapping[str, str], words: str) -> float | None:
    """Seconds to wait, from a server's headers or words; `None` if neither says.

    `retry-after` is a number of seconds or a date (RFC 9110, 10.2.3), though some servers send `30s`, an
    ISO 8601 date or seconds since 1970; OpenAI and Azure add `retry-after-ms`. Header names are lower case.
    """
    for name in _HEADERS_MS:
        if (value := _number(headers.get(name, ""))) is not None:
            return _bounded(value / 1000)
    given = headers.get("retry-after", "").strip()
    if (value := _seconds(given)) is not None:
        return _bounded(value)
    found = _IN_WORDS.search(f"retry in {given}; {words}".lower())
    return _bounded(sum(_in_seconds(*part) for part in _PART.findall(found[1]))) if found else None


def _seconds(value: str) -> float | None:
    if (number := _number(value)) is not None:
        if number < _EARLIEST_EPOCH:
            return number
        return max(0.0, (number if number < 1000 * _EARLIEST_EPOCH else number / 1000) - time.time())
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            return max(0.0, read(value).timestamp() - time.time())
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_SECONDS)


def _in_seconds(number: str, unit: str) -> float:
    size = _UNITS.get(unit[:2]) or _UNITS.get(unit[:1], 1.0)
    return float(number) * (0.001 if unit.startswith("milli") else size)
