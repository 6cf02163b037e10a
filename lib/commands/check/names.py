"""Variables that are set and mean nothing here: most are misspelt."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from lib.commands.check.finding import Finding, warning
from lib.config import VARIABLES
from lib.i18n.translation import lazy

CLOSE = 0.75
"""How alike two names are that differ by a slip: 1 is the same."""


def findings(unknown: Iterable[str]) -> Iterator[Finding]:
    """Tell of each name that looks like one of ours."""
    names = [variable.name for variable in VARIABLES]
    for name in unknown:
        fix = lazy("Remove it, or look its name up in the README.")
        if close := get_close_matches(name, names, 1, CLOSE):
            fix = lazy("Perhaps {name} is meant.", name=close[0])
        yield warning("unknown", lazy("{name} is set, and no variable of this app.", name=name), fix)
