"""What people think of a comparison's answers: rounds of votes, and the results of many rounds."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from math import sqrt
from random import SystemRandom
from string import ascii_uppercase

from lib.domain.comparison.comparisons import Comparison, labels
from lib.domain.conversation.conversations import Conversation
from lib.i18n.translation import gettext as _

TIE, ALL_BAD = "tie", "all_bad"
"""The choices of a vote besides a cell's id."""
FEWEST_VOTES = 10
"""Decided votes between two models before one may be called ahead. Below ten, a single person moves a model's
share by over ten points: that says something about the person, not the model."""
Z_95 = 1.96
"""Standard deviations around the mean that contain 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Round:
    """One question to a comparison's cells, put to the vote. A follow-up question is a new round."""

    id: str
    comparison_id: str
    number: int
    """1 for the comparison's first round."""
    models: Mapping[str, str]
    """The models as they were asked, by cell id, in the shuffled order of the page."""
    opened_at: datetime
    is_blind: bool = True
    """Whether names and figures are hidden until the reveal."""
    revealed_at: datetime | None = None
    """When its votes were closed and names were shown."""

    @property
    def cell_ids(self) -> list[str]:
        return list(self.models)

    @property
    def is_open(self) -> bool:
        """Whether votes are accepted."""
        return self.revealed_at is None

    @property
    def is_hidden(self) -> bool:
        """Whether it is still secret which model wrote which answer."""
        return self.is_blind and self.is_open

    def letter(self, cell_id: str) -> str:
        """The cell's name while its model is hidden: A for the first. Raises `KeyError`."""
        return self.letters[cell_id]

    @property
    def letters(self) -> dict[str, str]:
        return dict(zip(self.models, ascii_uppercase, strict=False))

    @property
    def keys(self) -> dict[str, str]:
        """An audience's keys for the choices: a cell's key is its letter."""
        return {**self.letters, TIE: TIE, ALL_BAD: ALL_BAD}

    def choice(self, key: str) -> str:
        """The choice behind an audience's key; empty if there is none."""
        return next((choice for choice, known in self.keys.items() if known == key), "")

    def takes(self, choice: str) -> bool:
        """Whether this is a valid choice."""
        return choice in self.models or choice in (TIE, ALL_BAD)


@dataclass(frozen=True, slots=True)
class Ballot:
    """One voter's votes in a round."""

    choice: str | None = None
    """The best answer's cell, `TIE` or `ALL_BAD`; `None` without a vote."""
    thumbs: Mapping[str, bool] = field(default_factory=dict)
    """Thumbs up or down, by cell id."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The counted votes on a comparison; they name nobody."""

    choices: Mapping[str, int] = field(default_factory=dict)
    """How often each choice was made: a cell's id, `TIE` or `ALL_BAD`."""
    up: Mapping[str, int] = field(default_factory=dict)
    """Thumbs up, by cell id."""
    down: Mapping[str, int] = field(default_factory=dict)

    @property
    def votes(self) -> int:
        """How many people voted."""
        return sum(self.choices.values())

    @property
    def winners(self) -> list[str]:
        """The cells chosen most often: several if they are level, none if nobody chose one."""
        cells = {choice: count for choice, count in self.choices.items() if choice not in (TIE, ALL_BAD)}
        most = max(cells.values(), default=0)
        return [cell_id for cell_id, count in cells.items() if count == most > 0]


@dataclass(frozen=True, slots=True)
class Poll:
    """A closed round with its counted votes."""

    models: Mapping[str, str]
    """The models, by cell id."""
    tally: Tally


@dataclass(frozen=True, slots=True)
class Pair:
    """The results of two models against each other, over many votes."""

    first: str
    second: str
    first_wins: int = 0
    """Votes for the first while the second was there too."""
    second_wins: int = 0
    ties: int = 0
    all_bad: int = 0
    """Votes that found no answer good: they count for neither."""

    @property
    def decided(self) -> int:
        """Votes for one of the two."""
        return self.first_wins + self.second_wins

    @property
    def share(self) -> tuple[float, float] | None:
        """The first model's share of the decided votes, as Wilson's 95 % interval; `None` for too few."""
        return wilson(self.first_wins, self.decided) if self.decided >= FEWEST_VOTES else None

    @property
    def ahead(self) -> str | None:
        """The model that is ahead; `None` if the votes are too few or do not separate the two."""
        if self.share is None:
            return None
        low, high = self.share
        return self.first if low > 0.5 else self.second if high < 0.5 else None


def pairs(polls: Iterable[Poll]) -> list[Pair]:
    """Every two models that met in a round, by name; the pairs with the most decided votes first.

    A model with several cells in a round counts once per vote. There is no ranking of all models: how often
    one won depends on which models it met, and only the models of a pair have met each other.
    """
    wins: Counter[tuple[str, str]] = Counter()
    ties: Counter[tuple[str, str]] = Counter()
    bad: Counter[tuple[str, str]] = Counter()
    met: set[tuple[str, str]] = set()
    for poll in polls:
        models = sorted(set(poll.models.values()))
        met.update(combinations(models, 2))
        for choice, count in poll.tally.choices.items():
            if choice in poll.models:
                best = poll.models[choice]
                wins.update({(best, other): count for other in models if other != best})
            else:
                same = ties if choice == TIE else bad
                same.update(dict.fromkeys(combinations(models, 2), count))
    found = [
        Pair(a, b, wins[a, b], wins[b, a], ties[a, b], bad[a, b])
        for a, b in met
        if wins[a, b] or wins[b, a] or ties[a, b] or bad[a, b]
    ]
    return sorted(found, key=lambda pair: (-pair.decided, pair.first, pair.second))


def wilson(wins: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score; 0 to 1 for a share of nothing."""
    if not of:
        return 0.0, 1.0
    share, square = wins / of, Z_95**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = Z_95 / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def shuffled(cells: Iterable[Conversation], *, is_blind: bool) -> dict[str, str]:
    """The models of a new round, by cell id, in the order of the page: shuffled if it is blind."""
    order = list(cells)
    if is_blind:
        # The system's generator: nobody can predict the order from earlier ones.
        SystemRandom().shuffle(order)
    return {cell.id: cell.model or "" for cell in order}


def in_order(cells: Iterable[Conversation], asked: Round | None) -> list[Conversation]:
    """The cells in a round's order; cells outside the round come last."""
    order = asked.cell_ids if asked else []
    return sorted(cells, key=lambda cell: order.index(cell.id) if cell.id in order else len(order))


def titles(comparison: Comparison, asked: Round | None) -> dict[str, str]:
    """The title of each cell, by id: only a letter while its model is hidden."""
    named = dict(zip((cell.id for cell in comparison.cells), labels(comparison.cells), strict=True))
    if asked and asked.is_blind:
        for cell_id, letter in asked.letters.items():
            if cell_id in named:
                named[cell_id] = (
                    _("Answer {}").format(letter) if asked.is_hidden else f"{letter}: {named[cell_id]}"
                )
    return named
