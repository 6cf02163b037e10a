"""Which failed requests are retried automatically, and the backoff before each retry.

Only promising cases are retried: a rate limit, a server in trouble, a connection that was never answered.
Never once an answer has begun, after a timeout of ours (the model may be at work, which costs), or if the
failure came late (the model had been at work).
"""

import random
from dataclasses import dataclass

from lib.domain.reply.errors import Category, ChatError
from lib.domain.text.sentences import Sentence, sentence

MOST_RETRIES = 2
FIRST_PAUSE_SECONDS = 0.5
"""Doubled with each retry; jitter removes up to half of it, so that many clients do not return together."""
LONGEST_PAUSE_SECONDS = 20.0
"""If a server asks for a longer wait, the request is not retried: the person decides."""
LATEST_FAILURE_SECONDS = 30.0
"""After a later failure the model had been at work."""
_TEMPORARY_STATUSES = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class Again:
    """A retry: its reason, in one sentence, and the pause before it in seconds."""

    reason: Sentence
    pause: float = 0.0


@dataclass(slots=True)
class Retries:
    """The number of retries of one answer."""

    count: int = 0

    def after(self, error: ChatError, *, seconds: float) -> "Again | None":
        """Return the next retry after an error that came `seconds` after its request; `None` for no retry."""
        if self.count >= MOST_RETRIES or seconds > LATEST_FAILURE_SECONDS or not _can_help(error):
            return None
        pause = FIRST_PAUSE_SECONDS * 2**self.count * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        wanted = error.retry_after
        if wanted is not None and wanted > LONGEST_PAUSE_SECONDS:
            return None
        self.count += 1
        # New API and One API never send `Retry-After`: then the pause is ours.
        return Again(_reason(error), pause if wanted is None else wanted)


def _reason(error: ChatError) -> Sentence:
    if error.status is None:
        return sentence("again_after_connection")
    is_limit = error.status == 429
    return sentence("again_after_too_many" if is_limit else "again_after_error", status=error.status)


def _can_help(error: ChatError) -> bool:
    if error.status is None:
        return error.retryable and error.category is not Category.TIMEOUT
    # `retryable` depends on the words too: New API sends 503 for a model without a channel, for good.
    return error.retryable and (error.status in _TEMPORARY_STATUSES or error.status >= 500)
