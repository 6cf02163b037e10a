"""A report's own wording of figures: measures with their range, and sums with what they leave out."""

from collections.abc import Iterator

from lib.domain.comparison import figures_table
from lib.domain.comparison.statistics import Figures
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.reply.reply import Reply
from lib.domain.reply.wording import (
    about,
    ending,
    first_token,
    money,
    rate,
    tokens,
    told_as,
    total,
)
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext
from lib.report.measures import Totals

KINDS = {
    AttachmentKind.IMAGE: mark("Image: {}"),
    AttachmentKind.DOCUMENT: mark("Document: {}"),
    AttachmentKind.AUDIO: mark("Audio: {}"),
}
"""How an attachment is named, by its kind."""


def attachment(one: Attachment) -> str:
    """Return an attachment's kind and name."""
    return _(KINDS[one.kind]).format(one.name)


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
    if told := tokens(usage):
        yield f"{told} ({told_as(usage)})"
    if cost is not None:
        yield about(usage.source) + money(cost)
    yield ending(reply)


def together(totals: Totals) -> str:
    """Return the sums over all replies in one line, with what they leave out."""
    parts = [ngettext("{:,} answer", "{:,} answers", totals.replies).format(totals.replies)]
    if others := totals.not_completed:
        parts[0] += " " + _("({:,} did not finish)").format(others)
    if totals.without_tokens < totals.replies:
        left_out = _left_out(totals.without_tokens, totals.replies, totals.estimated)
        parts.append(_("{:,} tokens written").format(totals.completion_tokens) + left_out)
    if totals.cost is not None:
        parts.append(money(totals.cost) + _left_out(totals.without_cost, totals.replies, 0))
    return " · ".join(parts)


def _left_out(unknown: int, count: int, estimated: int) -> str:
    words = [_("{:,} of {:,} estimated").format(estimated, count)] if estimated else []
    words += [_("without {:,} of {:,} answers").format(unknown, count)] if unknown else []
    return f" ({', '.join(words)})" if words else ""
