"""What a person reads about each kind of error: its title and advice, in one table."""

from dataclasses import dataclass

from lib.domain.reply.errors import Category


@dataclass(frozen=True, slots=True)
class Words:
    """The wording for one kind of error."""

    title: str
    """What went wrong, in a few words, without a full stop."""
    advice: str
    """What to do, a sentence; it may contain `{base_url}` and the probable base URL, `{likely}`."""
    later: str = ""
    """The advice if the server says how long to wait: `{wait}` is "in 20 seconds" or similar."""


WORDS = {
    Category.MISSING_KEY: Words("No API key was sent", "Enter an API key of this gateway."),
    Category.INVALID_KEY: Words(
        "The API key was not accepted",
        "Check the API key: copy it again from the gateway's key page, or make a new one.",
    ),
    Category.WRONG_BASE_URL: Words(
        "This address is not the API", "We called {base_url}; check the base URL, it is probably {likely}."
    ),
    Category.INVALID_MODEL: Words(
        "This model is not available",
        "Choose another model, or ask the gateway's admin which ones your key may use.",
    ),
    Category.INSUFFICIENT_BALANCE: Words(
        "The balance is used up", "Top up the account or raise the key's quota, then send it again."
    ),
    Category.RATE_LIMITED: Words(
        "Too many requests just now",
        "Wait a moment, then try again; another model may be free now.",
        "Try again {wait}; another model may be free now.",
    ),
    Category.CONTEXT_TOO_LONG: Words(
        "The conversation is too long for this model",
        "Start a new chat, shorten the message, or choose a model with a larger context.",
    ),
    Category.CONTENT_FILTERED: Words(
        "A content filter stopped this", "Put the message differently; a content filter stopped it."
    ),
    Category.PERMISSION_DENIED: Words(
        "This key may not do that", "Ask the gateway's admin to allow this for your key, or use another key."
    ),
    Category.BAD_REQUEST: Words(
        "The request was not accepted",
        "Check the parameters and the message; the server does not accept them as they are.",
    ),
    Category.TIMEOUT: Words(
        "No answer in time", "Try again; if it happens again, choose a faster model or shorten the message."
    ),
    Category.UPSTREAM_DOWN: Words(
        "The model's server cannot be reached",
        "Try again in a moment, or choose another model.",
        "Try again {wait}, or choose another model.",
    ),
    Category.STREAM_INTERRUPTED: Words("The reply broke off", "Continue the reply from here, or ask again."),
}
