"""Statistics of a column: over the answers of a cell, over a deck's column, over the prompts of a run.

Unknown figures are left out; a reply that did not complete is counted but not measured.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from lib.domain.comparison.comparisons import asked_model, attempts, labels
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.prices import Prices, cost_of, price_of
from lib.domain.models.prices import source_of as prices_from
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source
from lib.domain.reply.wording import measured
from lib.i18n.translation import gettext as _
from lib.i18n.translation import listed, mark, ngettext

TITLES = {
    "ttft_ms": mark("First token"),
    "total_ms": mark("Total time"),
    "tokens_per_second": mark("Tokens/s"),
    "completion_tokens": mark("Tokens"),
    "cost": mark("Cost"),
}
"""The title of each measure, in the order of the page."""
MEASURES = tuple(TITLES)
"""The measured fields of `Figures`."""
MARKS = {
    "total_ms": mark("fastest"),
    "completion_tokens": mark("fewest tokens"),
    "cost": mark("cheapest"),
}
"""The word for the best column in a measure."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure that was measured several times."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float | None]) -> "Spread | None":
        """The spread of the known values; `None` if there are none."""
        known = [value for value in values if value is not None]
        return cls(median(known), min(known), max(known)) if known else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures over the completed replies of a column. Times in ms."""

    label: str
    replies: int
    """How many replies completed."""
    others: int
    """How many did not: stopped, failed or interrupted."""
    without_tokens: int = 0
    """How many completed without a count of their tokens."""
    ttft_ms: Spread | None = None
    total_ms: Spread | None = None
    tokens_per_second: Spread | None = None
    completion_tokens: Spread | None = None
    source: Source = Source.UNKNOWN
    """The source of the token counts: estimated if any of them is."""
    cost: Spread | None = None
    """Of one answer, in USD; `None` if the model's price or the tokens are unknown."""
    cost_source: str = ""
    """Where the price is from, in words."""
    marks: tuple[str, ...] = ()
    """The measures of `MARKS` in which it is the best of the columns that it was compared with."""

    def measured(self, measure: str) -> Spread | None:
        """The spread of one of `MEASURES`."""
        spread: Spread | None = getattr(self, measure)
        return spread


def of_cells(cells: Sequence[Conversation], prices: Prices | None = None) -> list[Figures]:
    """Figures of each cell's last question, with marks for the best ones if there is a choice."""
    found = [_of_cell(label, cell, prices or {}) for label, cell in zip(labels(cells), cells, strict=True)]
    first = {measure: best(measure, [one.measured(measure) for one in found]) for measure in MARKS}
    return [replace(one, marks=tuple(_marks(one, first))) for one in found]


def _marks(one: Figures, first: Mapping[str, str]) -> Iterator[str]:
    for measure in MARKS:
        spread = one.measured(measure)
        if spread and measured(measure, spread.median) == first[measure]:
            yield measure


def _of_cell(label: str, cell: Conversation, prices: Prices) -> Figures:
    """Figures over its answers by the shown model; another model's answers in the cell do not count."""
    model = asked_model(cell)
    replies = [message.reply or Reply() for message in attempts(cell)]
    shown = [reply for reply in replies if reply.model_requested in (model, None)]
    return of_replies(shown, prices, cell.model, label)


def of_replies(
    replies: Sequence[Reply], prices: Prices, model: str | None = None, label: str = ""
) -> Figures:
    """Figures over replies, at these prices; `model` is the one of their conversations."""
    ended = [reply for reply in replies if reply.state is not State.RUNNING]
    done = [reply for reply in ended if reply.state is State.COMPLETED]
    used = [price for reply in done if (price := price_of(reply, prices, model))]
    return Figures(
        label=label,
        replies=len(done),
        others=len(ended) - len(done),
        without_tokens=sum(reply.usage.completion_tokens is None for reply in done),
        ttft_ms=Spread.of(reply.timing.first_token_ms for reply in done),
        total_ms=Spread.of(reply.timing.total_ms for reply in done),
        tokens_per_second=Spread.of(reply.tokens_per_second for reply in done),
        completion_tokens=Spread.of(reply.usage.completion_tokens for reply in done),
        source=_together(r.usage.source for r in done if r.usage.completion_tokens is not None),
        cost=Spread.of(cost_of(reply, prices, model) for reply in done),
        cost_source=listed(dict.fromkeys(map(prices_from, used))),
    )


def of_prompts(rows: Sequence[Sequence[Figures]]) -> list[Figures]:
    """Figures of each column of a deck run: the medians of its prompts' medians, and their range."""
    widest = max(rows, key=len, default=())
    columns = [[row[at] for row in rows if at < len(row)] for at in range(len(widest))]
    return [_of_prompts(one.label, cells) for one, cells in zip(widest, columns, strict=True)]


def _of_prompts(label: str, cells: Sequence[Figures]) -> Figures:
    def over(measure: str) -> Spread | None:
        return Spread.of(spread.median for one in cells if (spread := one.measured(measure)))

    return Figures(
        label=label,
        replies=sum(one.replies for one in cells),
        others=sum(one.others for one in cells),
        without_tokens=sum(one.without_tokens for one in cells),
        ttft_ms=over("ttft_ms"),
        total_ms=over("total_ms"),
        tokens_per_second=over("tokens_per_second"),
        completion_tokens=over("completion_tokens"),
        source=_together(one.source for one in cells if one.completion_tokens),
        cost=over("cost"),
    )


def notes(figures: Sequence[Figures]) -> Iterator[str]:
    """Sentences on what the figures of cells leave out and where they come from."""
    yield from _on_tokens(figures)
    if any(one.cost for one in figures) and (missing := sum(one.cost is None for one in figures)):
        yield _("Costs leave out {} of {} models: their price or their tokens are not known.").format(
            missing, len(figures)
        )
    if others := sum(one.others for one in figures):
        yield ngettext(
            "{} answer did not finish and is in no figure.",
            "{} answers did not finish and are in no figure.",
            others,
        ).format(others)
    if any(one.replies > 1 for one in figures):
        yield _("Each figure is the median of a model's answers, with the lowest and the highest after it.")
    if sources := sorted({one.cost_source for one in figures if one.cost_source}):
        yield _("Prices: {}.").format(listed(sources))


def _on_tokens(figures: Sequence[Figures]) -> Iterator[str]:
    estimated = sum(one.source is Source.ESTIMATED for one in figures)
    if estimated:
        yield _("≈ Tokens of {} of {} models are estimated: the gateway did not report them.").format(
            estimated, len(figures)
        )
    if unknown := sum(one.without_tokens for one in figures):
        answers = sum(one.replies for one in figures)
        yield _("The tokens of {} of {} answers are not known.").format(unknown, answers)
    if not estimated and not unknown and any(one.completion_tokens for one in figures):
        yield _("Tokens are as the gateway reported them.")


def best(measure: str, spreads: Iterable[Spread | None]) -> str:
    """The least median of a measure as it is drawn; empty if nothing is drawn less than anything else."""
    drawn = {spread.median: measured(measure, spread.median) for spread in spreads if spread}
    return drawn[min(drawn)] if len(set(drawn.values())) > 1 else ""


def _together(sources: Iterable[Source]) -> Source:
    """The source of combined figures: one estimate among them makes the whole an estimate."""
    known = set(sources)
    return Source.ESTIMATED if Source.ESTIMATED in known else max(known, default=Source.UNKNOWN)
