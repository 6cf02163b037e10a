"""Who may vote in which room, and how often: a cookie alone does not make a voter."""

import hashlib
import secrets
from collections.abc import Sequence

from cachetools import LRUCache
from itsdangerous import BadSignature, TimestampSigner

from lib.i18n.translation import gettext as _
from lib.web.limits import FairPlaces, Rate, Refused

COOKIE_SECONDS = 12 * 3600
"""How long a device's cookie is valid."""
MOST_VOTERS = 2_000
"""Devices that can vote in one room."""
MOST_ROOMS = 256
"""Rooms whose voters are known; more are rarely open at once."""
VOTER_RATE = 60, 1.0
"""Votes of one device: in a burst, and per second. People change their minds, and tap thumbs."""
NEWCOMER_RATE = 300, 5.0
"""Devices from one address that vote in a room for the first time. A hall of 300 people behind one address
can vote at once; a script that makes cookies gets no more than that, and 5 per second."""
ADDRESS_RATE = 1_200, 50.0
"""Votes in a room from one address: four at once per device in that hall. Others need the database too."""


def new_cookie(keys: Sequence[bytes]) -> str:
    """Return a cookie for a device: a random name, signed with the first of the installation's keys."""
    return _signer(keys).sign(secrets.token_urlsafe(16)).decode()


def device(keys: Sequence[bytes], cookie: str) -> str | None:
    """Return the name in a cookie; `None` if it was not made here, was altered, or is too old."""
    try:
        return _signer(keys).unsign(cookie, max_age=COOKIE_SECONDS).decode()
    except (BadSignature, UnicodeError):
        return None


def _signer(keys: Sequence[bytes]) -> TimestampSigner:
    # It signs with the last one.
    return TimestampSigner(keys[::-1], salt="audience", digest_method=hashlib.sha256)


class Turnout:
    """The voters of all rooms that this process knows. For the web server's loop only."""

    def __init__(self) -> None:
        self._voter, self._address = Rate(*VOTER_RATE), Rate(*ADDRESS_RATE)
        self._newcomer = Rate(*NEWCOMER_RATE)
        self._voters: LRUCache[str, FairPlaces[str]] = LRUCache(MOST_ROOMS)

    def admit(self, room: str, voter: str, address: str) -> str | None:
        """Admit a vote; return the voter whose place it takes, if any.

        Refused requests of a device or address are not charged to the others. Raises `Refused`.
        """
        place = f"{room} {address}"
        voters = self._voters.setdefault(room, FairPlaces(MOST_VOTERS))
        _check(self._voter.take(voter), _("Too many votes from this device. Try again in a moment."))
        # In this order: what one device did is not charged to others at its address.
        is_new = voter not in voters
        if is_new:
            many = _("Many people on your network are voting for the first time. Try again in a moment.")
            _check(self._newcomer.take(place), many)
        many = _("Many people on your network are voting. Try again in a moment.")
        _check(self._address.take(place), many)
        return voters.take(address, voter) if is_new else None


def _check(seconds: float, sentence: str) -> None:
    if seconds:
        raise Refused(sentence, seconds)
