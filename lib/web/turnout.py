"""Who may vote in which room, and how often: a cookie alone makes nobody a voter."""

import hashlib
import secrets

from cachetools import LRUCache
from itsdangerous import BadSignature, TimestampSigner

from lib.web.limits import Rate, Refused, Seats

COOKIE_SECONDS = 12 * 3600
"""How long a device's cookie counts."""
MOST_VOTERS = 2_000
"""Devices that may vote in one room."""
MOST_ROOMS = 256
"""Rooms whose voters are known; more are hardly open at once."""
VOTER_RATE = 60, 1.0
"""Votes of one device: at once, and a second. People change their minds, and tap thumbs."""
NEWCOMER_RATE = 300, 5.0
"""Devices that vote for the first time in a room, from one address. A hall of 300 people behind one address
votes at once; a script that makes new cookies gets no further than that, and 5 a second."""
ADDRESS_RATE = 1_200, 50.0
"""Votes in a room from one address: four from each in that hall at once. The database is for others too."""


def new_cookie(key: bytes) -> str:
    """A device's cookie: a random name, signed with the installation's key."""
    return _signer(key).sign(secrets.token_urlsafe(16)).decode()


def device(key: bytes, cookie: str) -> str | None:
    """The name in a cookie; `None` for one that was not made here, was altered, or is too old."""
    try:
        return _signer(key).unsign(cookie, max_age=COOKIE_SECONDS).decode()
    except (BadSignature, UnicodeError):
        return None


def _signer(key: bytes) -> TimestampSigner:
    return TimestampSigner(key, salt="audience", digest_method=hashlib.sha256)


class Turnout:
    """The voters of all rooms, as far as this process has heard of them. For the web server's loop only."""

    def __init__(self) -> None:
        self._voter, self._address = Rate(*VOTER_RATE), Rate(*ADDRESS_RATE)
        self._newcomer = Rate(*NEWCOMER_RATE)
        self._voters: LRUCache[str, Seats[str]] = LRUCache(MOST_ROOMS)

    def admit(self, room: str, voter: str, address: str) -> str | None:
        """Let a voter vote once more; returns the voter whose place is taken for it, if one's is.

        What a refused device or address sent is not charged to the others. Raises `Refused`.
        """
        place = f"{room} {address}"
        voters = self._voters.setdefault(room, Seats(MOST_VOTERS))
        _check(self._voter.take(voter), "You vote faster than votes are counted.")
        # In this order: what the device alone did is not charged to those beside it.
        is_new = voter not in voters
        if is_new:
            _check(self._newcomer.take(place), "Many people around you vote for the first time just now.")
        _check(self._address.take(place), "Many people around you vote just now.")
        return voters.take(address, voter) if is_new else None


def _check(seconds: float, sentence: str) -> None:
    if seconds:
        raise Refused(f"{sentence} Try again in a moment.", seconds)
