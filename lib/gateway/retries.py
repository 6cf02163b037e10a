"""When a request that failed is asked again by itself, and how long to wait before.

Only what can help is tried: a rate limit, a server in trouble, a connection that was never answered. Nothing
is asked again once an answer has begun, after a timeout of ours (the model may be at work, which costs), or
when the failure came late (it had been at work).
"""

import random
from dataclasses import dataclass

from lib.domain.reply.errors import Category, ChatError

MOST_RETRIES = 2
FIRST_PAUSE_SECONDS = 0.5
"""Doubled with each retry; the jitter takes up to half of it away, so that many do not come back together."""
LONGEST_PAUSE_SECONDS = 20.0
"""A server that asks for more patience than this is not asked again: the person decides."""
LATEST_FAILURE_SECONDS = 30.0
"""A request that failed later than this had been at work."""
_TEMPORARY_STATUSES = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class Again:
    """A request is to be asked again, for the reason said in one sentence, after a pause in seconds."""

    reason: str
    pause: float = 0.0


@dataclass(slots=True)
class Retries:
    """The retries of one answer: how many there were."""

    count: int = 0

    def after(self, error: ChatError, *, seconds: float) -> "Again | None":
        """The next retry after an error that came `seconds` after its request was sent."""
        if self.count >= MOST_RETRIES or seconds > LATEST_FAILURE_SECONDS or not _can_help(error):
            return None
        pause = FIRST_PAUSE_SECONDS * 2**self.count * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        wanted = error.retry_after
        if wanted is not None and wanted > LONGEST_PAUSE_SECONDS:
            return None
        self.count += 1
        # New API and One API never send `Retry-After`: the pause is ours then.
        return Again(f"Asked again after {_in_words(error)}.", pause if wanted is None else wanted)


def _in_words(error: ChatError) -> str:
    if error.status is None:
        return "a lost connection"
    what = "too many requests" if error.status == 429 else "an error of the server"
    return f"{what} ({error.status})"


def _can_help(error: ChatError) -> bool:
    if error.status is None:
        return error.retryable and error.category is not Category.TIMEOUT
    # `retryable` goes by the words too: New API says 503 for a model without a channel, which does not pass.
    return error.retryable and (error.status in _TEMPORARY_STATUSES or error.status >= 500)
