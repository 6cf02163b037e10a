"""Whose a request is, in a header that only this server sets."""

from dataclasses import dataclass
from hashlib import sha256

from lib.domain.people.audit import Actor

HEADER = "x-synstar-identity"
"""Each request's own is thrown away; pages read ours with `st.context.headers`."""


LOG_LETTERS = 12
"""Of the hash that names a session in the log: enough to tell it from others, and no way into it."""


def log_name(session: str) -> str:
    """Return what the log calls a session with this id or secret."""
    return sha256(session.encode()).hexdigest()[:LOG_LETTERS]


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, and the browser in which they are signed in."""

    person_id: str
    sign_in: str = ""
    """The hash of the token; empty where a proxy signs people in with each request."""

    @property
    def log_name(self) -> str:
        """What the log calls this browser, or this person where a proxy signs people in."""
        return log_name(self.sign_in or self.person_id)

    def header(self, request_id: str, address: str) -> str:
        """Return the header of a request: who asks, and what the audit log needs to know about it."""
        return "/".join((self.person_id, self.sign_in, request_id, address))

    @classmethod
    def read(cls, value: str) -> "Identity":
        """Return the identity in a header that this server has set."""
        person_id, sign_in, *_ = value.split("/")
        return cls(person_id, sign_in)


def actor(value: str) -> Actor:
    """Return who asks, from a header that this server has set, as the audit log knows them."""
    person_id, _, request_id, address = value.split("/", 3)
    return Actor(person_id, address, request_id)
