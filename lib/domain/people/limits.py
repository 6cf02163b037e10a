"""What somebody may use at most, and what they are told when they have."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

from lib.i18n import formats
from lib.i18n.translation import Lazy, lazy, lazy_plural

MINUTE = timedelta(minutes=1)
SOON_SECONDS = 1.0
"""When to look again whether a reply has ended."""
MOST = 10**12
"""The largest value of a limit."""


class LimitKind(StrEnum):
    """What is limited."""

    MESSAGES_A_MINUTE = "messages-a-minute"
    REPLIES_AT_ONCE = "replies-at-once"
    TOKENS_A_DAY = "tokens-a-day"


class Scope(StrEnum):
    """Whom a limit is for, from the widest to the narrowest: the narrowest that is set counts."""

    EVERYBODY = "everybody"
    ROLE = "role"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Limit:
    """So much of one kind, for each person in the scope."""

    scope: Scope
    scope_id: str
    """A role, or a person's id; empty for everybody."""
    kind: LimitKind
    value: int

    def __post_init__(self) -> None:
        if not 0 < self.value <= MOST:
            raise ValueError(lazy("A limit is a whole number from 1 to {most}.", most=MOST))


class LimitReached(Exception):
    """A limit forbids a message. The message is a sentence for the person who sends it."""

    def __init__(self, sentence: Lazy, retry_after: float | None = None) -> None:
        """`retry_after`: the seconds after which it may be allowed; `None` if waiting takes too long."""
        super().__init__(sentence)
        self.retry_after = retry_after


def narrowest(limits: Iterable[Limit]) -> dict[LimitKind, int]:
    """The limits that count, by kind, of all that are set for somebody."""
    order = [*Scope]
    return {limit.kind: limit.value for limit in sorted(limits, key=lambda each: order.index(each.scope))}


def day(now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """When the day of `now` began in a time zone, and when it ends: 23 to 25 hours later."""
    today = now.astimezone(zone).date()
    # By way of UTC: where clocks change at midnight, the day begins at 01:00.
    begins = (datetime.combine(each, time(), zone) for each in (today, today + timedelta(days=1)))
    start, end = (each.astimezone(UTC) for each in begins)
    return start, end


def too_many_tokens(value: int, end: datetime, zone: tzinfo) -> LimitReached:
    """Somebody has used their tokens of the day, which ends at `end`."""
    until = f"{end.astimezone(zone):%H:%M} ({zone})"
    return LimitReached(
        lazy_plural(
            "You have used your {count} token for today. The limit resets at {until}.",
            "You have used your {count} tokens for today. The limit resets at {until}.",
            value,
            until=until,
        )
    )


def too_many_messages(value: int, wait: timedelta, sends: int) -> LimitReached:
    """Somebody who sends `sends` more messages has sent as many as a minute allows, for as long as `wait`."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    most = lazy_plural(
        "You may send {count} message a minute.", "You may send {count} messages a minute.", value
    )
    if sends > value:
        return LimitReached(lazy("This sends {sends} messages. {most}", sends=sends, most=most))
    again = lazy("{most} Try again {wait}.", most=most, wait=formats.FromNow(seconds))
    return LimitReached(again, seconds)


def too_many_replies(value: int, sends: int) -> LimitReached:
    """Somebody who asks for `sends` more replies has as many running as they may."""
    most = lazy_plural(
        "You may have {count} reply running at once.", "You may have {count} replies running at once.", value
    )
    if sends > value:
        return LimitReached(lazy("This asks for {sends} replies. {most}", sends=sends, most=most))
    wait = lazy_plural("Wait for its end or stop it.", "Wait for one to end or stop it.", value)
    return LimitReached(lazy("{most} {wait}", most=most, wait=wait), SOON_SECONDS)
