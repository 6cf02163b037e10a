"""The one error a person sees: what went wrong, in the gateway's words, and what to do next."""

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """The kind of an error; each kind calls for a different action."""

    MISSING_KEY = "missing_key"
    INVALID_KEY = "invalid_key"
    WRONG_BASE_URL = "wrong_base_url"
    INVALID_MODEL = "invalid_model"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    RATE_LIMITED = "rate_limited"
    CONTEXT_TOO_LONG = "context_too_long"
    CONTENT_FILTERED = "content_filtered"
    PERMISSION_DENIED = "permission_denied"
    BAD_REQUEST = "bad_request"
    TIMEOUT = "timeout"
    UPSTREAM_DOWN = "upstream_down"
    STREAM_INTERRUPTED = "stream_interrupted"


@dataclass(unsafe_hash=True)
class ChatError(Exception):
    """A failure, translated once at the border. Safe to show, log and store: it never holds a key."""

    category: Category
    message: str
    """The gateway's own words, or ours if it said nothing."""
    hint: str
    """One sentence about what to do."""
    status: int | None = None
    """The HTTP status, if there was a response."""
    code: str | None = None
    """The gateway's error code, as a string."""
    request_id: str | None = None
    """The nearest gateway's request id; its support asks for it."""
    retryable: bool = False
    """Whether sending the same request again can help."""
    retry_after: float | None = None
    """How many seconds the server asks to wait before a retry."""
    likely_base_url: str | None = None
    """The API's base URL according to the server."""

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()

    @property
    def sentence(self) -> str:
        """The message with a full stop, which many servers omit, so that more text can follow."""
        return self.message if self.message[-1:] in ("", *".!?…:;。！？：") else f"{self.message}."


def missing_key() -> ChatError:
    """The error before a request to SynStar AI without a key."""
    return ChatError(
        Category.MISSING_KEY,
        "No API key is set.",
        "Set KKIAI_API_KEY in the environment or in the file .env.",
    )
