"""What a check has found."""

from dataclasses import dataclass
from enum import StrEnum

from lib.i18n.translation import Lazy, mark


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works, and may be unsafe or slow."""
    ERROR = "error"
    """It does not work, or shows somebody what is not theirs."""


LEVELS = {Level.OK: mark("OK"), Level.WARNING: mark("warning"), Level.ERROR: mark("error")}
"""Names for people, marked for translation."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    name: str
    """For programs that read the JSON."""
    level: Level
    meaning: str | Lazy
    """What is so, in a sentence."""
    fix: Lazy | None = None
    """What to do, in a sentence; `None` if nothing has to be done."""


def ok(name: str, meaning: str | Lazy) -> Finding:
    return Finding(name, Level.OK, meaning)


def warning(name: str, meaning: str | Lazy, fix: Lazy) -> Finding:
    return Finding(name, Level.WARNING, meaning, fix)


def error(name: str, meaning: str | Lazy, fix: Lazy) -> Finding:
    return Finding(name, Level.ERROR, meaning, fix)
