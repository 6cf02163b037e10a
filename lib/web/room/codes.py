"""A room's short address, `/room/7Q4K2M`: for who cannot scan the QR code.

A code is derived from the room's token and the installation's secret, so every process knows it, and nothing
is stored. It is weaker than the token: whoever tries codes is slowed (`turnout.NEWCOMER_RATE`), and it ends
with its room.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Signs that nobody confuses, read from far away."""
LENGTH = 6
"""31 to the power of 6 are 890 million codes: at five tries a second, years."""
PURPOSE = "room code"
"""What the installation's keys are asked for."""
_CODE = re.compile(rf"[{_SIGNS}]{{{LENGTH}}}", re.I | re.A)


def code(token: str, keys: Sequence[bytes]) -> str:
    """Return the code of the room with this token; `keys` are the installation's, newest first."""
    number = int.from_bytes(hmac.digest(keys[0], token.encode(), hashlib.sha256))
    signs = []
    for _ in range(LENGTH):
        number, at = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[at])
    return "".join(signs)


def is_code(text: str) -> bool:
    """Return whether this may be a code; small letters are as good as capital ones."""
    return _CODE.fullmatch(text) is not None


def find(wanted: str, tokens: Iterable[str], keys: Sequence[bytes]) -> str | None:
    """Return the token with this code; `None` if there is none, or, which is unlikely, more than one."""
    found = [token for token in tokens if hmac.compare_digest(code(token, keys), wanted.upper())]
    return found[0] if len(found) == 1 else None
