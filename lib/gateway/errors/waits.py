"""How long a server asks to wait before the next request, and how that is said."""

import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 31 * 86_400.0
"""A longer wait is told as this one."""
_HEADERS_MS = ("retry-after-ms", "x-ms-retry-after-ms")
_IN_WORDS = re.compile(
    r"(?:(?:retry|try again)(?: your request)? (?:in|after)|retrydelay\W{1,4}|请在|等待)\s*"
    r"((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|s|sec|seconds?|m|min|minutes?|h|hours?|秒|分钟|小时)\s*)+)"
)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+|秒|分钟|小时)")
_UNITS = {"ms": 0.001, "mi": 60.0, "m": 60.0, "s": 1.0, "h": 3600.0, "秒": 1.0, "分": 60.0, "小": 3600.0}


def wait_of(headers: Mapping[str, str], words: str) -> float | None:
    """Seconds to wait, as a server's headers or its words tell; `None` where neither does.

    `retry-after` is a number of seconds or a date (RFC 9110, 10.2.3); OpenAI and Azure add `retry-after-ms`.
    The headers' names are in lower case.
    """
    for name in _HEADERS_MS:
        if (value := _number(headers.get(name, ""))) is not None:
            return _bounded(value / 1000)
    if (value := _seconds(headers.get("retry-after", "").strip())) is not None:
        return _bounded(value)
    found = _IN_WORDS.search(words.lower())
    return _bounded(sum(_in_seconds(*part) for part in _PART.findall(found[1]))) if found else None


def in_words(seconds: float) -> str:
    """`in about 2 minutes`."""
    if seconds < 100:
        whole = max(1, round(seconds))
        return f"in {whole} {'second' if whole == 1 else 'seconds'}"
    for unit, size in (("minute", 60), ("hour", 3600), ("day", 86_400)):
        count = round(seconds / size)
        if count < {"minute": 55, "hour": 36}.get(unit, 10_000):
            count = max(1, count)
            return f"in about {_article(unit) if count == 1 else count} {unit}{'' if count == 1 else 's'}"
    return ""


def _article(unit: str) -> str:
    return "an" if unit == "hour" else "a"


def _seconds(value: str) -> float | None:
    if (number := _number(value)) is not None:
        return number
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
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
