"""Passwords: which ones are accepted, and their hashes."""

from collections.abc import Callable
from functools import cache, partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from lib.i18n.translation import gettext as _

P = ParamSpec("P")
T = TypeVar("T")

SHORTEST, LONGEST = 12, 200
"""Characters. NIST SP 800-63B asks for a minimum length and no rules about kinds of characters."""
FEWEST_GUESSES = 10**8
"""How many guesses a password has to withstand, as `zxcvbn` estimates them."""
ESTIMATED = 72
"""How many characters are estimated: `zxcvbn` takes time that grows with the square of the length."""

_hasher = PasswordHasher()
AT_ONCE = 2
"""One hash takes 64 MB (RFC 9106): many at once would take the memory of everything else."""


def fault(password: str, *, email: str = "") -> str | None:
    """Return why a password cannot be used, in one sentence; `None` if it can."""
    if len(password) < SHORTEST:
        return _("Use at least {count} characters.").format(count=SHORTEST)
    if len(password) > LONGEST:
        return _("Use at most {count} characters.").format(count=LONGEST)
    from zxcvbn import zxcvbn  # its lists of common passwords take a while to import

    known = [email, *email.replace("@", ".").split(".")]
    if zxcvbn(password[:ESTIMATED], user_inputs=known)["guesses"] < FEWEST_GUESSES:
        return _("This password is too easy to guess. A few unrelated words make a good one.")
    return None


def hashed(password: str) -> str:
    """Return the Argon2id hash of a password."""
    return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Return whether this is the password; `None` is that of an unknown account, which nothing matches."""
    try:
        is_same = _hasher.verify(password_hash or _nobodys(), password[: LONGEST + 1])
    except (Argon2Error, InvalidHashError):
        return False
    return is_same and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Return whether a hash is weaker than today's: it is replaced when its password is next entered."""
    return _hasher.check_needs_rehash(password_hash)


async def in_turn(act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do something that hashes passwords, on threads of its own: who waits for one holds up nobody else."""
    return await to_thread.run_sync(partial(act, *args, **kwargs), limiter=_threads())


@cache
def _threads() -> CapacityLimiter:
    return CapacityLimiter(AT_ONCE)


@cache
def _nobodys() -> str:
    """Unknown accounts are checked against this hash, so that they take as long as known ones."""
    return _hasher.hash("a password that nobody has")
