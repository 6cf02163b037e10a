"""What is told about a file, in words."""

from collections.abc import Iterable

from lib.domain.text.sentences import Said


def words(notes: Iterable[Said]) -> tuple[str, ...]:
    """The notes as people read them."""
    return tuple(map(str, notes))
