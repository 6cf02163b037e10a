"""The one error a person sees: what went wrong, in the gateway's words, and what to do next."""

from dataclasses import dataclass
from enum import StrEnum

from lib.domain.models.connection import likely_base_url
from lib.domain.reply.error_words import WORDS
from lib.domain.text.sentences import FULL_WIDTH, Said, Sentence, joined, sentence
from lib.i18n.translation import gettext as _

ABOUT_IMAGES = ("image_refused", "image_faulty")
"""The advice, by its code in the table of sentences, where the images of a request were refused."""


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
    message: str = ""
    """The gateway's own words; empty if it said nothing."""
    cause: Sentence | None = None
    """What we noticed, where the gateway said nothing or too little."""
    advice: Sentence | None = None
    """What to do, if the category alone does not say it."""
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
    base_url: str | None = None
    """The base URL that was called, if it seems to be the wrong one."""

    def __str__(self) -> str:
        return joined((self.sentence, self.hint))

    @property
    def title(self) -> str:
        """What kind of error it is, in a few words."""
        if self.is_about_images:
            return _("The image was not accepted")
        return _(WORDS[self.category].title)

    @property
    def is_about_images(self) -> bool:
        """Whether the images of the request were refused."""
        return self.advice is not None and self.advice.code in ABOUT_IMAGES

    @property
    def hint(self) -> str:
        """What to do, in one sentence."""
        if self.advice is not None:
            return str(self.advice)
        base_url = self.base_url or ""
        likely = self.likely_base_url or likely_base_url(base_url) or ""
        wait = self.retry_after if self.retryable else None
        return WORDS[self.category].hint(base_url=base_url, likely=likely, wait=wait)

    @property
    def what(self) -> Said:
        """What went wrong, as it is stored."""
        if self.cause and self.message:
            return sentence("two", first=self.cause, second=self.message)
        return self.cause or self.message

    @property
    def sentence(self) -> str:
        """What went wrong, with a full stop, which many servers omit, so that more text can follow."""
        said = str(self.what).strip()
        if said[-1:] in ("", *".!?…:;", *FULL_WIDTH):
            return said
        return said + ("。" if "一" <= said[-1] <= "鿿" else ".")


@dataclass(frozen=True, slots=True)
class Hint:
    """What to do about an error, in words once it is read."""

    error: ChatError

    def __str__(self) -> str:
        return self.error.hint


def missing_key() -> ChatError:
    """The error before a request to SynStar AI without a key."""
    return ChatError(Category.MISSING_KEY, cause=sentence("no_key"), advice=sentence("set_key"))
