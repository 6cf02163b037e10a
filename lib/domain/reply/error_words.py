"""What a person reads about each kind of error: its title and advice, in one table."""

from dataclasses import dataclass

from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark


@dataclass(frozen=True, slots=True)
class Words:
    """The wording for one kind of error."""

    title: str
    """What went wrong, in a few words, without a full stop."""
    advice: str
    """What to do, a sentence; it may contain `{base_url}` and the probable base URL, `{likely}`."""
    unlikely: str = ""
    """The advice if no probable base URL is known."""
    later: str = ""
    """The advice if the server says how long to wait: `{wait}` is "in 20 seconds" or similar."""

    def hint(self, *, base_url: str, likely: str, wait: float | None) -> str:
        """Return the advice in the language of whoever is being answered; `wait` is in seconds."""
        if wait and self.later:
            return _(self.later).format(wait=formats.from_now(wait))
        if self.unlikely and not likely:
            return _(self.unlikely).format(base_url=base_url)
        return _(self.advice).format(base_url=base_url, likely=likely)


WORDS: dict[str, Words] = {
    "missing_key": Words(mark("No API key was sent"), mark("Enter an API key of this gateway.")),
    "invalid_key": Words(
        mark("The API key was not accepted"),
        mark("Check the API key: copy it again from the gateway's key page, or make a new one."),
    ),
    "wrong_base_url": Words(
        mark("This address is not the API"),
        mark("We called {base_url}; check the base URL, it is probably {likely}."),
        mark("We called {base_url}, which does not answer like an OpenAI-compatible API; check the address."),
    ),
    "invalid_model": Words(
        mark("This model is not available"),
        mark("Choose another model, or ask the gateway's admin which ones your key may use."),
    ),
    "insufficient_balance": Words(
        mark("The balance is used up"),
        mark("Top up the account or raise the key's quota, then send it again."),
    ),
    "rate_limited": Words(
        mark("Too many requests just now"),
        mark("Wait a moment, then try again; another model may be free now."),
        later=mark("Try again {wait}; another model may be free now."),
    ),
    "context_too_long": Words(
        mark("The conversation is too long for this model"),
        mark("Start a new chat, shorten the message, or choose a model with a larger context."),
    ),
    "content_filtered": Words(
        mark("A content filter stopped this"),
        mark("Put the message differently; a content filter stopped it."),
    ),
    "permission_denied": Words(
        mark("This key may not do that"),
        mark("Ask the gateway's admin to allow this for your key, or use another key."),
    ),
    "bad_request": Words(
        mark("The request was not accepted"),
        mark("Check the parameters and the message; the server does not accept them as they are."),
    ),
    "timeout": Words(
        mark("No answer in time"),
        mark("Try again; if it happens again, choose a faster model or shorten the message."),
    ),
    "upstream_down": Words(
        mark("The model's server cannot be reached"),
        mark("Try again in a moment, or choose another model."),
        later=mark("Try again {wait}, or choose another model."),
    ),
    "stream_interrupted": Words(
        mark("The reply broke off"), mark("Continue the reply from here, or ask again.")
    ),
}
