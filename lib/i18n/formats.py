"""Dates, times and numbers as the language of whoever is being answered writes them, by their own clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from babel import dates, numbers

from lib.i18n import locale
from lib.i18n.pseudo import PSEUDO


def number(value: float, decimals: int = 0) -> str:
    """Return a number with its thousands grouped and so many decimals: `1,200`, `0.32`."""
    return _number(value, decimals, _language())


def percent(share: float) -> str:
    """Return a share between 0 and 1: `42%`."""
    return str(numbers.format_percent(share, locale=_language()))


def moment(at: datetime) -> str:
    """Return a date with its time: `29 Nov 2026, 15:30`."""
    return f"{day(_local(at).date())}, {clock(at)}" if _is_english() else _moment(at)


def moment_with_zone(at: datetime) -> str:
    """Return the same with its zone, for what others will read elsewhere: `29 Nov 2026, 15:30 UTC+1`."""
    return f"{moment(at)} {zone(at)}"


def clock(at: datetime, *, with_seconds: bool = False) -> str:
    """Return a time of day in 24 hours: `15:30`."""
    return f"{_local(at):%H:%M:%S}" if with_seconds else f"{_local(at):%H:%M}"


def day(on: date) -> str:
    """Return a date: `29 Nov 2026`."""
    if _is_english():  # in the order that cannot be mistaken on either side of the Atlantic
        return str(dates.format_date(on, "d MMM y", locale="en"))
    return str(dates.format_date(on, "medium", locale=_language()))


def local_day(at: datetime) -> date:
    """Return the day that it is for whoever is being answered."""
    return _local(at).date()


def today() -> date:
    """Return the day that it is now for whoever is being answered."""
    return local_day(datetime.now(UTC))


def month(on: date) -> str:
    """Return a month with its year: `November 2026`."""
    return str(dates.format_skeleton("yMMMM", on, locale=_language()))


def from_now(seconds: float) -> str:
    """Return how long something is ahead: `in 20 seconds`, `in 2 minutes`."""
    return _duration(seconds, add_direction=True)


def span(seconds: float) -> str:
    """Return a length of time: `20 seconds`, `2 minutes`."""
    return _duration(seconds, add_direction=False)


@dataclass(frozen=True, slots=True)
class Span:
    """The same as a value of a text that is translated when it is read."""

    seconds: float

    def __str__(self) -> str:
        return span(self.seconds)


@dataclass(frozen=True, slots=True)
class FromNow:
    """The same as a value of a text that is translated when it is read."""

    seconds: float

    def __str__(self) -> str:
        return from_now(self.seconds)


def zone(at: datetime) -> str:
    """Return the zone of the times that are shown: `UTC+1`, `UTC`."""
    minutes = int((_local(at).utcoffset() or at - at).total_seconds() // 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}{f':{rest:02}' if rest else ''}"


# A page writes the same numbers in each run, and one takes Babel some 50 µs.
@lru_cache(4096)
def _number(value: float, decimals: int, language: str) -> str:
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return str(numbers.format_decimal(value, pattern, locale=language))


def _duration(seconds: float, *, add_direction: bool) -> str:
    length = timedelta(seconds=max(1, round(seconds)))
    threshold = 1.6 if seconds < 100 else 0.85  # 90 seconds rather than 2 minutes
    said = dates.format_timedelta(
        length, threshold=threshold, add_direction=add_direction, locale=_language()
    )
    return str(said)


def _moment(at: datetime) -> str:
    return f"{day(_local(at).date())} {clock(at)}"


def _local(at: datetime) -> datetime:
    return at.astimezone(locale.current().zone)


def _is_english() -> bool:
    return _language() == locale.ENGLISH


def _language() -> str:
    language = locale.current().language
    return locale.ENGLISH if language == PSEUDO else language
