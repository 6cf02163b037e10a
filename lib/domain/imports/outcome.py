"""What an import added and left out, in plain sentences."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

LABELS_SHOWN = 3
"""How many of the conversations left out for one reason are named."""
LONGEST_LABEL = 40


class Reason(Enum):
    """Why a conversation is left out: worded for one, and for several."""

    EMPTY = "contains no messages", "contain no messages"
    DAMAGED = "is damaged", "are damaged"
    TOO_LARGE = "is too large", "are too large"
    UNKNOWN = "is no chat", "are no chats"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A conversation that is not imported."""

    reason: Reason
    title: str = ""


@dataclass(slots=True)
class Outcome:
    """What was found in the files of one import."""

    met: int = 0
    """Conversations, including those left out."""
    faults: list[str] = field(default_factory=list)
    """Problems with whole files, a sentence each."""
    _counts: dict[Reason, int] = field(default_factory=dict)
    _named: dict[Reason, list[str]] = field(default_factory=dict)
    """The first few left out for each reason."""

    def leave_out(self, left_out: LeftOut) -> None:
        """Count the conversation that was found last as left out."""
        reason = left_out.reason
        self._counts[reason] = self._counts.get(reason, 0) + 1
        named = self._named.setdefault(reason, [])
        if len(named) < LABELS_SHOWN:
            title = " ".join(left_out.title.split())
            short = title if len(title) <= LONGEST_LABEL else f"{title[: LONGEST_LABEL - 1]}…"
            named.append(f"“{short}”" if short else f"number {self.met:,}")

    def add(self, other: "Outcome") -> None:
        """Add the counts of another file."""
        self.met += other.met
        self.faults += other.faults
        for reason, count in other._counts.items():
            self._counts[reason] = self._counts.get(reason, 0) + count
            named = [*self._named.get(reason, []), *other._named[reason]]
            self._named[reason] = named[:LABELS_SHOWN]

    @property
    def left_out(self) -> int:
        """How many conversations were left out."""
        return sum(self._counts.values())

    def said(self, added: int, noun: str = "chat") -> Iterator[str]:
        """What happened, a sentence each, without the faults; `noun` names a conversation."""
        known = self.met - self.left_out - added
        if self.met or not self.faults:
            yield f"{_counted(added, noun)} added, {known:,} {_were(known)} there already."
        if self.left_out:
            of_all = f"{self.left_out:,} of {self.met:,} {noun}{'s' * (self.met != 1)}"
            yield f"{of_all} {_were(self.left_out)} left out: {', '.join(self._reasons())}."

    def _reasons(self) -> Iterator[str]:
        for reason, count in self._counts.items():
            further = ", …" if count > LABELS_SHOWN else ""
            yield f"{count:,} {reason.value[count != 1]} ({', '.join(self._named[reason])}{further})"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)} {_were(count)}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
