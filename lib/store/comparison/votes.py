"""Rounds of votes: opened, voted in, revealed. Each vote is counted once, whoever votes meanwhile."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from lib.domain.comparison.votes import Ballot, Poll, Round, Tally
from lib.store.comparison.comparisons import NOT_STORED, is_own
from lib.store.database import inserts
from lib.store.database.database import Database
from lib.store.database.errors import StoreError
from lib.store.database.schema import comparisons, rounds, thumbs, votes

Counts = tuple[dict[str, int], dict[str, int], dict[str, int]]
"""Counts of choices, thumbs up and thumbs down."""
MOST_VOTERS = 5_000
"""Voters per round: more than any room lets in, and few enough to store."""


class Votes:
    """Reads and writes the rounds of a person's comparisons, and the votes of whoever votes in them."""

    def __init__(self, database: Database, person_id: str) -> None:
        self._database = database
        own = select(comparisons.c.id).where(is_own(person_id))
        self._is_own = rounds.c.comparison_id.in_(own)
        self._own = own

    def open(
        self, round_id: str, comparison_id: str, models: Mapping[str, str], at: datetime, *, is_blind: bool
    ) -> Round:
        """Begin a comparison's next round, and close the one before it. Raises `StoreError` without one.

        `models` are the models of the cells, by cell id, in the order in which they are shown.
        """
        before = select(func.max(rounds.c.number)).where(rounds.c.comparison_id == comparison_id)
        earlier = (rounds.c.comparison_id == comparison_id) & rounds.c.revealed_at.is_(None)
        with self._database.write() as connection:
            own = self._own.where(comparisons.c.id == comparison_id)
            if not connection.execute(own.with_for_update()).first():
                raise StoreError(NOT_STORED)
            connection.execute(update(rounds).where(earlier).values(revealed_at=at))
            number = (connection.execute(before).scalar() or 0) + 1
            values = {
                "id": round_id,
                "comparison_id": comparison_id,
                "number": number,
                "models": dict(models),
                "opened_at": at,
                "is_blind": is_blind,
            }
            connection.execute(insert(rounds).values(values))
        return Round(round_id, comparison_id, number, dict(models), at, is_blind)

    def latest(self, comparison_id: str) -> Round | None:
        """The comparison's last round; `None` if there is none."""
        query = select(rounds).where(self._is_own, rounds.c.comparison_id == comparison_id)
        with self._database.read() as connection:
            row = connection.execute(query.order_by(rounds.c.number.desc()).limit(1)).first()
        return round_of(row) if row else None

    def reveal(self, round_id: str, at: datetime) -> None:
        """Close a round's votes permanently; do nothing if it is closed."""
        still_open = self._is_own & (rounds.c.id == round_id) & rounds.c.revealed_at.is_(None)
        with self._database.write() as connection:
            connection.execute(update(rounds).where(still_open).values(revealed_at=at))

    def vote(self, round_id: str, voter: str, choice: str, at: datetime) -> bool:
        """Store or change a vote; `False` if the round is closed or unknown, or has no such choice."""
        row = {"round_id": round_id, "voter": voter, "choice": choice, "voted_at": at}
        with self._database.write() as connection:
            found = self._still_open(connection, round_id)
            if not found or not found.takes(choice) or _is_full(connection, round_id, voter):
                return False
            changed = {"choice": choice, "voted_at": at}
            statement = inserts.insert(connection, votes).values(row)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["round_id", "voter"], set_=changed)
            )
        return True

    def thumb(self, round_id: str, voter: str, cell_id: str, is_up: bool | None) -> bool:
        """Store, change or withdraw (`None`) a voter's thumb on a cell; `False` as for `vote`."""
        of_voter = (thumbs.c.round_id == round_id) & (thumbs.c.voter == voter) & (thumbs.c.cell_id == cell_id)
        row = {"round_id": round_id, "voter": voter, "cell_id": cell_id, "is_up": is_up}
        with self._database.write() as connection:
            found = self._still_open(connection, round_id)
            if not found or cell_id not in found.models or _is_full(connection, round_id, voter):
                return False
            connection.execute(delete(thumbs).where(of_voter))
            if is_up is not None:
                connection.execute(insert(thumbs).values(row))
        return True

    def withdraw(self, round_id: str, voter: str) -> None:
        """Withdraw everything that a voter said in an open round."""
        with self._database.write() as connection:
            if self._still_open(connection, round_id):
                for table in (votes, thumbs):
                    of_voter = (table.c.round_id == round_id) & (table.c.voter == voter)
                    connection.execute(delete(table).where(of_voter))

    def ballot(self, round_id: str, voter: str) -> Ballot:
        """What a voter said in a round."""
        own = select(rounds.c.id).where(self._is_own, rounds.c.id == round_id)
        chosen = select(votes.c.choice).where(votes.c.round_id.in_(own), votes.c.voter == voter)
        given = select(thumbs.c.cell_id, thumbs.c.is_up).where(
            thumbs.c.round_id.in_(own), thumbs.c.voter == voter
        )
        with self._database.read() as connection:
            choice = connection.execute(chosen).scalar()
            return Ballot(choice, {row.cell_id: row.is_up for row in connection.execute(given)})

    def voters(self, round_id: str) -> int:
        """How many people have voted."""
        own = select(rounds.c.id).where(self._is_own, rounds.c.id == round_id)
        query = select(func.count()).select_from(votes).where(votes.c.round_id.in_(own))
        with self._database.read() as connection:
            return connection.execute(query).scalar() or 0

    def tally(self, round_id: str) -> Tally:
        """A round's votes, counted."""
        own = select(rounds.c.id).where(self._is_own, rounds.c.id == round_id)
        with self._database.read(is_snapshot=True) as connection:
            return tallies_of(connection, own).get(round_id, Tally())

    def polls(self) -> list[Poll]:
        """All revealed rounds of all stored comparisons, counted."""
        is_revealed = self._is_own & rounds.c.revealed_at.is_not(None)
        query = select(rounds.c.id, rounds.c.models).where(is_revealed)
        with self._database.read(is_snapshot=True) as connection:
            tallies = tallies_of(connection, select(rounds.c.id).where(is_revealed))
            return [
                Poll(row.models, tallies[row.id]) for row in connection.execute(query) if row.id in tallies
            ]

    def _still_open(self, connection: Connection, round_id: str) -> Round | None:
        query = select(rounds).where(self._is_own, rounds.c.id == round_id, rounds.c.revealed_at.is_(None))
        # Locked: a round that is being revealed counts no more votes, and one has places for so many voters.
        row = connection.execute(query.with_for_update()).first()
        return round_of(row) if row else None


def _is_full(connection: Connection, round_id: str, voter: str) -> bool:
    """Whether one more voter would be too many."""
    in_votes = select(votes.c.voter).where(votes.c.round_id == round_id)
    in_thumbs = select(thumbs.c.voter).where(thumbs.c.round_id == round_id)
    voters = in_votes.union(in_thumbs).subquery()
    # In the transaction of the vote: of two newcomers at once, only one gets the last place.
    counted = connection.execute(select(func.count()).select_from(voters)).scalar() or 0
    if counted < MOST_VOTERS:
        return False
    return connection.execute(select(voters.c.voter).where(voters.c.voter == voter)).first() is None


def tallies_of(connection: Connection, of: Select[tuple[str]]) -> dict[str, Tally]:
    """The counted votes of the rounds with these ids, by round id; rounds without votes are left out."""
    counted: dict[str, Counts] = defaultdict(lambda: ({}, {}, {}))
    chosen = select(votes.c.round_id, votes.c.choice, func.count().label("times"))
    chosen = chosen.where(votes.c.round_id.in_(of))
    given = select(thumbs.c.round_id, thumbs.c.cell_id, thumbs.c.is_up, func.count().label("times"))
    given = given.where(thumbs.c.round_id.in_(of))
    for row in connection.execute(chosen.group_by(votes.c.round_id, votes.c.choice)):
        counted[row.round_id][0][row.choice] = row.times
    for row in connection.execute(given.group_by(thumbs.c.round_id, thumbs.c.cell_id, thumbs.c.is_up)):
        counted[row.round_id][1 if row.is_up else 2][row.cell_id] = row.times
    return {round_id: Tally(*counts) for round_id, counts in counted.items()}


def round_of(row: Row[tuple[object, ...]]) -> Round:
    """A row of the table as a round."""
    return Round(
        row.id,
        row.comparison_id,
        row.number,
        row.models,
        row.opened_at,
        row.is_blind,
        row.revealed_at,
    )
