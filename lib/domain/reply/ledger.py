"""One row for each reply that ended: its usage, its times, and how we know them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source, Usage
from lib.domain.text import spreadsheets


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """The tokens and times of a reply. Times in ms; `None` is unknown."""

    reply_id: str
    session_id: str
    conversation_id: str
    conversation: str | None
    """The conversation's title when the row was read; `None` if it was deleted, empty if it has none."""
    created_at: datetime
    model_requested: str | None
    model_served: str | None
    state: State
    finish_reason: str | None
    usage: Usage
    ttft_ms: float | None
    total_ms: float | None
    tokens_per_second: float | None
    retries: int = 0
    """How often the request was retried."""
    purpose: str = "reply"
    """The purpose of the call: a `reply` to a person, one in a `temporary` chat, a separate `title`, or a
    `transcription`."""
    error_category: str | None = None
    """The category of the error that ended it, if any."""
    is_stored: bool = False
    """Whether it was read from the store: the replies of temporary chats are not."""

    @classmethod
    def of(
        cls, reply: Reply, *, reply_id: str, session_id: str, conversation_id: str, created_at: datetime
    ) -> "LedgerRow":
        """The row of a reply that has ended."""
        return cls(
            reply_id=reply_id,
            session_id=session_id,
            conversation_id=conversation_id,
            conversation="",
            created_at=created_at,
            model_requested=reply.model_requested,
            model_served=reply.model_served,
            state=reply.state,
            finish_reason=reply.finish_reason,
            usage=reply.usage,
            ttft_ms=reply.timing.ttft_ms,
            total_ms=reply.timing.total_ms,
            tokens_per_second=reply.tokens_per_second,
            error_category=reply.error.category if reply.error else None,
            retries=reply.retries,
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over rows, and how many rows are estimated or unknown."""

    replies: int
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    estimated: int
    unknown: int


def totals(rows: Sequence[LedgerRow]) -> Totals:
    """Add up the rows; an unknown figure adds nothing and is counted in `unknown`."""
    return Totals(
        replies=len(rows),
        prompt_tokens=sum(row.usage.prompt_tokens or 0 for row in rows),
        completion_tokens=sum(row.usage.completion_tokens or 0 for row in rows),
        total_tokens=sum(row.usage.total_tokens or 0 for row in rows),
        estimated=sum(row.usage.source is Source.ESTIMATED for row in rows),
        unknown=sum(row.usage.source is Source.UNKNOWN for row in rows),
    )


def to_csv(rows: Sequence[LedgerRow]) -> str:
    """The rows as a CSV file, the names of the fields as its heading."""
    names = [each.name for each in fields(LedgerRow) if each.name not in ("usage", "is_stored")]
    counts = [each.name for each in fields(Usage)]
    values = ([*(getattr(r, n) for n in names), *(getattr(r.usage, n) for n in counts)] for r in rows)
    return spreadsheets.to_csv([[*names, *counts], *values])


@dataclass(frozen=True, slots=True)
class Traffic:
    """A model's figures from this installation's own replies. `None`: too little is known."""

    model: str
    """The requested id."""
    replies: int
    completed: int
    failed: int
    ttft_median_ms: float | None = None
    ttft_p95_ms: float | None = None
    tokens_per_second: float | None = None
    """The median over the replies with a rate."""
    last_error: str | None = None
    """The category of the latest failure."""
    last_error_at: datetime | None = None
    last_used_at: datetime | None = None
    """When its latest reply began."""

    @property
    def success_rate(self) -> float | None:
        """Completed replies over those that completed or failed: a stopped reply says nothing about the
        model."""
        ended = self.completed + self.failed
        return self.completed / ended if ended else None
