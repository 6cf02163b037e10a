"""What an import added and left out, in plain sentences."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark_plural, ngettext

LABELS_SHOWN = 3
"""How many of the conversations left out for one reason are named."""
LONGEST_LABEL = 40


class Reason(Enum):
    """Why a conversation is left out: the text for one, and for several."""

    EMPTY = mark_plural("{count} contains no messages ({names})", "{count} contain no messages ({names})")
    DAMAGED = mark_plural("{count} is damaged ({names})", "{count} are damaged ({names})")
    TOO_LARGE = mark_plural("{count} is too large ({names})", "{count} are too large ({names})")
    UNKNOWN = mark_plural("{count} is no chat ({names})", "{count} are no chats ({names})")


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
            named.append(
                f"“{short}”" if short else _("number {count}").format(count=formats.number(self.met))
            )

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

    def said(self, added: int) -> Iterator[str]:
        """What happened, a sentence each, without the faults."""
        known = self.met - self.left_out - added
        if self.met or not self.faults:
            new = ngettext("{count} chat was added", "{count} chats were added", added)
            old = ngettext(
                "{added}, {count} was there already.", "{added}, {count} were there already.", known
            )
            yield old.format(added=new.format(count=formats.number(added)), count=formats.number(known))
        if self.left_out:
            text = ngettext(
                "{count} of {met} chats was left out: {reasons}.",
                "{count} of {met} chats were left out: {reasons}.",
                self.left_out,
            )
            counts = {"count": formats.number(self.left_out), "met": formats.number(self.met)}
            yield text.format(**counts, reasons=", ".join(self._reasons()))

    def _reasons(self) -> Iterator[str]:
        for reason, count in self._counts.items():
            further = ", …" if count > LABELS_SHOWN else ""
            names = f"{', '.join(self._named[reason])}{further}"
            yield ngettext(*reason.value, count).format(count=formats.number(count), names=names)
