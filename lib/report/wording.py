"""A report's own wording of figures: measures with their range, and sums with what they leave out."""

from collections.abc import Iterator

from lib.domain.comparison import figures_table
from lib.domain.comparison.statistics import Figures
from lib.domain.reply.reply import Reply
from lib.domain.reply.wording import (
    about,
    ending,
    first_token,
    money,
    rate,
    total,
    with_source,
)
from lib.i18n.formats import number
from lib.i18n.translation import gettext as _
from lib.i18n.translation import listed, ngettext
from lib.report.measures import Totals


def measured(one: Figures, measure: str) -> str:
    """Return a measure of a cell, in words."""
    return figures_table.spread(measure, one.measured(measure), source=one.source)


def line(reply: Reply, cost: float | None) -> str:
    """Return the figures of one reply."""
    return " · ".join(filter(None, _line(reply, cost)))


def _line(reply: Reply, cost: float | None) -> Iterator[str]:
    usage = reply.usage
    yield first_token(reply)
    yield total(reply)
    yield rate(reply.tokens_per_second, usage.source)
    yield with_source(usage)
    if cost is not None:
        yield about(usage.source) + money(cost)
    yield ending(reply)


def together(totals: Totals) -> str:
    """Return the sums over all replies in one line, with what they leave out."""
    return " · ".join(_together(totals))


def _together(totals: Totals) -> Iterator[str]:
    count = totals.replies
    answers = ngettext("{} answer", "{} answers", count).format(number(count))
    yield _noted(answers, _part(_("{} did not finish"), totals.not_completed))
    if totals.without_tokens < count:
        written = ngettext("{} token written", "{} tokens written", totals.completion_tokens)
        estimated = _part(_("{} of {} estimated"), totals.estimated, count)
        unknown = _part(_("without {} of {} answers"), totals.without_tokens, count)
        yield _noted(written.format(number(totals.completion_tokens)), estimated, unknown)
    if totals.cost is not None:
        yield _noted(money(totals.cost), _part(_("without {} of {} answers"), totals.without_cost, count))


def _part(text: str, *counts: int) -> str:
    return text.format(*map(number, counts)) if counts[0] else ""


def _noted(text: str, *notes: str) -> str:
    """A sum with what it leaves out."""
    told = listed(notes)
    return _("{} ({})").format(text, told) if told else text
