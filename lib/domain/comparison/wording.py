"""Votes in words: the same on the presenter's page and on the audience's phones. Plain text."""

from collections.abc import Iterable, Mapping

from lib.domain.comparison.votes import ALL_BAD, TIE, Tally
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext

CHOICES = {TIE: mark("A tie"), ALL_BAD: mark("None of them")}
"""The words for the choices that are no cell."""


def verdict(tally: Tally, order: Iterable[str], named: Mapping[str, str]) -> str:
    """Who won, in one line. `order` are the ids of the cells on the page, `named` their titles."""
    if not tally.votes:
        return _("Nobody voted")
    chosen = [cell_id for cell_id in order if cell_id in tally.winners]
    if not chosen:
        return _("No answer was chosen")
    names = [named.get(cell_id, _("An answer")) for cell_id in chosen]
    count, of = tally.choices[chosen[0]], tally.votes
    if len(names) == 1:
        return ngettext("{} won, {} of {} vote", "{} won, {} of {} votes", of).format(names[0], count, of)
    level = ngettext("Level: {}, with {} of {} vote each", "Level: {}, with {} of {} votes each", of)
    return level.format(", ".join(names), count, of)
