"""Values in other programs' files: a value of the wrong type counts as missing."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from lib.domain.reply.citations import Citation, is_page
from lib.domain.text.validation import LARGEST_NUMBER, mended

FIRST_MILLISECONDS = 1e11
"""In seconds since 1970 this is the year 5138: a larger number counts milliseconds."""
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def fields_of(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def items_of(value: Any) -> list[Any]:
    """The value if it is a list, otherwise an empty one."""
    return value if isinstance(value, list) else []


def objects_in(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list."""
    return [item for item in items_of(value) if isinstance(item, dict)]


def text_of(value: Any) -> str:
    """The value if it is a text, with lone surrogates replaced; otherwise empty."""
    return mended(value) if isinstance(value, str) else ""


def count_of(value: Any) -> int | None:
    """The value if it is a count, otherwise `None`."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER
    return value if is_count else None


def moment_of(value: Any) -> datetime | None:
    """A time in seconds or milliseconds since 1970, or in ISO 8601; `None` for anything else."""
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) >= FIRST_MILLISECONDS else value
            # Not `fromtimestamp`: on some systems it refuses times before 1970.
            return _EPOCH + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        pass
    return None


def id_of(id_: str, *scope: str) -> str:
    """A valid id, always the same: a UUID is kept, others are derived; `scope` keeps them distinct."""
    if _UUID.fullmatch(id_):
        return id_.replace("-", "").lower()
    return sha256("\n".join((*scope, id_)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def identity(given: Mapping[str, Any], *names: str) -> str:
    """The identity of a conversation: the first of these fields that exists, otherwise its whole content."""
    return next(filter(None, (text_of(given.get(name)) for name in names)), "") or json.dumps(
        given, sort_keys=True
    )


def ranked(nodes: Mapping[str, Any], children: str) -> list[str]:
    """The ids of nodes, with siblings in the order of their parent's field `children`."""
    listed = {
        text_of(child): rank
        for node in nodes.values()
        for rank, child in enumerate(items_of(fields_of(node).get(children)))
    }
    return sorted(nodes, key=lambda id_: listed.get(id_, 0))


def source_of(given: Mapping[str, Any]) -> Citation | None:
    """The page in an entry of a list of sources; `None` if it has no address."""
    url = text_of(given.get("url")).strip()
    names = (text_of(given.get(name)) for name in ("title", "attribution", "name"))
    return Citation(url, " ".join(next(filter(None, names), "").split())) if is_page(url) else None
